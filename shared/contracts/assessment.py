"""Facts of the case that assessment publishes, on `assessment.case.v1`.

Codes of these facts are in `shared.contracts.assessment_codes`. A fact that closes a case has the stage K13 and a `reason`;
`after` says which row of `domain.md` 2.3 closed it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.assessment_codes import (
    AuthorityUnit,
    Confidence,
    ConsentBy,
    DecisionOutcome,
    EvidenceFrom,
    EvidenceKind,
    FollowUpContact,
    FollowUpDecision,
    Happened,
    Measure,
    MeasureLaw,
    Party,
    ReferralBasis,
    ResourceLevel,
    RiskLevel,
    UnknownReason,
    Wellbeing,
)
from shared.contracts.base import Fact
from shared.contracts.codes import Anonymity, Answer, ClosingReason, ReporterKind, Travel
from shared.contracts.corps import Client, Dimension
from shared.contracts.disclosure_codes import ConsentKind
from shared.contracts.requirements import MatchRequirements

CASE_TOPIC = "assessment.case.v1"


class Evidence(BaseModel):
    """What a rating rests on: from which kind of authority, of which day, seen how (`domain.md` 3.5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: EvidenceFrom
    observed_on: date
    kind: EvidenceKind


class Rated(BaseModel):
    """One dimension as it was rated. Levels are words, so that nothing can be added up (`domain.md` 3.5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimension: Dimension
    risk_level: RiskLevel
    resource_level: ResourceLevel
    unknown_reason: UnknownReason | None = None
    need: bool = False
    need_text: UUID | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence
    dissent: tuple[Party, ...] = ()
    dissent_text: UUID | None = None


class ConcernArrived(Fact):
    """A concern was routed to this Infohus: a task for the tovholder, not a case yet."""

    type: ClassVar[str] = "case.concern_arrived.v1"

    concern_id: UUID
    municipality: str
    police_district: str
    minor: Answer
    acute: bool
    travel: Travel
    cross_over: bool
    reporter_kind: ReporterKind
    anonymity: Anonymity
    description: UUID | None = None
    subject: UUID | None = None
    reporter: UUID | None = None
    grounds: UUID | None = None
    received_at: datetime
    arrived_at: datetime


class CaseOpened(Fact):
    """Row 6: the municipal tovholder accepts the responsibility."""

    type: ClassVar[str] = "case.opened.v1"

    minor: Answer
    earlier_closed_concern: bool
    grounds: UUID | None = None
    subject_ref: UUID | None = None
    """The person, where known by CPR: a random reference of the vault's (`domain.md` 4.4 R13)."""


class SubjectCorrected(Fact):
    """3.4: both tovholdere said whom the case is really about; the reference of `case.opened` was somebody else's."""

    type: ClassVar[str] = "case.subject_corrected.v1"

    subject_ref: UUID | None = None
    """The right person; absent when the person is not known after all."""


class ConcernMerged(Fact):
    """Row 7: the concern belongs to a case that exists; both sources are kept apart."""

    type: ClassVar[str] = "case.concern_merged.v1"

    concern_id: UUID
    into: UUID


class ConcernAttached(Fact):
    """Row 7 as seen from the case that received the concern."""

    type: ClassVar[str] = "case.concern_attached.v1"

    concern_id: UUID
    from_case: UUID
    minor: Answer
    acute: bool
    travel: Travel
    cross_over: bool
    received_at: datetime
    description: UUID | None = None
    subject: UUID | None = None
    reporter: UUID | None = None


class CaseClosed(Fact):
    """Rows 9, 20, 46 and 38: both tovholdere closed the case, or the concern that never became one."""

    type: ClassVar[str] = "case.closed.v1"

    reason: ClosingReason
    after: str
    closed_at: datetime
    never_opened: bool = False
    """Closed from C2: the purpose test of row 6 was not passed, and no case was opened."""


class ReferredElsewhere(Fact):
    """Row 10: closed with a referral, on consent or a legal basis of its own."""

    type: ClassVar[str] = "case.referred_elsewhere.v1"

    reason: ClosingReason
    basis: ReferralBasis
    after: str
    closed_at: datetime
    never_opened: bool = False
    """Referred from C2: the purpose test of row 6 was not passed, and no case was opened."""


class ClearanceRequested(Fact):
    """Row 11: police are asked before anything else is shared."""

    type: ClassVar[str] = "case.clearance_requested.v1"


class PoliceTookOver(Fact):
    """Row 12: alone with the police from here. There is no reason in it."""

    type: ClassVar[str] = "case.police_took_over.v1"

    at: datetime
    concerns: tuple[UUID, ...] = ()


class PoliceCleared(Fact):
    """Row 13: nothing hinders Infohus; may be revoked at any time."""

    type: ClassVar[str] = "case.police_cleared.v1"

    at: datetime


class PoliceReturned(Fact):
    """Row 14: police give the case back."""

    type: ClassVar[str] = "case.police_returned.v1"

    at: datetime
    concerns: tuple[UUID, ...] = ()


class ClearanceRevoked(Fact):
    """Row 42: police take the case out of Infohus at once. There is no reason in it."""

    type: ClassVar[str] = "case.clearance_revoked.v1"

    at: datetime
    concerns: tuple[UUID, ...] = ()


class MeetingHeld(Fact):
    """Row 19: the analysis meeting took place with a quorum."""

    type: ClassVar[str] = "case.meeting_held.v1"

    present: tuple[Party, ...]
    invited: tuple[Party, ...]
    mental_vulnerability_suspected: bool
    held_at: datetime
    minutes: UUID | None = None


class ShortAssessmentRecorded(Fact):
    """Row 46: what the meeting found, where it found no basis to go on."""

    type: ClassVar[str] = "case.short_assessment_recorded.v1"

    assessment: UUID


class AssessmentCompleted(Fact):
    """Row 21: nine dimensions, and the recommendation that follows from them (instrument 4)."""

    type: ClassVar[str] = "case.assessment_completed.v1"

    number: int
    minor: Answer
    ratings: tuple[Rated, ...]
    focus: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    reasoning: UUID
    psychiatry_missing: bool
    """A warning: mental vulnerability was rated SOME or higher without psychiatry in the meeting (`domain.md` 3.5)."""
    completed_at: datetime


class AcuteTaskAnswered(Fact):
    """The acute task of a rating ACUTE was answered: police have it, or it proved to be none (`domain.md` 3.5)."""

    type: ClassVar[str] = "case.acute_task_answered.v1"

    handed_over: bool


class RecommendationSent(Fact):
    """Row 22: the recommendation is with a named authority."""

    type: ClassVar[str] = "case.recommendation_sent.v1"

    addressed_to: str
    unit: AuthorityUnit
    caseworker: UUID | None = None
    """Who is named there from here on (R5); None while somebody is to be named."""
    left: str | None = None
    """Organisation that an earlier recommendation had been sent to, if another; it has no part any more."""
    sent_at: datetime | None = None


class AuthorityDecided(Fact):
    """Rows 23 and 24: the authority decided in its own regime. With NONE the case is closed."""

    type: ClassVar[str] = "case.authority_decided.v1"

    outcome: DecisionOutcome
    measures: tuple[Measure, ...] = ()
    law: MeasureLaw | None = None
    appeal_guidance_given: bool
    grounds: UUID | None = None
    reason: ClosingReason | None = None
    after: str | None = None
    decided_at: datetime


class ConsentGiven(Fact):
    """3.13: a consent of any kind. One of kind OFFER takes the offer (rows 25, 43); a corps member is sought if one is needed."""

    type: ClassVar[str] = "case.consent_given.v1"

    needs_corps_member: bool
    requirements: MatchRequirements | None = None
    client: Client
    given_by: ConsentBy
    municipality: str
    consent_id: UUID
    text_version: str
    given_at: datetime
    valid_until: datetime
    kind: ConsentKind = ConsentKind.OFFER
    parties: tuple[str, ...] = ()
    """Organisations that may receive under it (SHARE, GANG_EXIT)."""
    in_writing: bool = False
    replaces: UUID | None = None
    """The consent that it renews; help goes on as it was, nothing new is sought."""
    authority: str | None = None
    """Organisation that decided on the measure."""
    caseworker: UUID | None = None
    """Who is named there (R5)."""


class OfferDeclined(Fact):
    """Row 26: the citizen declined. Nothing follows from it (R24)."""

    type: ClassVar[str] = "case.offer_declined.v1"

    reason: ClosingReason
    after: str
    closed_at: datetime


class MeasureReviewed(Fact):
    """Row 29 for a measure without the corps: its necessity was tested again."""

    type: ClassVar[str] = "case.measure_reviewed.v1"

    still_needed: bool


class MeasureEnded(Fact):
    """Row 36 for a measure without the corps: it has ended, follow-up begins."""

    type: ClassVar[str] = "case.measure_ended.v1"

    end_reason: ClosingReason
    ended_at: datetime


class InterventionFollowed(Fact):
    """The case follows the corps' intervention."""

    type: ClassVar[str] = "case.intervention_followed.v1"

    intervention_id: UUID
    happened: Happened
    happened_at: datetime


class FollowUpHeld(Fact):
    """Row 37: a review after the end."""

    type: ClassVar[str] = "case.follow_up_held.v1"

    number: int
    contact: FollowUpContact
    wellbeing: dict[Dimension, Wellbeing] = Field(default={})
    new_concern: bool
    decision: FollowUpDecision
    held_at: datetime
    consent_valid_until: datetime | None = None
    """No longer said: consent to follow-up is a consent of kind FOLLOW_UP."""
    legal_basis: UUID | None = None
    note: UUID | None = None


class CaseReopened(Fact):
    """Rows 39 and 49: from the beginning; the old assessment is readable and outdated."""

    type: ClassVar[str] = "case.reopened.v1"

    opening: int
    reopened_at: datetime
    left: str | None = None
    """Organisation that the recommendation had been sent to; it has no part in the new opening."""
