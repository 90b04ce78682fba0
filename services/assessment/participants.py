"""Who takes part in a case (`domain.md` 3.4 `participants`): shown to those who see it.

Both tovholdere and the secretariat take part by function, as the two anchor persons of an Infohus and their office do [P]: a duty
roster says who that is today. A caseworker takes part as a person.
"""

from __future__ import annotations

from typing import Any

from services.assessment.domain.case import Case
from shared.lifecycle.actor import Role

FUNCTION = "FUNCTION"
"""The reason of those who take part by what they are, not as whom."""


def participants_of(case: Case) -> list[dict[str, Any]]:
    """Return organisation, role, person (None: by function), from, to and reason of each; those by function come first."""
    by_function = (
        (case.organisation, Role.TOVHOLDER_KOMMUNE),
        (case.police, Role.TOVHOLDER_POLITI),
        (case.police, Role.SECRETARIAT),
    )
    since = case.arrived_at.isoformat()
    found: list[dict[str, Any]] = [
        _line(organisation, role, None, since, None, FUNCTION) for organisation, role in by_function
    ]
    for each in case.caseworkers:
        until = each.until.isoformat() if each.until else None
        person = str(each.person_ref)
        found.append(_line(each.organisation, Role.CASEWORKER, person, each.since.isoformat(), until, each.reason))
    return found


def _line(organisation: str, role: Role, person: str | None, since: str, to: str | None, reason: str) -> dict[str, Any]:
    return {"organisation": organisation, "role": role, "person_ref": person, "from": since, "to": to, "reason": reason}
