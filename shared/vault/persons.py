"""One reference for each person that is known by CPR, and one open case for each in the whole country.

The CPR number goes no further than this module: the database gets a digest under a key of the keyset (`domain.md` 4.4
R14), everybody else a random reference. Without CPR there is no automatic match: people decide whether two are one.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Conflict, Invalid
from shared.vault.errors import UnitErased, VaultError
from shared.vault.provider import KeyProvider

_CPR: Final = re.compile(r"^(\d{2})(\d{2})(\d{2})[ -]?(\d{4})$", re.ASCII)
_ORGANISATION: Final = re.compile(r"[a-z]+:[a-z0-9-]{1,63}")
_LEAP: Final = 2000
"""A leap year: the century of a CPR number is not looked at, so 29 February holds where the year could be one."""

_RESOLVE: Final = text("select vault.resolve(:digest)").bindparams(bindparam("digest", type_=LargeBinary()))
_OPEN: Final = text("select vault.open_case(:subject, :case, :organisation)").bindparams(
    bindparam("subject", type_=Uuid()), bindparam("case", type_=Uuid()), bindparam("organisation", type_=Text())
)
_CLOSE: Final = text("select vault.close_case(:case)").bindparams(bindparam("case", type_=Uuid()))


class PersonHasOpenCase(Conflict):
    """Another case about this person is open. `infohus` is whom to call; nothing else is told (`domain.md` 3.4)."""

    def __init__(self, infohus: str) -> None:
        super().__init__(
            "person_has_open_case",
            "There is an open case about this person.",
            field="cpr",
            rule="domain.md 3.4",
            remedy="Call the Infohus that is named.",
        )
        self.more = {"infohus": infohus}


def normal_cpr(cpr: str) -> str:
    """Return the ten digits; raise `Invalid` unless there are ten whose first six are a date. No mod-11 check (3.3)."""
    found = _CPR.match(cpr.strip())
    if found is None or not _is_date(*(int(part) for part in found.groups()[:3])):
        raise Invalid(
            "cpr_malformed",
            "A CPR number has ten digits, of which the first six are a date (ddmmyy).",
            field="cpr",
            rule="domain.md 3.3",
            remedy="Correct it, or leave it out: a person may be without.",
        )
    return "".join(found.groups())


def _is_date(day: int, month: int, year: int) -> bool:
    if (day, month) == (29, 2):
        return year % 4 == 0
    try:
        date(_LEAP, month, day)
    except ValueError:
        return False
    return True


class Persons:
    """Finds persons by CPR, and holds which case about whom is open. Each call is one round trip of the caller's transaction."""

    def __init__(self, provider: KeyProvider) -> None:
        self._provider = provider

    async def resolve(self, session: AsyncSession, cpr: str) -> UUID:
        """Return the person's `subject_ref`, made at the first question; raise `Invalid` (`cpr_malformed`)."""
        digest = await self._provider.index(b"cpr|" + normal_cpr(cpr).encode())
        found: UUID = (await session.execute(_RESOLVE, {"digest": digest})).scalar_one()
        return found

    async def open_case(self, session: AsyncSession, *, subject: UUID, case: UUID, infohus: str) -> None:
        """Say that this is the person's open case; `infohus` is the organisation that others are told to call.

        Raises `PersonHasOpenCase` while another is open, and `UnitErased` for an erased person. A concurrent opening is
        waited for.
        """
        values = {"subject": subject, "case": case, "organisation": infohus}
        try:
            await session.execute(_OPEN, values)
        except DBAPIError as error:
            refusal = _refusal(error)
            if refusal is None:
                raise
        else:
            return
        # Outside the handler: the driver's error is not even its context.
        raise refusal

    async def close_case(self, session: AsyncSession, case: UUID) -> bool:
        """Let the person of a case go; return whether it was the open one."""
        return bool((await session.execute(_CLOSE, {"case": case})).scalar_one())


def _refusal(error: DBAPIError) -> Conflict | VaultError | None:
    match str(getattr(error.orig, "sqlstate", "") or ""):
        case "TV006":
            named = _ORGANISATION.search(str(error.orig).rpartition(": ")[2])
            return PersonHasOpenCase(named.group() if named else "centre:national")
        case "TV007":
            return UnitErased()
    return None
