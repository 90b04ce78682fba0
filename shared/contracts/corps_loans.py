"""Facts of loans, on `corps.loan.v1`. A lender reads them: hours and dates, never the case (`domain.md` 3.9, R12)."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.codes import InterventionKind
from shared.contracts.corps_codes import CancelReason, LoanEnding, OwnUnfit, Side, SuppliedBy

LOAN_TOPIC = "corps.loan.v1"


class LoanDrafted(Fact):
    """A loan is written down; nothing is reserved yet. `intervention_id` is the pseudonym of the case."""

    type: ClassVar[str] = "loan.drafted.v1"

    intervention_id: UUID
    lender: str
    borrower: str
    member_ref: UUID
    kind: InterventionKind
    starts_on: date
    ends_on: date
    hours_per_week: int
    price_per_hour: int
    """DKK."""
    travel_paid_by: Side
    supervision_by: SuppliedBy
    own_unfit: OwnUnfit | None = None
    data_instruction: str = "BORROWER_CONTROLLER"
    """The borrower is controller; the lender's employee acts under its instruction."""


class LoanOffered(Fact):
    """The member's capacity is reserved; both leaders may sign."""

    type: ClassVar[str] = "loan.offered.v1"

    held_until: datetime


class LoanSideSigned(Fact):
    """One side's leader signed; the other's has not yet."""

    type: ClassVar[str] = "loan.side_signed.v1"

    side: Side


class LoanFullySigned(Fact):
    """Both leaders signed: the reservation is firm."""

    type: ClassVar[str] = "loan.signed.v1"

    side: Side
    signed_at: datetime


class LoanActivated(Fact):
    """The day has come and the intervention is active. Carries out what the two signers agreed."""

    type: ClassVar[str] = "loan.activated.v1"

    signed_by_lender: UUID
    signed_by_borrower: UUID


class LoanExtensionProposed(Fact):
    """One side's leader signed a longer term; the other's has not yet."""

    type: ClassVar[str] = "loan.extension_proposed.v1"

    side: Side
    ends_on: date


class LoanExtended(Fact):
    """Both leaders signed a longer term."""

    type: ClassVar[str] = "loan.extended.v1"

    side: Side
    ends_on: date


class LoanRecalled(Fact):
    """The lender calls the member back, with 14 days' notice at least."""

    type: ClassVar[str] = "loan.recalled.v1"

    ends_on: date


class LoanEnded(Fact):
    """The loan is over; access and capacity end at once. Names the two signers whose agreement was carried out."""

    type: ClassVar[str] = "loan.ended.v1"

    reason: LoanEnding
    signed_by_lender: UUID
    signed_by_borrower: UUID


class LoanCancelled(Fact):
    """The loan does not come about; the reservation is released."""

    type: ClassVar[str] = "loan.cancelled.v1"

    reason: CancelReason | LoanEnding


class LoanReservationLapsed(Fact):
    """Not signed in time; the reservation is released. `offered_by` is whose offer it was."""

    type: ClassVar[str] = "loan.reservation_lapsed.v1"

    offered_by: UUID


LOAN_FACTS: tuple[type[Fact], ...] = (
    LoanDrafted,
    LoanOffered,
    LoanSideSigned,
    LoanFullySigned,
    LoanActivated,
    LoanExtensionProposed,
    LoanExtended,
    LoanRecalled,
    LoanEnded,
    LoanCancelled,
    LoanReservationLapsed,
)
