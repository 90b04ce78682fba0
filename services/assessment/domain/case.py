"""The case (sag, `domain.md` 3.4): its state. How facts change it is in `case_facts`."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.assessment.domain.disclosure import Consent, Dispute, Postponement, Refusal, Share
from shared.contracts.assessment import CASE_TOPIC, Rated
from shared.contracts.assessment_codes import (
    AuthorityUnit,
    FollowUpContact,
    FollowUpDecision,
    Measure,
    NamingReason,
    Party,
)
from shared.contracts.codes import Anonymity, Answer, ClosingReason, Gender, ReporterKind, Travel
from shared.contracts.corps import Client, Dimension
from shared.contracts.glass import GlassReview
from shared.contracts.subject import AgeBand
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Aggregate


class Stage(StrEnum):
    """States of a case (`domain.md` 2.2). C2 and C4 are those of a concern that waits for, or has found, its case."""

    ARRIVED = "C2"
    MERGED = "C4"
    TRIAGE = "K0"
    POLICE_CLEARANCE = "K1"
    POLICE_ONLY = "K2"
    GATHERING = "K3"
    MEETING = "K4"
    RECOMMENDED = "K5"
    DECISION_PENDING = "K6"
    OFFERED = "K7"
    MATCHING = "K8"
    ACTIVE = "K9"
    PAUSED = "K10"
    FOLLOW_UP = "K12"
    CLOSED = "K13"


OPEN_CASE = tuple(stage for stage in Stage if stage not in (Stage.ARRIVED, Stage.MERGED, Stage.CLOSED))
"""The stages of an open case (`domain.md` 2.3, "any open")."""


class RetentionClass(StrEnum):
    """How long a closed case is kept (`domain.md` 4.5)."""

    BEFORE_MEETING = "RET-1"
    NO_MEASURE = "RET-2"
    MEASURE = "RET-3"
    MINOR = "RET-4"


class Clearance(StrEnum):
    """Where the police's clearance stands (`domain.md` 3.4)."""

    REQUESTED = "REQUESTED"
    CLEARED = "CLEARED"
    TAKEN_OVER = "TAKEN_OVER"
    RETURNED = "RETURNED"
    REVOKED = "REVOKED"


class Part(BaseModel):
    """Base of the parts of a case's state."""

    model_config = ConfigDict(frozen=True)


class Concern(Part):
    """A concern in this case. Several stay apart: each has its own sealed texts, in intake's erasable unit."""

    concern_id: UUID
    from_case: UUID | None = None
    received_at: datetime
    description: UUID | None = None
    subject: UUID | None = None
    reporter: UUID | None = None
    grounds: UUID | None = None


class Assessment(Part):
    """An assessment with its recommendation (`domain.md` 3.5, 3.6). Outdated ones stay readable."""

    number: int
    ratings: tuple[Rated, ...]
    focus: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    reasoning: UUID
    psychiatry_missing: bool
    written_by: UUID
    completed_at: datetime
    outdated: bool = False


class Recommendation(Part):
    """To whom the recommendation was sent, and by whom."""

    addressed_to: str
    unit: AuthorityUnit
    sent_by: UUID
    sent_at: datetime | None = None


class Meeting(Part):
    """The analysis meeting."""

    held_at: datetime
    present: tuple[Party, ...]
    invited: tuple[Party, ...]
    minutes: UUID | None = None


class Offer(Part):
    """What the citizen took, and the consent on which it rests."""

    consent_id: UUID
    client: Client
    needs_corps_member: bool
    valid_until: datetime


class Glass(Part):
    """A glass that was broken (R7): by whom, why (sealed), until when, and what the DPO found."""

    id: UUID
    by: UUID
    organisation: str
    grounds: UUID
    until: datetime
    finding: GlassReview | None = None


class Described(Part):
    """Whom the case is about (`domain.md` 3.3): codes, and references to what is sealed."""

    name: UUID | None = None
    address: UUID | None = None
    protected_address: bool = False
    birth_year: UUID
    age_band: AgeBand
    residence_municipality: str
    residence_since: date | None = None
    custody_holders: UUID | None = None
    languages: tuple[str, ...] = ()
    interpreter_needed: bool = False
    preferred_mentor_gender: Gender | None = None

    @property
    def texts(self) -> tuple[UUID | None, ...]:
        """Return the references of what can be opened; an address that was written before it was protected cannot."""
        address = None if self.protected_address else self.address
        return (self.name, address, self.birth_year, self.custody_holders)


class Named(Part):
    """Somebody who is or was named as caseworker (`domain.md` 3.4 `participants`): at which authority, from, to, why (R5)."""

    organisation: str
    person_ref: UUID
    since: datetime
    until: datetime | None = None
    reason: NamingReason


class Review(Part):
    """A follow-up that was held."""

    number: int
    held_at: datetime
    contact: FollowUpContact
    decision: FollowUpDecision


class Case(Aggregate):
    """A case as the fold of its facts. Texts and persons are references into the vault.

    `organisation` is the municipality that owns it, `police` the organisation of its district's police.
    """

    kind: ClassVar[str] = "case"
    topic: ClassVar[str] = CASE_TOPIC

    municipality: str
    police: str
    concerns: tuple[Concern, ...]
    subject_ref: UUID | None = None
    """Whom the case is about, where known by CPR; the same for every case about this person."""
    described: Described | None = None
    reporter_kind: ReporterKind
    anonymity: Anonymity
    minor: Answer
    acute: bool
    travel: Travel
    cross_over: bool
    earlier_closed_concern: bool = False
    arrived_at: datetime
    opened_at: datetime
    """When the clock of closing or referring began: with the concern's arrival, or with the reopening."""

    clearance: Clearance | None = None
    clearance_at: datetime | None = None
    meeting: Meeting | None = None
    short_assessment: UUID | None = None
    assessments: tuple[Assessment, ...] = ()
    recommendation: Recommendation | None = None
    caseworkers: tuple[Named, ...] = ()
    granted: tuple[Measure, ...] = ()
    consents: tuple[Consent, ...] = ()
    shares: tuple[Share, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    told_at: datetime | None = None
    postponed: Postponement | None = None
    disputes: tuple[Dispute, ...] = ()
    glasses: tuple[Glass, ...] = ()
    offer: Offer | None = None
    intervention_id: UUID | None = None
    ended_at: datetime | None = None
    reviews: tuple[Review, ...] = ()
    reopen_asked: bool = False
    merged_into: UUID | None = None
    closing_reason: ClosingReason | None = None
    closed_at: datetime | None = None
    never_opened: bool = False
    """Closed or referred as a concern that waited (C2): nobody said that the purpose is plausible, and no case was opened."""
    retention_class: RetentionClass | None = None

    @property
    def concern_id(self) -> UUID:
        """Return the concern that made this record."""
        return self.concerns[0].concern_id

    @property
    def may_be_minor(self) -> bool:
        """Say whether a child could be meant: unknown counts as yes (`domain.md` 3.2)."""
        return self.minor is not Answer.NO

    @property
    def assessment(self) -> Assessment | None:
        """Return the assessment that holds, if there is one that is not outdated."""
        current = self.assessments[-1] if self.assessments else None
        return current if current is not None and not current.outdated else None

    @property
    def authority(self) -> str:
        """Return the organisation whose caseworker decides; the owner's own before a recommendation is sent."""
        return self.recommendation.addressed_to if self.recommendation else self.organisation

    @property
    def caseworker_ref(self) -> UUID | None:
        """Return the person who is named as caseworker at the authority now; None while nobody is (R5)."""
        return next((each.person_ref for each in reversed(self.caseworkers) if each.until is None), None)

    @property
    def caseworker_role(self) -> Role:
        """Return whose the caseworker's clocks are: hers; the leader's while nobody is named; before, the tovholder's."""
        if self.caseworker_ref is not None:
            return Role.CASEWORKER
        return Role.LEADER if self.recommendation is not None else Role.TOVHOLDER_KOMMUNE

    @property
    def handlers(self) -> tuple[str, ...]:
        """Return who handles it: the municipality, with police once they were asked, police alone in K2 (4.1)."""
        if self.stage == Stage.POLICE_ONLY:
            return (self.police,)
        asked = (self.police,) if self.clearance is not None else ()
        return tuple(dict.fromkeys((self.organisation, *asked, self.authority)))

    @property
    def controller(self) -> str:
        """Return who answers for it: the owning municipality, or the police district while police have it alone."""
        return self.police if self.stage == Stage.POLICE_ONLY else self.organisation

    @property
    def met_at(self) -> datetime:
        """Return when the analysis meeting was held. Raises `LookupError` before it."""
        if self.meeting is None:
            raise LookupError("no meeting was held")
        return self.meeting.held_at

    @property
    def follow_up_began(self) -> datetime:
        """Return the end of the measure, from which follow-up is counted. Raises `LookupError` before it."""
        if self.ended_at is None:
            raise LookupError("follow-up has not begun")
        return self.ended_at
