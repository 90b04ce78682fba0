"""National counters: what happened how often in a month, in the whole country, by outcome code (T01, `domain.md` 4.7).

There is no municipality in them, so they need none to be hidden. Counts of 1 to 4 of what concerns a person are not shown
(R29); advice and help name nobody and are shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.reference.calendar import local

SMALLEST_SHOWN = 5
"""R29: cells of 1 to 4 are suppressed."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A wire type that is counted. `field` names the closed code of the fact that becomes part of the counter's code."""

    code: str
    field: str | None = None
    names_nobody: bool = False


COUNTED: Mapping[str, Counted] = {
    "concern.received.v1": Counted("CONCERN_RECEIVED", "channel"),
    "concern.advice_given.v1": Counted("ADVICE_GIVEN", names_nobody=True),
    "concern.help_pointed_out.v1": Counted("HELP_POINTED_OUT", names_nobody=True),
    "concern.acute_raised.v1": Counted("ACUTE_RAISED"),
    "concern.acute_closed.v1": Counted("ACUTE_CLOSED"),
    "concern.routed.v1": Counted("CONCERN_ROUTED"),
    "case.opened.v1": Counted("CASE_OPENED"),
    "case.concern_merged.v1": Counted("CONCERN_MERGED"),
    "case.police_took_over.v1": Counted("POLICE_TOOK_OVER"),
    "case.meeting_held.v1": Counted("INFOHUS_MEETING_HELD"),
    "case.authority_decided.v1": Counted("AUTHORITY_DECIDED", "outcome"),
    "case.offer_declined.v1": Counted("OFFER_DECLINED"),
    "case.referred_elsewhere.v1": Counted("CASE_REFERRED", "reason"),
    "case.closed.v1": Counted("CASE_CLOSED", "reason"),
    "case.reopened.v1": Counted("CASE_REOPENED"),
    "underretning.made.v1": Counted("UNDERRETNING_MADE"),
    "underretning.assessed.v1": Counted("UNDERRETNING_ASSESSED"),
    "intervention.started.v1": Counted("INTERVENTION_STARTED"),
    "intervention.ended.v1": Counted("INTERVENTION_ENDED"),
    "loan.activated.v1": Counted("LOAN_ACTIVATED"),
    "loan.ended.v1": Counted("LOAN_ENDED"),
    "deadline.met.v1": Counted("DEADLINE_MET"),
    "deadline.missed.v1": Counted("DEADLINE_MISSED"),
}
"""What is counted, by wire type."""

SHOWN_EXACTLY = frozenset(
    {each.code for each in COUNTED.values() if each.names_nobody} | {"DEADLINE_MET", "DEADLINE_MISSED"}
)
"""Codes that are about no person."""


def code_of(wire_type: str, data: Mapping[str, Any]) -> str | None:
    """Return the counter's code for a fact, or None if it is not counted."""
    counted = COUNTED.get(wire_type)
    if counted is None:
        return None
    detail = data.get(counted.field) if counted.field else None
    return f"{counted.code}.{detail}" if detail else counted.code


def month_of(at: datetime) -> date:
    """Return the first day of the Danish month in which the moment lies."""
    return local(at).date().replace(day=1)


def shown(code: str, count: int) -> int | None:
    """Return the count, or None where it is too small to be shown (R29)."""
    exact = code in SHOWN_EXACTLY or count == 0 or count >= SMALLEST_SHOWN
    return count if exact else None
