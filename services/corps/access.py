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
        Sight(Role.CASEWORKER, Tie.OWNS, (B,), "2.1: in the municipality whose case it is"),
        Sight(Role.CORPS_MEMBER, Tie.ENGAGED, (B,), "R6: her own, while she is engaged in it"),
    ),
    {Tie.OWNS: "organisation", Tie.ENGAGED: "member_ref"},
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

INTERVENTION_ROLES = frozenset({Role.LOCAL_COORDINATOR, Role.CASEWORKER})
"""In the municipality whose case it is; the member sees it as a person."""

HOME = INTERVENTION_POLICY.leave(Role.LOCAL_COORDINATOR, Role.CASEWORKER)
MEMBER = INTERVENTION_POLICY.leave(Role.CORPS_MEMBER)


def intervention_changes(state: Intervention, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains or loses sight of an intervention with `fact`: the chosen member at once, the old one no longer."""
    match fact:
        case facts.InterventionRequested():
            yield AccessChange(state.organisation, opens=HOME)
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


def _member_out(state: Intervention, employer: str, fact: Fact) -> Iterator[AccessChange]:
    """Take back the member's leave, and the employer's sight if it is not the case's own municipality."""
    organisation = kommune(employer)
    yield AccessChange(organisation, ends=True, person=getattr(fact, "member_ref", None))
    if organisation != state.organisation:
        yield AccessChange(organisation, ends=True)


def loan_changes(loan: Loan, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains sight of a loan with `fact`: the borrower who drafts it, the lender to whom it is offered."""
    match fact:
        case loans.LoanDrafted():
            yield AccessChange(loan.organisation)
        case loans.LoanOffered():
            yield AccessChange(loan.lender_organisation)
