"""The state of the work list, which is its address, and the numbers beside every link of it.

    /notify/work?whose=unit&when=today&service=assessment&kind=case.meeting

Every number is what the list has when its link is followed: the other filters stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from services.notify.api.work import When, decode, ends, span
from services.notify.freshness import SERVICES
from services.notify.repository import WorkQuery

ROWS: Final = 50
PATH: Final = "/notify/work"
WHOSE: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("OWNER", "DEPUTY", "LEADER"),
    "unit": ("OWNER", "UNIT"),
    "deputy": ("DEPUTY",),
    "leader": ("LEADER",),
}
"""Whose work is shown, by what the address says, and why it is theirs; nothing said: all that waits for me."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What of the list is shown; what the address says wrongly is left out."""

    whose: str = ""
    when: str = ""
    service: str = ""
    kind: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Listing:
        """Return what the address says."""
        whose, when, service = (query.get(name, "") for name in ("whose", "when", "service"))
        kind = query.get("kind", "")
        plain = kind.replace(".", "").replace("_", "")
        return cls(
            whose if whose in WHOSE else "",
            when if when in set(When) else "",
            service if service in SERVICES else "",
            kind if kind.count(".") == 1 and plain.isalnum() and plain.isascii() and len(kind) <= 80 else "",
            query.get("cursor", ""),
        )

    def with_(self, **changes: str) -> str:
        """Return the address of the list with these changes, from its first page on."""
        return PATH + (f"?{query}" if (query := replace(self, cursor="", **changes).query) else "")

    @property
    def query(self) -> str:
        """Return the filters as an address has them, without the page."""
        pairs = (("whose", self.whose), ("when", self.when), ("service", self.service), ("kind", self.kind))
        return urlencode([pair for pair in pairs if pair[1]])

    @property
    def address(self) -> str:
        """Return the query with the page."""
        more = urlencode({"cursor": self.cursor}) if self.cursor else ""
        return "&".join(part for part in (self.query, more) if part)

    def asked(self, now: datetime) -> WorkQuery:
        """Return what Postgres is asked for. Raises `Invalid` for a cursor that is not ours."""
        filters: dict[str, Any] = {"service": self.service} if self.service else {}
        if self.kind:
            filters["aggregate_kind"], _, filters["kind"] = self.kind.partition(".")
        bounds = span(When(self.when) if self.when else None, now, *ends(now))
        after = decode(self.cursor) if self.cursor else None
        return WorkQuery(ROWS, filters, WHOSE[self.whose], *bounds, after=after, unit=self.whose == "unit")


class Counts:
    """Every number of the page, from one grouped count."""

    def __init__(self, groups: Iterable[Mapping[Any, Any]], listing: Listing) -> None:
        self._groups = list(groups)
        self._listing = listing

    def of(self, **changes: str) -> int:
        """Return how many rows the list has with these changes."""
        wanted = replace(self._listing, **changes)
        return sum(group["count"] for group in self._groups if _fits(group, wanted))

    def any(self, **changes: str) -> bool:
        """Say whether there is anything with these changes, whatever else is filtered."""
        return any(_fits(group, Listing(**changes)) for group in self._groups)

    def kinds(self) -> Sequence[tuple[str, str]]:
        """Return aggregate kind and deadline kind of what there is, and of what is chosen."""
        everything = replace(self._listing, kind="", when="")
        found = {(group["aggregate_kind"], group["kind"]) for group in self._groups if _fits(group, everything)}
        chosen = self._listing.kind.partition(".")
        return sorted(found | ({(chosen[0], chosen[2])} if self._listing.kind else set()))


def _fits(group: Mapping[Any, Any], wanted: Listing) -> bool:
    return (
        group["because"] in WHOSE[wanted.whose]
        and wanted.when in ("", group["bucket"])
        and wanted.service in ("", group["service"])
        and wanted.kind in ("", f"{group['aggregate_kind']}.{group['kind']}")
    )
