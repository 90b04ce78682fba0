"""What people can ask of a loan; one class a command. There is no text in a loan, so nothing can name anybody."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.corps_codes import CancelReason, ChoiceReason, LoanEnding, OwnUnfit, Side, SuppliedBy
from shared.lifecycle.table import Command


class DraftLoan(Command):
    """Write down a loan of another municipality's member; nothing is reserved yet."""

    intervention_id: UUID
    member_ref: UUID
    starts_on: date
    ends_on: date
    hours_per_week: int = Field(ge=1, le=37)
    price_per_hour: int = Field(default=0, ge=0, le=5_000, description="DKK")
    travel_paid_by: Side = Side.BORROWER
    supervision_by: SuppliedBy = SuppliedBy.CENTRE
    own_unfit: OwnUnfit | None = None


class OfferLoan(Command):
    """Offer the loan to both leaders; the member's capacity is reserved for five working days."""

    reason_code: ChoiceReason = ChoiceReason.FIRST_OPTION


class SignAsLender(Command):
    """Sign as the lender's leader."""


class SignAsBorrower(Command):
    """Sign as the borrower's leader."""


class ActivateLoan(Command):
    """Carry out the signed loan: its first day has come and the intervention is active."""


class ExtendAsLender(Command):
    """Sign a longer term as the lender's leader."""

    ends_on: date


class ExtendAsBorrower(Command):
    """Sign a longer term as the borrower's leader."""

    ends_on: date


class RecallLoan(Command):
    """Call the member back, with 14 days' notice at least."""

    ends_on: date


class EndLoan(Command):
    """Carry out the signed loan: its last day has passed."""


class LapseReservation(Command):
    """Let the reservation lapse: not both leaders have signed in time."""


class CancelLoan(Command):
    """Cancel a loan that is not active yet; either side may."""

    reason: CancelReason


class FollowIntervention(Command):
    """Follow the intervention: it ended, stopped, or has another member."""

    reason: LoanEnding
