"""Clocks of interventions and loans, each with its paragraph (`domain.md` 2.3, 2.6, 3.9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, Span, Unit, days, months, working_days
from shared.reference.calendar import COPENHAGEN

if TYPE_CHECKING:
    from services.corps.domain.intervention import Intervention
    from services.corps.domain.loan import Loan

RESERVED = working_days(5)
"""How long a member's capacity is reserved, and how long each leader has to sign (`domain.md` 3.9)."""

THAT_MOMENT = Span(Unit.FIXED, 0)
"""Due at the very moment that the clock counts from."""


def midnight(day: date) -> datetime:
    """Return the moment at which `day` begins in Denmark (UTC)."""
    return datetime.combine(day, time.min, COPENHAGEN).astimezone(UTC)


def _resumes(state: Intervention) -> datetime:
    assert state.resume_on is not None
    return midnight(state.resume_on)


def _planned_end(state: Intervention) -> datetime:
    assert state.planned_end is not None
    return midnight(state.planned_end)


def _loan_starts(state: Loan) -> datetime:
    return state.starts_at


def _loan_ends(state: Loan) -> datetime:
    return state.ends_at


MATCH = DeadlineRule(
    kind="match",
    due=working_days(10),
    owner=Role.LOCAL_COORDINATOR,
    reminders=(working_days(7),),
    escalations=(working_days(9),),
    paragraph="domain.md 2.3 row 27",
)
"""A member is at work within ten working days."""

MATCH_NARROW = DeadlineRule(
    kind="match",
    due=working_days(3),
    owner=Role.LOCAL_COORDINATOR,
    reminders=(working_days(1),),
    escalations=(working_days(2),),
    paragraph="domain.md 2.3 row 27",
)
"""Within three where a gender or safety need leaves fewer than three who fit."""

BROKER = DeadlineRule(
    kind="broker",
    due=working_days(3),
    owner=Role.NATIONAL_DESK,
    owner_at="desk",
    reminders=(working_days(2),),
    paragraph="domain.md 5.3",
)
"""The national desk looks for somebody; it is told the district and what blocks, never the case."""

ANSWER_CHOICE = DeadlineRule(
    kind="answer_choice",
    due=RESERVED,
    owner=Role.LOCAL_COORDINATOR,
    reminders=(working_days(3),),
    paragraph="domain.md 3.9",
)
"""An own member is reserved for five working days; then the choice lapses and she is offered again (T28)."""

CHOOSE_AGAIN = DeadlineRule(
    kind="choose_again",
    due=working_days(2),
    owner=Role.LOCAL_COORDINATOR,
    paragraph="domain.md 2.3 row 27",
)
"""The chosen member said no: the next one is chosen within two working days."""

ANSWER_ENDING = DeadlineRule(
    kind="answer_ending",
    due=working_days(5),
    owner=Role.LOCAL_COORDINATOR,
    reminders=(working_days(3),),
    paragraph="domain.md 2.6",
)
"""The member proposes to end: within five working days it is agreed on with the caseworker, or the plan is reviewed."""

CONTACT = DeadlineRule(
    kind="contact",
    due=days(14),
    owner=Role.CORPS_MEMBER,
    owner_at="member_organisation",
    person_at="member_person",
    reminders=(days(10),),
    paragraph="domain.md 2.3 row 28",
)
"""No gap of more than 14 days between sessions that the citizen attended."""

SUPERVISION = DeadlineRule(
    kind="supervision",
    due=days(30),
    owner=Role.LOCAL_COORDINATOR,
    reminders=(days(23),),
    paragraph="domain.md 2.3 row 28",
)
"""Supervision every 30 days."""

PROGRESSION = DeadlineRule(
    kind="progression",
    due=months(1),
    owner=Role.CORPS_MEMBER,
    owner_at="member_organisation",
    person_at="member_person",
    reminders=(days(24),),
    paragraph="domain.md 3.10",
)
"""Progress is recorded at least monthly."""

PLAN_REVIEW = DeadlineRule(
    kind="plan_review",
    due=days(90),
    owner=Role.LOCAL_COORDINATOR,
    reminders=(days(76),),
    paragraph="domain.md 2.3 row 29",
)
"""Necessity is tested again every 90 days."""

PLANNED_END = DeadlineRule(
    kind="planned_end",
    due=THAT_MOMENT,
    owner=Role.LOCAL_COORDINATOR,
    reminders=(days(-14),),
    starts=_planned_end,
    paragraph="domain.md 2.6",
)
"""The planned end is near: a farewell, a hand-over, follow-up dates."""

RESUME = DeadlineRule(
    kind="resume",
    due=THAT_MOMENT,
    owner=Role.LOCAL_COORDINATOR,
    reminders=(days(-14),),
    starts=_resumes,
    paragraph="domain.md 2.3 row 30",
)
"""The day on which a resting intervention should go on."""

SESSION_CONCERN = DeadlineRule(
    kind="session_concern",
    due=working_days(1),
    owner=Role.LOCAL_COORDINATOR,
    paragraph="domain.md 3.10",
    lasts=True,
)
"""A worry that a session gave rise to is looked at by the next working day."""

SIGN_LENDER = DeadlineRule(
    kind="sign_lender",
    due=RESERVED,
    owner=Role.LEADER,
    owner_at="lender_organisation",
    reminders=(working_days(3),),
    paragraph="domain.md 3.9",
)
"""The lender's leader signs within five working days."""

SIGN_BORROWER = DeadlineRule(
    kind="sign_borrower",
    due=RESERVED,
    owner=Role.LEADER,
    reminders=(working_days(3),),
    paragraph="domain.md 3.9",
)
"""The borrower's leader signs within five working days."""

EXTEND_LENDER = DeadlineRule(
    kind="extend_lender",
    due=RESERVED,
    owner=Role.LEADER,
    owner_at="lender_organisation",
    reminders=(working_days(3),),
    paragraph="domain.md 3.9 term",
)
"""The lender's leader answers a longer term within five working days."""

EXTEND_BORROWER = DeadlineRule(
    kind="extend_borrower",
    due=RESERVED,
    owner=Role.LEADER,
    reminders=(working_days(3),),
    paragraph="domain.md 3.9 term",
)
"""The borrower's leader answers a longer term within five working days."""

LOAN_STARTS = DeadlineRule(
    kind="loan_starts",
    due=days(1),
    owner=Role.LOCAL_COORDINATOR,
    reminders=(days(0),),
    starts=_loan_starts,
    paragraph="domain.md 3.9",
)
"""On its first day a signed loan becomes active; if not within that day, somebody hears."""

LOAN_ENDS = DeadlineRule(
    kind="loan_ends",
    due=days(1),
    owner=Role.LOCAL_COORDINATOR,
    reminders=(days(-14), days(0)),
    starts=_loan_ends,
    paragraph="domain.md 3.9",
)
"""Two weeks' warning; access and capacity end with the last day; if not within a day, somebody hears."""
