"""Facts of interventions, on `corps.intervention.v1`; each carries the case that it serves, so that assessment can follow."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact
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

INTERVENTION_TOPIC = "corps.intervention.v1"


class Client(StrEnum):
    """Whom the intervention is for; the consent is that person's own (`domain.md` 3.10)."""

    SUBJECT = "SUBJECT"
    RELATIVE = "RELATIVE"


class Dimension(StrEnum):
    """The nine dimensions to which a goal can be tied (`domain.md` 3.5, 3.10)."""

    CONVICTIONS = "CONVICTIONS"
    VIOLENCE = "VIOLENCE"
    CRIME = "CRIME"
    RELATIONSHIPS = "RELATIONSHIPS"
    PERSONALITY = "PERSONALITY"
    MENTAL_VULNERABILITY = "MENTAL_VULNERABILITY"
    FAMILY = "FAMILY"
    NETWORK_SPARE_TIME = "NETWORK_SPARE_TIME"
    EDUCATION_EMPLOYMENT = "EDUCATION_EMPLOYMENT"


class OfCase(Fact):
    """What every fact of an intervention carries."""

    case_id: UUID


class AboutMember(OfCase):
    """A fact about one member of the corps and the municipality that employs her."""

    member_ref: UUID
    employer_municipality: str
    loan_id: UUID | None = None


class InterventionRequested(OfCase):
    """Rows 25 and 57: consent is given and a member of the corps is sought. `narrow`: three working days, not ten."""

    type: ClassVar[str] = "intervention.requested.v1"

    requirements: MatchRequirements
    municipality: str
    client: Client
    consent_id: UUID
    valid_until: datetime
    requested_at: datetime
    narrow: bool = False
    authority: str | None = None
    """Organisation that decided on the measure."""
    caseworker: UUID | None = None
    """Who is named there on the case (R5)."""


class CaseworkerFollowed(OfCase):
    """R5: who is named on the case is another from here; without a person nobody is."""

    type: ClassVar[str] = "intervention.caseworker_followed.v1"

    authority: str | None = None
    caseworker: UUID | None = None
    left: str | None = None
    """Organisation that the case was with before, if another."""
    replaced: UUID | None = None
    """Who was named before."""


class DeskAsked(OfCase):
    """Nobody fits, or few: the national desk is asked. Blocks and district only, never the case (R12, T17)."""

    type: ClassVar[str] = "intervention.desk_asked.v1"

    district: str
    blocks: tuple[str, ...]


class MemberExcluded(OfCase):
    """A member must not be chosen in this case; why is not said (H3)."""

    type: ClassVar[str] = "intervention.member_excluded.v1"

    member_ref: UUID


class MemberChosen(AboutMember):
    """A coordinator chose a member, whose capacity is reserved until `held_until`."""

    type: ClassVar[str] = "intervention.member_chosen.v1"

    lender: str | None = None
    held_until: datetime
    option: int
    reason_code: ChoiceReason


class LoanSigned(OfCase):
    """Both leaders signed the loan of the member, or its term changed: she is held to the end of it. Seen by the intervention."""

    type: ClassVar[str] = "intervention.loan_signed.v1"

    loan_id: UUID
    ends_on: date


class CitizenAccepted(OfCase):
    """The citizen accepts the chosen member."""

    type: ClassVar[str] = "intervention.citizen_accepted.v1"

    member_ref: UUID


class ChoiceWithdrawn(AboutMember):
    """The choice does not hold: declined, or changed. The request is back in the pool."""

    type: ClassVar[str] = "intervention.choice_withdrawn.v1"

    reason_code: ReturnReason
    by_citizen: bool = False
    grounds: UUID | None = None
    declined_because: DeclineReason | None = None
    """What the member who said no gives as the reason; her own words are `grounds`."""


class ChoiceLapsed(AboutMember):
    """Nobody answered in time; the member's capacity is free again. `chosen_by` is who had reserved it."""

    type: ClassVar[str] = "intervention.choice_lapsed.v1"

    chosen_by: UUID


class InterventionStarted(AboutMember):
    """Row 27: member, coordinator and citizen agree."""

    type: ClassVar[str] = "intervention.started.v1"

    started_on: date
    planned_end: date
    goals: tuple[Dimension, ...]


class SessionLogged(OfCase):
    """Row 28: one session; its note is sealed."""

    type: ClassVar[str] = "intervention.session_logged.v1"

    held_on: date
    minutes: int
    mode: SessionMode
    attended: Attended
    citizen_progress: int | None = None
    member_progress: int | None = None
    note: UUID | None = None
    concern_raised: bool = False


class SessionConcernSeen(OfCase):
    """Row 28: the coordinator has looked at a worry that a session gave rise to."""

    type: ClassVar[str] = "intervention.session_concern_seen.v1"

    outcome: ConcernOutcome


class ProgressionRecorded(OfCase):
    """Row 28: progress of the month, as the citizen sees it and as the member does."""

    type: ClassVar[str] = "intervention.progression_recorded.v1"

    citizen_progress: int
    member_progress: int
    note: UUID | None = None


class EndingProposed(OfCase):
    """Row 28: the member proposes to end; coordinator and caseworker decide (row 36)."""

    type: ClassVar[str] = "intervention.ending_proposed.v1"

    criterion: EndCriterion
    note: UUID | None = None


class SupervisionHeld(OfCase):
    """Row 28: the member had supervision."""

    type: ClassVar[str] = "intervention.supervision_held.v1"

    member_ref: UUID
    held_on: date
    supplied_by: SuppliedBy


class PlanReviewed(OfCase):
    """Row 29: necessity was tested again."""

    type: ClassVar[str] = "intervention.plan_reviewed.v1"

    necessity: Necessity
    goals_dropped: bool = False
    goals: tuple[Dimension, ...] | None = None
    planned_end: date | None = None
    note: UUID | None = None


class InterventionPaused(OfCase):
    """Row 30: the intervention rests until `resume_on`."""

    type: ClassVar[str] = "intervention.paused.v1"

    reason_code: PauseReason
    resume_on: date


class InterventionResumed(OfCase):
    """Row 30: the intervention goes on."""

    type: ClassVar[str] = "intervention.resumed.v1"


class MemberReplaced(AboutMember):
    """Row 31: the member left, and another is sought."""

    type: ClassVar[str] = "intervention.member_replaced.v1"

    reason_code: ReturnReason
    not_again: bool = False


class MemberLeft(AboutMember):
    """The member's loan ended while the intervention rests; another is sought when it goes on."""

    type: ClassVar[str] = "intervention.member_left.v1"

    reason_code: ReturnReason


class InterventionEnded(AboutMember):
    """Row 36: ended by coordinator and caseworker together."""

    type: ClassVar[str] = "intervention.ended.v1"

    end_reason: EndReason
    criterion: EndCriterion
    farewell_held: bool
    handed_over: bool
    follow_ups_agreed: bool


class InterventionStopped(OfCase):
    """Row 42: stopped. Neutral: there is no reason here, and the member is told no more than this."""

    type: ClassVar[str] = "intervention.stopped.v1"

    member_ref: UUID | None = None
    employer_municipality: str | None = None
    loan_id: UUID | None = None


INTERVENTION_FACTS: tuple[type[Fact], ...] = (
    InterventionRequested,
    CaseworkerFollowed,
    DeskAsked,
    MemberExcluded,
    MemberChosen,
    LoanSigned,
    CitizenAccepted,
    ChoiceWithdrawn,
    ChoiceLapsed,
    InterventionStarted,
    SessionLogged,
    SessionConcernSeen,
    ProgressionRecorded,
    EndingProposed,
    SupervisionHeld,
    PlanReviewed,
    InterventionPaused,
    InterventionResumed,
    MemberReplaced,
    MemberLeft,
    InterventionEnded,
    InterventionStopped,
)
