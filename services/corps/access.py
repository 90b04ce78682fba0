"""Who sees an intervention or a loan, and what they may open of it (`domain.md` R6, 3.9).

Access is kept by organisation; within it a role is needed too, and a member of the corps sees her own alone. So a lender's
leader sees the loan, which has hours and dates, and never the intervention.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.corps.domain.intervention import Intervention
from services.corps.domain.loan import Loan
from shared.contracts import corps as facts
from shared.contracts import corps_loans as loans
from shared.contracts.base import Fact
from shared.lifecycle.actor import Role
from shared.lifecycle.text import FieldClass
from shared.persistence.store import AccessChange
from shared.policy.sights import Policy, Sight, Tie
from shared.reference.organisations import kommune

B = FieldClass.CASE_TEXT

INTERVENTION_POLICY = Policy(
    "intervention",
    (
        Sight(Role.LOCAL_COORDINATOR, Tie.OWNS, (B,), "2.1: in the municipality whose case it is"),
        Sight(Role.CASEWORKER, Tie.NAMED, (B,), "R5: who is named on the case"),
        Sight(Role.CORPS_MEMBER, Tie.ENGAGED, (B,), "R6: her own, while she is engaged in it"),
    ),
    {Tie.OWNS: "organisation", Tie.ENGAGED: "member_ref", Tie.DECIDES: "authority", Tie.NAMED: "caseworker_ref"},
)

LOAN_POLICY = Policy(
    "loan",
    (
        Sight(Role.LOCAL_COORDINATOR, Tie.TAKES_PART, (), "3.9: lender and borrower"),
        Sight(Role.LEADER, Tie.TAKES_PART, (), "3.9: who signs for lender and borrower"),
        Sight(Role.CORPS_MEMBER, Tie.ENGAGED, (), "3.9: her own loan"),
    ),
    {Tie.ENGAGED: "member_ref"},
)
"""Hours and dates; the case is a pseudonym in it."""

MEMBER_POLICY = Policy(
    "member",
    (
        Sight(Role.LOCAL_COORDINATOR, Tie.OWNS, (), "3.8: the employer's coordinator"),
        Sight(Role.NATIONAL_DESK, Tie.NATIONAL, (), "R12: competence and capacity"),
        Sight(Role.CORPS_MEMBER, Tie.ENGAGED, (), "3.8: her own record"),
    ),
)
"""Competence and capacity, never for which case (R12)."""

HOME = INTERVENTION_POLICY.leave(Role.LOCAL_COORDINATOR)
CASEWORKER = INTERVENTION_POLICY.leave(Role.CASEWORKER)
MEMBER = INTERVENTION_POLICY.leave(Role.CORPS_MEMBER)


def intervention_changes(state: Intervention, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains or loses sight of an intervention with `fact`: the chosen member at once, the old one no longer."""
    match fact:
        case facts.InterventionRequested():
            yield AccessChange(state.organisation, opens=HOME)
            yield from _caseworker_in(state)
        case facts.CaseworkerFollowed():
            yield from _caseworker_out(state, fact)
            yield from _caseworker_in(state)
        case facts.MemberChosen():
            yield AccessChange(kommune(fact.employer_municipality), opens=MEMBER, person=fact.member_ref)
        case (
            facts.ChoiceWithdrawn()
            | facts.ChoiceLapsed()
            | facts.MemberReplaced()
            | facts.MemberLeft()
            | facts.InterventionEnded()
        ):
            yield from _member_out(state, fact.employer_municipality, fact)
        case facts.InterventionStopped() if fact.employer_municipality is not None:
            yield from _member_out(state, fact.employer_municipality, fact)


def _caseworker_in(state: Intervention) -> Iterator[AccessChange]:
    """Give sight and leave to who is named on the case, in person (R5)."""
    if state.authority is not None and state.caseworker_ref is not None:
        yield AccessChange(state.authority, opens=CASEWORKER, person=state.caseworker_ref)


def _caseworker_out(state: Intervention, fact: facts.CaseworkerFollowed) -> Iterator[AccessChange]:
    """Take back the leave of who was named, and another authority's sight unless it employs the member who is at work."""
    if fact.replaced is not None and (was_at := fact.left or state.authority) is not None:
        yield AccessChange(was_at, ends=True, person=fact.replaced)
    employer = state.member_organisation if state.member is not None and not state.member.gone else state.organisation
    if fact.left is not None and fact.left not in (state.organisation, employer):
        yield AccessChange(fact.left, ends=True)


def _member_out(state: Intervention, employer: str, fact: Fact) -> Iterator[AccessChange]:
    """Take back the member's leave, and the employer's sight if it has no other part in the case."""
    organisation = kommune(employer)
    yield AccessChange(organisation, ends=True, person=getattr(fact, "member_ref", None))
    if organisation not in (state.organisation, state.authority):
        yield AccessChange(organisation, ends=True)


def loan_changes(loan: Loan, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains sight of a loan with `fact`: the borrower who drafts it, the lender to whom it is offered."""
    match fact:
        case loans.LoanDrafted():
            yield AccessChange(loan.organisation)
        case loans.LoanOffered():
            yield AccessChange(loan.lender_organisation)
