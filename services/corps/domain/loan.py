"""The loan of a member between two municipalities (`domain.md` 3.9): its state, and how facts change it.

Nothing in it is about the citizen. `intervention_id` is a pseudonym that opens nothing for the lender.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.corps.domain.deadlines import midnight
from shared.contracts import corps_loans as facts
from shared.contracts.base import Fact
from shared.contracts.codes import InterventionKind
from shared.contracts.corps_codes import LoanEnding, OwnUnfit, Side, SuppliedBy
from shared.lifecycle.aggregate import Aggregate
from shared.reference.organisations import kommune


class Stage(StrEnum):
    """States of a loan (`domain.md` 2.2, L1-L7)."""

    DRAFT = "L1"
    OFFERED = "L2"
    SIGNED = "L3"
    ACTIVE = "L4"
    EXTENDED = "L5"
    ENDED = "L6"
    CANCELLED = "L7"


class Proposal(BaseModel):
    """A longer term that one side has signed and the other has not."""

    model_config = ConfigDict(frozen=True)

    side: Side
    by: UUID
    ends_on: date


class Loan(Aggregate):
    """A loan as the fold of its facts: hours, dates, price, signatures."""

    kind: ClassVar[str] = "loan"
    topic: ClassVar[str] = facts.LOAN_TOPIC

    intervention_id: UUID
    lender: str
    borrower: str
    member_ref: UUID
    intervention_kind: InterventionKind
    starts_on: date
    ends_on: date
    hours_per_week: int
    price_per_hour: int
    travel_paid_by: Side
    supervision_by: SuppliedBy
    data_instruction: str
    own_unfit: OwnUnfit | None = None
    offered_by: UUID | None = None
    held_until: datetime | None = None
    signed_by_lender: UUID | None = None
    signed_by_borrower: UUID | None = None
    signed_at: datetime | None = None
    proposal: Proposal | None = None
    recalled: bool = False
    ending: str | None = None

    @property
    def lender_organisation(self) -> str:
        """Return the organisation of the lender."""
        return kommune(self.lender)

    @property
    def starts_at(self) -> datetime:
        """Return when the loan can begin (UTC): with its first day, or when both have signed if that is later."""
        first_day = midnight(self.starts_on)
        return max(first_day, self.signed_at) if self.signed_at else first_day

    @property
    def ends_at(self) -> datetime:
        """Return the moment at which the last day is over (UTC)."""
        return midnight(self.ends_on + timedelta(days=1))

    def side_of(self, organisation: str) -> Side | None:
        """Return which party an organisation is, or None if it is neither."""
        if organisation == self.organisation:
            return Side.BORROWER
        return Side.LENDER if organisation == self.lender_organisation else None


def begin(loan_id: UUID, fact: Fact) -> Loan:
    """Return the loan that its first fact makes. Raises `LookupError` for any other first fact."""
    if not isinstance(fact, facts.LoanDrafted):
        raise LookupError(f"a loan does not begin with {fact.type}")
    return Loan(
        id=loan_id,
        stage=Stage.DRAFT,
        organisation=kommune(fact.borrower),
        intervention_id=fact.intervention_id,
        lender=fact.lender,
        borrower=fact.borrower,
        member_ref=fact.member_ref,
        intervention_kind=fact.kind,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        hours_per_week=fact.hours_per_week,
        price_per_hour=fact.price_per_hour,
        travel_paid_by=fact.travel_paid_by,
        supervision_by=fact.supervision_by,
        data_instruction=fact.data_instruction,
        own_unfit=fact.own_unfit,
    )


def apply(loan: Loan, fact: Fact) -> Loan:
    """Return the loan after what `fact` means to it alone."""
    match fact:
        case facts.LoanOffered():
            return loan.with_(held_until=fact.held_until, offered_by=fact.by)
        case facts.LoanSideSigned():
            return _signed(loan, fact.side, fact.by)
        case facts.LoanFullySigned():
            return _signed(loan, fact.side, fact.by).with_(held_until=None, signed_at=fact.signed_at)
        case facts.LoanExtensionProposed():
            return loan.with_(proposal=Proposal(side=fact.side, by=fact.by, ends_on=fact.ends_on))
        case facts.LoanExtended():
            return loan.with_(ends_on=fact.ends_on, proposal=None, recalled=False)
        case facts.LoanRecalled():
            return loan.with_(ends_on=fact.ends_on, proposal=None, recalled=True)
        case facts.LoanEnded() | facts.LoanCancelled():
            return loan.with_(ending=str(fact.reason), held_until=None)
        case facts.LoanReservationLapsed():
            return loan.with_(ending="NOT_SIGNED", held_until=None)
    return loan


def _signed(loan: Loan, side: Side, by: UUID) -> Loan:
    return loan.with_(signed_by_lender=by) if side is Side.LENDER else loan.with_(signed_by_borrower=by)


def reason_to_end(loan: Loan) -> LoanEnding:
    """Return why the loan is over when its last day has passed."""
    return LoanEnding.RECALLED if loan.recalled else LoanEnding.ENDS_ON
