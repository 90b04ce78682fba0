"""Worlds for tests of corps: an intervention and a loan in every stage, and who acts. All fictional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.corps.domain import intervention_commands as ic
from services.corps.domain import loan_commands as lc
from services.corps.domain.intervention import Intervention
from services.corps.domain.intervention import Stage as K
from services.corps.domain.intervention_table import INTERVENTION
from services.corps.domain.loan import Loan
from services.corps.domain.loan import Stage as L
from services.corps.domain.loan_table import LOAN
from shared.contracts.base import Fact
from shared.contracts.codes import InterventionKind
from shared.contracts.corps import Client, Dimension
from shared.contracts.corps_codes import (
    Attended,
    CancelReason,
    ConcernOutcome,
    DeclineReason,
    EndCriterion,
    EndReason,
    LoanEnding,
    Necessity,
    PauseReason,
    ReturnReason,
    SessionMode,
)
from shared.contracts.requirements import MatchRequirements
from shared.errors import Conflict, Invalid
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context, Lifecycle, Transition

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Denmark."""
TODAY = date(2026, 11, 2)
CASE = UUID(int=0xCA5E)
CONSENT = UUID(int=0xC0)
INTERVENTION_ID = UUID(int=0x1A)
LOAN_ID = UUID(int=0x10A)
MEMBER = UUID(int=0x3E)
OTHER_MEMBER = UUID(int=0x3F)

BORROWER, LENDER = "0751", "0101"
HOME, AWAY = f"kommune:{BORROWER}", f"kommune:{LENDER}"


def actor(*roles: Role, organisation: str = HOME, person: int = 1) -> Actor:
    """Return somebody; a member of the corps is the chosen one."""
    if roles == (Role.SYSTEM,):
        return SYSTEM
    ref = MEMBER if Role.CORPS_MEMBER in roles else UUID(int=0xA0000 + person)
    return Actor(ref, organisation, frozenset(roles))


COORDINATOR = actor(Role.LOCAL_COORDINATOR, person=2)
CASEWORKER = actor(Role.CASEWORKER, person=3)
THE_MEMBER = actor(Role.CORPS_MEMBER)
LENDING_MEMBER = actor(Role.CORPS_MEMBER, organisation=AWAY)
LENDER_LEADER = actor(Role.LEADER, organisation=AWAY, person=4)
BORROWER_LEADER = actor(Role.LEADER, person=5)
LENDER_COORDINATOR = actor(Role.LOCAL_COORDINATOR, organisation=AWAY, person=6)

FITTING = {
    "fitting": 5,
    "option": 1,
    "broken": (),
    "employer": BORROWER,
    "blocks": (),
    "own_available": False,
    "hours_free": 37,
    "lender": LENDER,
    "borrower": BORROWER,
    "kind": InterventionKind.MENTOR,
    "in_matching": True,
    "intervention_active": True,
}
"""What handlers look up, such that every guard holds."""

REQUEST = ic.RequestIntervention(
    case_id=CASE,
    requirements=MatchRequirements(kind=InterventionKind.MENTOR),
    municipality=BORROWER,
    client=Client.SUBJECT,
    consent_id=CONSENT,
    valid_until=NOW + timedelta(days=400),
)
NARROW_REQUEST = REQUEST.model_copy(
    update={"requirements": MatchRequirements(kind=InterventionKind.MENTOR, gender_wish="FEMALE", gender_required=True)}
)
CHOOSE = ic.ChooseMember(member_ref=MEMBER)
CHOOSE_BY_LOAN = ic.ChooseByLoan(member_ref=MEMBER, loan_id=LOAN_ID, held_until=NOW + timedelta(days=7))
ACCEPT = ic.AcceptMatch(planned_end=TODAY + timedelta(days=180), goals=(Dimension.FAMILY,))
SESSION = ic.LogSession(held_on=TODAY, minutes=60, mode=SessionMode.IN_PERSON, attended=Attended.YES)
PAUSE = ic.PauseIntervention(reason_code=PauseReason.ILLNESS, resume_on=TODAY + timedelta(days=30))
END = ic.EndIntervention(
    end_reason=EndReason.E1,
    criterion=EndCriterion.GOALS_REACHED,
    farewell_held=True,
    handed_over=True,
    follow_ups_agreed=True,
)
DRAFT = lc.DraftLoan(
    intervention_id=INTERVENTION_ID,
    member_ref=MEMBER,
    starts_on=TODAY,
    ends_on=TODAY + timedelta(days=180),
    hours_per_week=4,
)


def context(who: Actor, now: datetime = NOW, known: Mapping[str, Any] = FITTING, of: UUID = INTERVENTION_ID) -> Context:
    """Return what a command is decided in."""
    return Context(actor=who, now=now, aggregate_id=of, known=known)


class History:
    """An aggregate that lives through commands, so that a test's state is one that can come about."""

    def __init__(self, lifecycle: Lifecycle[Any], aggregate_id: UUID) -> None:
        self.lifecycle = lifecycle
        self.id = aggregate_id
        self.now = NOW
        self.state: Any = None
        self.facts: list[Fact] = []

    def give(self, who: Actor, command: Command, **known: Any) -> History:
        """Give a command; it must be accepted."""
        ctx = context(who, self.now, {**FITTING, **known}, self.id)
        self.state, facts = decide(self.lifecycle, self.state, command, ctx)
        self.facts += facts
        return self

    def last(self, fact: type[Fact]) -> Any:
        """Return the latest fact of a type."""
        return next(each for each in reversed(self.facts) if isinstance(each, fact))


def intervention(*, narrow: bool = False) -> History:
    """Return a request that has just arrived."""
    request = NARROW_REQUEST if narrow else REQUEST
    return History(INTERVENTION, INTERVENTION_ID).give(SYSTEM, request, fitting=0 if narrow else 5)


def chosen() -> History:
    """Return an intervention with an own member chosen."""
    return intervention().give(COORDINATOR, CHOOSE)


def lent() -> History:
    """Return an intervention whose choice is reserved by an offered loan."""
    return intervention().give(COORDINATOR, CHOOSE_BY_LOAN, employer=LENDER)


def accepted(begun: History | None = None) -> History:
    """Return an intervention whose chosen member the citizen accepts."""
    return (begun or chosen()).give(CASEWORKER, ic.RecordCitizenAnswer(accepts=True))


def active(*, narrow: bool = False) -> History:
    """Return an intervention that runs with an own member."""
    begun = accepted(intervention(narrow=narrow).give(COORDINATOR, CHOOSE))
    return begun.give(THE_MEMBER, ACCEPT).give(COORDINATOR, ACCEPT)


def paused() -> History:
    """Return an intervention that rests."""
    return active().give(COORDINATOR, PAUSE)


def ended() -> History:
    """Return an intervention that has ended."""
    return active().give(COORDINATOR, END).give(CASEWORKER, END)


def stopped() -> History:
    """Return an intervention that the police stopped."""
    return active().give(SYSTEM, ic.StopIntervention())


def draft() -> History:
    """Return a drafted loan."""
    return History(LOAN, LOAN_ID).give(COORDINATOR, DRAFT)


def offered() -> History:
    """Return a loan whose member is reserved."""
    return draft().give(COORDINATOR, lc.OfferLoan())


def signed() -> History:
    """Return a loan that both leaders have signed."""
    return offered().give(LENDER_LEADER, lc.SignAsLender()).give(BORROWER_LEADER, lc.SignAsBorrower())


def active_loan() -> History:
    """Return a loan that runs."""
    return signed().give(SYSTEM, lc.ActivateLoan())


LONGER = DRAFT.ends_on + timedelta(days=60)


def extended() -> History:
    """Return a loan whose term both have made longer."""
    return (
        active_loan()
        .give(LENDER_LEADER, lc.ExtendAsLender(ends_on=LONGER))
        .give(BORROWER_LEADER, lc.ExtendAsBorrower(ends_on=LONGER))
    )


def ended_loan() -> History:
    """Return a loan that ended with its intervention."""
    return active_loan().give(SYSTEM, lc.FollowIntervention(reason=LoanEnding.INTERVENTION_ENDED))


def cancelled() -> History:
    """Return a cancelled loan."""
    return offered().give(LENDER_COORDINATOR, lc.CancelLoan(reason=CancelReason.TERMS))


INTERVENTIONS = {K.MATCHING: intervention, K.ACTIVE: active, K.PAUSED: paused, K.ENDED: ended, K.STOPPED: stopped}
LOANS = {
    L.DRAFT: draft,
    L.OFFERED: offered,
    L.SIGNED: signed,
    L.ACTIVE: active_loan,
    L.EXTENDED: extended,
    L.ENDED: ended_loan,
    L.CANCELLED: cancelled,
}

SAMPLES: Mapping[type[Command], tuple[Command, ...]] = {
    ic.RequestIntervention: (REQUEST, NARROW_REQUEST),
    ic.AskDesk: (ic.AskDesk(),),
    ic.ExcludeMember: (ic.ExcludeMember(member_ref=OTHER_MEMBER),),
    ic.ChooseMember: (CHOOSE,),
    ic.ChooseByLoan: (CHOOSE_BY_LOAN,),
    ic.FollowSignature: (ic.FollowSignature(loan_id=LOAN_ID, ends_on=DRAFT.ends_on),),
    ic.RecordCitizenAnswer: (ic.RecordCitizenAnswer(accepts=True), ic.RecordCitizenAnswer(accepts=False)),
    ic.WithdrawChoice: (ic.WithdrawChoice(reason_code=ReturnReason.COORDINATOR_CHANGED),),
    ic.ReturnChoice: (ic.ReturnChoice(reason_code=ReturnReason.NOT_SIGNED),),
    ic.LapseChoice: (ic.LapseChoice(),),
    ic.DeclineMatch: (ic.DeclineMatch(reason=DeclineReason.NO_TIME),),
    ic.ProposeEnding: (ic.ProposeEnding(criterion=EndCriterion.CITIZEN_ASKS),),
    ic.AcceptMatch: (ACCEPT,),
    ic.LogSession: (
        SESSION,
        SESSION.model_copy(update={"concern_raised": True}),
        SESSION.model_copy(update={"attended": Attended.NO}),
        SESSION.model_copy(update={"attended": Attended.NO, "concern_raised": True}),
    ),
    ic.SeeSessionConcern: (ic.SeeSessionConcern(outcome=ConcernOutcome.TALKED_OVER),),
    ic.RecordProgression: (ic.RecordProgression(citizen_progress=1, member_progress=0),),
    ic.HoldSupervision: (ic.HoldSupervision(held_on=TODAY),),
    ic.ReviewPlan: (
        ic.ReviewPlan(necessity=Necessity.CONTINUE, planned_end=TODAY + timedelta(days=100)),
        ic.ReviewPlan(necessity=Necessity.CONTINUE),
    ),
    ic.PauseIntervention: (PAUSE,),
    ic.ResumeIntervention: (ic.ResumeIntervention(),),
    ic.ReplaceMember: (ic.ReplaceMember(reason_code=ReturnReason.RELATION),),
    ic.LoseMember: (ic.LoseMember(reason_code=ReturnReason.LOAN_ENDED),),
    ic.EndIntervention: (END,),
    ic.FollowCaseworker: (ic.FollowCaseworker(authority="kommune:0751", caseworker=UUID(int=3)),),
    ic.StopIntervention: (ic.StopIntervention(),),
    lc.DraftLoan: (DRAFT,),
    lc.OfferLoan: (lc.OfferLoan(),),
    lc.SignAsLender: (lc.SignAsLender(),),
    lc.SignAsBorrower: (lc.SignAsBorrower(),),
    lc.LapseReservation: (lc.LapseReservation(),),
    lc.CancelLoan: (lc.CancelLoan(reason=CancelReason.TERMS),),
    lc.ActivateLoan: (lc.ActivateLoan(),),
    lc.ExtendAsLender: (lc.ExtendAsLender(ends_on=LONGER),),
    lc.ExtendAsBorrower: (lc.ExtendAsBorrower(ends_on=LONGER),),
    lc.RecallLoan: (lc.RecallLoan(ends_on=TODAY + timedelta(days=20)),),
    lc.EndLoan: (lc.EndLoan(),),
    lc.FollowIntervention: (lc.FollowIntervention(reason=LoanEnding.MEMBER_REPLACED),),
}
"""Commands such that, between them, every row of the tables can be taken."""

LATE = {ic.LapseChoice, lc.LapseReservation, lc.EndLoan}
"""Orders whose time comes long after the state was made."""


def ready(row: Transition[Any], stage: str) -> Any:
    """Return a state in `stage` in which the guards of the row hold for whoever has its role."""
    command = row.command
    if row.creates:
        return None
    if stage == K.MATCHING:
        return _matching(row)
    if command is ic.SeeSessionConcern and stage != K.MATCHING:
        worried = active().give(THE_MEMBER, SAMPLES[ic.LogSession][1])
        return _onwards(worried, stage)
    narrow = row.opens and row.opens[0].due.amount == 3 and row.target == K.MATCHING
    if narrow:
        return active(narrow=True).state
    if stage == L.OFFERED and command in (lc.SignAsLender, lc.SignAsBorrower) and row.target == L.SIGNED:
        first = (
            (BORROWER_LEADER, lc.SignAsBorrower()) if command is lc.SignAsLender else (LENDER_LEADER, lc.SignAsLender())
        )
        return offered().give(*first).state
    if command in (lc.ExtendAsLender, lc.ExtendAsBorrower):
        return _extendable(row, stage)
    return {**INTERVENTIONS, **LOANS}[stage]().state  # type: ignore[index]


def _onwards(worried: History, stage: str) -> Intervention:
    if stage == K.PAUSED:
        worried.give(COORDINATOR, PAUSE)
    if stage == K.ENDED:
        worried.give(COORDINATOR, END).give(CASEWORKER, END)
    if stage == K.STOPPED:
        worried.give(SYSTEM, ic.StopIntervention())
    return worried.state  # type: ignore[no-any-return]


def _matching(row: Transition[Any]) -> Intervention:
    command = row.command
    if command is ic.SeeSessionConcern:
        worried = active().give(THE_MEMBER, SAMPLES[ic.LogSession][1])
        return worried.give(COORDINATOR, SAMPLES[ic.ReplaceMember][0]).state  # type: ignore[no-any-return]
    if command is ic.AcceptMatch:
        return accepted().state  # type: ignore[no-any-return]
    if command in (ic.FollowSignature, ic.ReturnChoice):
        return lent().state  # type: ignore[no-any-return]
    if command in (ic.RecordCitizenAnswer, ic.WithdrawChoice, ic.LapseChoice, ic.DeclineMatch):
        return chosen().state  # type: ignore[no-any-return]
    return intervention().state  # type: ignore[no-any-return]


def _extendable(row: Transition[Any], stage: str) -> Loan:
    """Return a loan with the other side's signature under the longer term, or without."""
    loan = active_loan()
    if stage == L.EXTENDED:
        sooner = DRAFT.ends_on + timedelta(days=30)
        loan.give(LENDER_LEADER, lc.ExtendAsLender(ends_on=sooner))
        loan.give(BORROWER_LEADER, lc.ExtendAsBorrower(ends_on=sooner))
    if row.target == L.EXTENDED and row.command is lc.ExtendAsLender:
        loan.give(BORROWER_LEADER, lc.ExtendAsBorrower(ends_on=LONGER))
    elif row.target == L.EXTENDED:
        loan.give(LENDER_LEADER, lc.ExtendAsLender(ends_on=LONGER))
    return loan.state  # type: ignore[no-any-return]


def fitting_actor(row: Transition[Any], role: Role, lifecycle: Lifecycle[Any]) -> Actor:
    """Return somebody with the role, in the organisation that the row is for."""
    lending = row.command in (lc.SignAsLender, lc.ExtendAsLender, lc.RecallLoan)
    who = actor(role, organisation=AWAY if lending else HOME, person=7)
    return replace(who, roles=frozenset({role}))


def moment(command: type[Command]) -> datetime:
    """Return when a sample is given."""
    return NOW + timedelta(days=400) if command in LATE else NOW


def refused(history: History, who: Any, command: Any, **known: Any) -> str:
    """Return the code with which a command is refused."""
    with pytest.raises((Invalid, Conflict)) as caught:
        history.give(who, command, **known)
    return caught.value.code
