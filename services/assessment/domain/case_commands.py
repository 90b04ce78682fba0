"""What can be asked of a case; one class a command, texts still plain. Commands of SYSTEM at the end."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.assessment import Evidence
from shared.contracts.assessment_codes import (
    AuthorityUnit,
    Confidence,
    DecisionOutcome,
    FollowUpContact,
    FollowUpDecision,
    Happened,
    Measure,
    MeasureLaw,
    NamingReason,
    Party,
    ReferralBasis,
    ResourceLevel,
    RiskLevel,
    UnknownReason,
    Wellbeing,
)
from shared.contracts.codes import Anonymity, Answer, ClosingReason, ReporterKind, Travel
from shared.contracts.corps import Dimension
from shared.lifecycle.table import Command
from shared.lifecycle.text import CaseText, IdentityText

WellbeingDimension = Literal[
    Dimension.PERSONALITY,
    Dimension.MENTAL_VULNERABILITY,
    Dimension.FAMILY,
    Dimension.NETWORK_SPARE_TIME,
    Dimension.EDUCATION_EMPLOYMENT,
]
"""What a follow-up asks about: dimensions 5-9 (`domain.md` 3.5, 3.13)."""


class OpenCase(Command):
    """Accept the responsibility for the concern and open the case."""

    accepts_responsibility: bool
    purpose_plausible: bool
    minor: Answer | None = None
    earlier_closed_concern: bool = False
    grounds: CaseText | None = None
    cpr: IdentityText | None = None
    """To find the person's other open case by, and never stored; without it nothing is matched (`domain.md` 3.3, 3.4)."""


class MergeConcern(Command):
    """Attach the concern to an open case of the same person."""

    into: UUID
    same_subject_confirmed: bool


class AttachConcern(Command):
    """Receive a concern from another record; given together with the command on that record."""

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


class CloseWithoutAction(Command):
    """Agree, as one of both tovholdere, to close without action."""

    terms: ClassVar[tuple[str, ...]] = ("reason",)

    reason: ClosingReason
    registers_add_nothing: bool = False


class ReferElsewhere(Command):
    """Refer to another offer or authority, and close."""

    reason: ClosingReason
    basis: ReferralBasis | None = None


class RequestClearance(Command):
    """Ask the police whether anything hinders Infohus."""


class TakeOver(Command):
    """Take the case over; police alone from here. There is no field for a reason."""


class ClearCase(Command):
    """Say that nothing hinders Infohus."""


class ReturnCase(Command):
    """Give the case back to Infohus."""


class RevokeClearance(Command):
    """Take the case out of Infohus at once. There is no field for a reason."""


class HoldMeeting(Command):
    """Record the analysis meeting and its quorum."""

    held_at: AwareDatetime
    present: tuple[Party, ...] = Field(min_length=1, max_length=20)
    invited: tuple[Party, ...] = Field(default=(), max_length=20)
    mental_vulnerability_suspected: bool
    minutes: CaseText | None = None


class RecordShortAssessment(Command):
    """Record what the meeting found, where it found no basis to go on."""

    assessment: CaseText


class DimensionRating(BaseModel):
    """One dimension: risk and resource rated apart, each in words."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    dimension: Dimension
    risk_level: RiskLevel
    resource_level: ResourceLevel
    unknown_reason: UnknownReason | None = None
    need: bool = False
    need_text: CaseText | None = None
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)
    confidence: Confidence = Confidence.MEDIUM
    dissent: tuple[Party, ...] = ()
    dissent_text: CaseText | None = None


class CompleteAssessment(Command):
    """Complete the assessment: nine dimensions, and the recommendation that follows from them."""

    ratings: tuple[DimensionRating, ...] = Field(max_length=20)
    focus: tuple[Dimension, ...] = Field(min_length=1, max_length=4)
    measures: tuple[Measure, ...] = Field(min_length=1, max_length=9)
    reasoning: CaseText
    child_unit_contributed: bool = False
    minor: Answer | None = None


class AnswerAcuteTask(Command):
    """Answer the acute task of a rating: handed over to the police, or no acute matter after all."""

    handed_over: bool


class SendRecommendation(Command):
    """Send the recommendation to a named authority."""

    addressed_to: str = Field(max_length=60, description="organisation of the authority, such as kommune:0253")
    unit: AuthorityUnit
    caseworker: UUID | None = None
    """Who is to decide, where the authority is the municipality's own (R5); else its leader names somebody."""


class NameCaseworker(Command):
    """Name the person who works on the case for the addressed authority; who was named before is so no longer."""

    person: UUID
    reason: NamingReason


class DecideMeasure(Command):
    """Decide, as the addressed authority, in its own regime."""

    outcome: DecisionOutcome
    appeal_guidance_given: bool
    law: MeasureLaw | None = None
    measures: tuple[Measure, ...] = ()
    grounds: CaseText | None = None
    reason: ClosingReason | None = None


class RecordDecline(Command):
    """Record that the offer is declined. Nothing follows from it."""


class ReviewMeasure(Command):
    """Test again whether a measure without the corps is needed."""

    still_needed: bool


class EndMeasure(Command):
    """End a measure without the corps; follow-up begins."""

    reason: ClosingReason


class HoldFollowUp(Command):
    """Record a follow-up at 6 or 12 months."""

    contact: FollowUpContact
    attempts: int = Field(default=1, ge=1, le=3)
    wellbeing: dict[WellbeingDimension, Wellbeing] = Field(default={})
    new_concern: bool = False
    decision: FollowUpDecision
    legal_basis: CaseText | None = None
    note: CaseText | None = None


class CloseCase(Command):
    """Agree, as one of both tovholdere, to close after follow-up."""

    terms: ClassVar[tuple[str, ...]] = ("reason",)

    reason: ClosingReason


class ReopenCase(Command):
    """Begin again: on a new concern about the same person, or because a follow-up shows a new worry."""

    concern_case: UUID | None = None


class RegisterConcern(Command):
    """Take in a concern that intake routed here. SYSTEM follows what a person did there."""

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


class FollowIntervention(Command):
    """Follow the corps' intervention. SYSTEM follows what people did there."""

    intervention_id: UUID
    happened: Happened
    happened_at: datetime
