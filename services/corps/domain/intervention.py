"""The intervention (forløb, `domain.md` 3.10): from the request for a member to the end, and how facts change it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts import corps as facts
from shared.contracts.base import Fact
from shared.contracts.corps import Client, Dimension
from shared.contracts.corps_codes import ChoiceReason, EndCriterion, EndReason
from shared.contracts.requirements import MatchRequirements
from shared.lifecycle.aggregate import Aggregate
from shared.reference.districts import district_of
from shared.reference.organisations import kommune

DESK = "centre:national"
"""The organisation of the national desk."""

DECLINES_FREE = 2
"""How often the citizen may decline a member without a reason (`domain.md` 5.3)."""


class Stage(StrEnum):
    """States of an intervention: those of the case that it serves (`domain.md` 2.2), and stopped (row 42)."""

    MATCHING = "K8"
    ACTIVE = "K9"
    PAUSED = "K10"
    ENDED = "K12"
    STOPPED = "STOPPED"


class Engagement(BaseModel):
    """The member who is chosen (K8) or at work (K9, K10). `held_until` None means that the reservation is firm.

    `gone` says that the loan ended while the intervention rests: she has no access and no capacity is held.
    """

    model_config = ConfigDict(frozen=True)

    member_ref: UUID
    employer_municipality: str
    chosen_by: UUID
    reason_code: ChoiceReason
    held_until: datetime | None = None
    loan_id: UUID | None = None
    loan_signed: bool = False
    loan_ends_on: date | None = None
    citizen_accepted: bool = False
    gone: bool = False

    def holds(self, now: datetime) -> bool:
        """Say whether the reservation holds at `now`: a lapsed one does not, even before SYSTEM releases it."""
        return self.held_until is None or now < self.held_until


class Intervention(Aggregate):
    """An intervention as the fold of its facts. Notes are references into the vault."""

    kind: ClassVar[str] = "intervention"
    topic: ClassVar[str] = facts.INTERVENTION_TOPIC

    case_id: UUID
    requirements: MatchRequirements
    municipality: str
    client: Client
    consent_id: UUID
    valid_until: datetime
    requested_at: datetime
    authority: str | None = None
    caseworker_ref: UUID | None = None
    narrow: bool = False
    desk: str = DESK
    blocks: tuple[str, ...] = ()
    member: Engagement | None = None
    excluded: tuple[UUID, ...] = ()
    declined: tuple[UUID, ...] = ()
    declines: int = 0
    stepped_aside: tuple[UUID, ...] = ()
    """Members who said no to this match; they are not proposed for it again, and it is not shown why."""
    started_on: date | None = None
    planned_end: date | None = None
    resume_on: date | None = None
    goals: tuple[Dimension, ...] = ()
    goals_dropped: int = 0
    """How many plan reviews in a row found the goals dropped (`domain.md` 2.6 a)."""
    ending_proposed: EndCriterion | None = None
    """The criterion by which the member proposes to end, until somebody decides."""
    sessions: int = 0
    notes: tuple[UUID, ...] = ()
    end_reason: EndReason | None = None

    @property
    def district(self) -> str:
        """Return the slug of the police district."""
        return district_of(self.municipality).slug

    @property
    def member_person(self) -> UUID | None:
        """Return the member whose own clocks run; her record's reference is the person's."""
        return self.member.member_ref if self.member else None

    @property
    def member_organisation(self) -> str:
        """Return the organisation that employs the member: the owner of the member's clocks."""
        return kommune(self.member.employer_municipality) if self.member else self.organisation


def begin(intervention_id: UUID, fact: Fact) -> Intervention:
    """Return the intervention that its first fact makes. Raises `LookupError` for any other first fact."""
    if not isinstance(fact, facts.InterventionRequested):
        raise LookupError(f"an intervention does not begin with {fact.type}")
    return Intervention(
        id=intervention_id,
        stage=Stage.MATCHING,
        organisation=kommune(fact.municipality),
        case_id=fact.case_id,
        requirements=fact.requirements,
        municipality=fact.municipality,
        client=fact.client,
        consent_id=fact.consent_id,
        valid_until=fact.valid_until,
        requested_at=fact.requested_at,
        authority=fact.authority,
        caseworker_ref=fact.caseworker,
        narrow=fact.narrow,
    )


def apply(state: Intervention, fact: Fact) -> Intervention:
    """Return the intervention after what `fact` means to it alone."""
    match fact:
        case facts.CaseworkerFollowed():
            return state.with_(authority=fact.authority, caseworker_ref=fact.caseworker)
        case facts.DeskAsked():
            return state.with_(blocks=fact.blocks)
        case facts.MemberExcluded():
            return state.with_(excluded=(*state.excluded, fact.member_ref))
        case facts.MemberChosen():
            return state.with_(member=_chosen(fact), blocks=())
        case facts.LoanSigned():
            return _engaged(state, loan_signed=True, loan_ends_on=fact.ends_on, held_until=None)
        case facts.CitizenAccepted():
            return _engaged(state, citizen_accepted=True)
        case facts.ChoiceWithdrawn() | facts.ChoiceLapsed():
            return _returned(state, fact)
        case facts.InterventionEnded():
            return state.with_(end_reason=fact.end_reason)
        case _:
            return _at_work(state, fact)


def _at_work(state: Intervention, fact: Fact) -> Intervention:
    match fact:
        case facts.InterventionStarted():
            started = state.with_(started_on=state.started_on or fact.started_on, goals=fact.goals)
            return _engaged(started.with_(planned_end=fact.planned_end), held_until=None)
        case facts.SessionLogged():
            return _noted(state.with_(sessions=state.sessions + 1), fact.note)
        case facts.ProgressionRecorded():
            return _noted(state, fact.note)
        case facts.PlanReviewed():
            dropped = state.goals_dropped + 1 if fact.goals_dropped else 0
            changed = state.with_(goals_dropped=dropped, goals=fact.goals or state.goals, ending_proposed=None)
            return _noted(changed.with_(planned_end=fact.planned_end or state.planned_end), fact.note)
        case facts.EndingProposed():
            return _noted(state.with_(ending_proposed=fact.criterion), fact.note)
        case facts.InterventionPaused():
            return state.with_(resume_on=fact.resume_on, ending_proposed=None)
        case facts.InterventionResumed():
            return state.with_(resume_on=None)
        case facts.MemberLeft():
            return _engaged(state, gone=True)
        case facts.MemberReplaced():
            never = (*state.declined, fact.member_ref) if fact.not_again else state.declined
            return state.with_(member=None, declined=never, ending_proposed=None)
    return state


def _chosen(fact: facts.MemberChosen) -> Engagement:
    return Engagement(
        member_ref=fact.member_ref,
        employer_municipality=fact.employer_municipality,
        chosen_by=fact.by,
        reason_code=fact.reason_code,
        held_until=fact.held_until,
        loan_id=fact.loan_id,
    )


def _engaged(state: Intervention, **changes: object) -> Intervention:
    assert state.member is not None, "only an engaged member has facts about her engagement"
    return state.with_(member=state.member.model_copy(update=changes))


def _returned(state: Intervention, fact: facts.ChoiceWithdrawn | facts.ChoiceLapsed) -> Intervention:
    """Put the request back into the pool. What was agreed on was agreed about that member: it falls away with the choice."""
    back = state.with_(member=None, agreements={})
    if isinstance(fact, facts.ChoiceWithdrawn) and fact.by_citizen:
        back = _noted(back.with_(declines=state.declines + 1), fact.grounds)
        return back.with_(declined=(*state.declined, fact.member_ref))
    if isinstance(fact, facts.ChoiceWithdrawn) and fact.declined_because is not None:
        aside = (*state.stepped_aside, fact.member_ref)
        return _noted(back.with_(stepped_aside=aside), fact.grounds)
    return back


def _noted(state: Intervention, note: UUID | None) -> Intervention:
    return state if note is None else state.with_(notes=(*state.notes, note))
