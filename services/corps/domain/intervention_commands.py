"""What people can ask of an intervention; one class a command, texts still plain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from shared.contracts.corps import Client, Dimension
from shared.contracts.corps_codes import (
    Attended,
    ChoiceReason,
    ConcernOutcome,
    DeclineReason,
    EndCriterion,
    EndReason,
    Necessity,
    PauseReason,
    ReturnReason,
    SessionMode,
    SuppliedBy,
)
from shared.contracts.requirements import MatchRequirements
from shared.lifecycle.table import Command
from shared.lifecycle.text import CaseText

Progress = Annotated[int, Field(ge=-2, le=2, description="-2 much worse ... 0 as before ... +2 much better")]
Goals = Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=5, description="each tied to one dimension")]

LONGEST_NOTE = 2_000
"""Characters of a session's note (`domain.md` 3.10)."""


def _short(note: Any) -> Any:
    if isinstance(note, str) and len(note.strip()) > LONGEST_NOTE:
        raise ValueError(f"a note has at most {LONGEST_NOTE} characters")
    return note


class RequestIntervention(Command):
    """Follow the consent: a member of the corps is sought."""

    case_id: UUID
    requirements: MatchRequirements
    municipality: str
    client: Client
    consent_id: UUID
    valid_until: datetime
    authority: str | None = None
    caseworker: UUID | None = None


class FollowCaseworker(Command):
    """Follow the case: somebody else is named there as caseworker, or nobody."""

    authority: str | None = None
    caseworker: UUID | None = None


class AskDesk(Command):
    """Ask the national desk for help: nobody fits, or few."""


class ExcludeMember(Command):
    """Say that a member must not be chosen in this case; why is not said."""

    member_ref: UUID


class ChooseMember(Command):
    """Choose a member of the own municipality; her capacity is reserved for five working days."""

    member_ref: UUID
    reason_code: ChoiceReason = ChoiceReason.FIRST_OPTION


class ChooseByLoan(Command):
    """Choose the member whom an offered loan reserves."""

    member_ref: UUID
    loan_id: UUID
    held_until: datetime
    reason_code: ChoiceReason = ChoiceReason.FIRST_OPTION


class FollowSignature(Command):
    """Follow the loan: both leaders have signed, or its term has changed."""

    loan_id: UUID
    ends_on: date


class RecordCitizenAnswer(Command):
    """Record whether the citizen accepts the chosen member; twice a no needs no grounds."""

    accepts: bool
    grounds: CaseText | None = None


class WithdrawChoice(Command):
    """Withdraw the choice; the member's capacity is free at once, and a loan is cancelled."""

    reason_code: Literal[ReturnReason.COORDINATOR_CHANGED, ReturnReason.MEMBER_DECLINED]


class ReturnChoice(Command):
    """Follow the loan: it was cancelled, or not signed in time."""

    reason_code: ReturnReason


class LapseChoice(Command):
    """Let a reservation lapse that nobody answered."""


class DeclineMatch(Command):
    """Say no to a match: the place is free at once, others are looked for, and nothing follows from it."""

    reason: DeclineReason
    grounds: CaseText | None = None


class AcceptMatch(Command):
    """Agree to begin: the member and the coordinator, on the same plan, after the citizen has accepted."""

    terms = ("planned_end", "goals")

    planned_end: date
    goals: Goals


class LogSession(Command):
    """Log a session."""

    held_on: date
    minutes: int = Field(ge=5, le=480)
    mode: SessionMode
    attended: Attended
    citizen_progress: Progress | None = None
    member_progress: Progress | None = None
    note: CaseText | None = None
    concern_raised: bool = False

    _short_note = field_validator("note", mode="before")(_short)


class SeeSessionConcern(Command):
    """Say what became of a worry that a session gave rise to."""

    outcome: ConcernOutcome


class RecordProgression(Command):
    """Record the month's progress, as the citizen sees it and as the member does."""

    citizen_progress: Progress
    member_progress: Progress
    note: CaseText | None = None

    _short_note = field_validator("note", mode="before")(_short)


class ProposeEnding(Command):
    """Propose to end; coordinator and caseworker decide."""

    criterion: EndCriterion
    note: CaseText | None = None

    _short_note = field_validator("note", mode="before")(_short)


class HoldSupervision(Command):
    """Record that the member had supervision."""

    held_on: date
    supplied_by: SuppliedBy = SuppliedBy.CENTRE


class ReviewPlan(Command):
    """Review plan and necessity; every 90 days."""

    necessity: Necessity
    goals_dropped: bool = False
    goals: Goals | None = None
    planned_end: date | None = None
    note: CaseText | None = None

    _short_note = field_validator("note", mode="before")(_short)


class PauseIntervention(Command):
    """Let the intervention rest until a day, at most six months ahead."""

    reason_code: PauseReason
    resume_on: date


class ResumeIntervention(Command):
    """Let the intervention go on."""


class ReplaceMember(Command):
    """Seek another member; the old one loses access at once."""

    reason_code: Literal[
        ReturnReason.MEMBER_ILL,
        ReturnReason.MEMBER_LEFT,
        ReturnReason.RELATION,
        ReturnReason.SAFETY,
        ReturnReason.CITIZEN_DECLINED,
    ]
    not_again: bool = False


class LoseMember(Command):
    """Follow the loan: it ended, and the member with it."""

    reason_code: ReturnReason


class EndIntervention(Command):
    """Agree to end: coordinator and caseworker, for the same reason."""

    terms = ("end_reason", "criterion")

    end_reason: EndReason
    criterion: EndCriterion
    farewell_held: bool
    handed_over: bool
    follow_ups_agreed: bool


class StopIntervention(Command):
    """Follow the police: the intervention stops, and no reason is given."""
