"""What an intervention, its loan and its member's capacity mean to one another, in one transaction.

Locks are taken in the order intervention, loan, member. What follows from a person's command is done as SYSTEM: it decides
nothing, and its facts are tied to the command by the correlation id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.corps import members
from services.corps.domain.intervention import Engagement, Intervention, Stage
from services.corps.domain.intervention_commands import LoseMember, ReturnChoice
from services.corps.domain.loan import Loan
from services.corps.domain.loan import Stage as LoanStage
from services.corps.domain.loan_commands import ActivateLoan, FollowIntervention
from services.corps.domain.member import Hold, HoldKind, Ledger
from services.corps.repository import InterventionStore, LoanStore
from shared.contracts.corps_codes import LoanEnding, ReturnReason
from shared.persistence.handling import carry_out
from shared.persistence.work import Transaction
from shared.reference.calendar import local

LOAN_OVER = (LoanStage.ENDED, LoanStage.CANCELLED)
AT_WORK = (Stage.ACTIVE, Stage.PAUSED)


@dataclass(frozen=True)
class Coupling:
    """The stores of both aggregates, and what ties them together."""

    interventions: InterventionStore
    loans: LoanStore

    async def member_out(
        self, tx: Transaction, before: Intervention, after: Intervention, loan_ending: LoanEnding
    ) -> None:
        """Free what an intervention held when its member is out of it: the loan ends or is cancelled, the place is free."""
        gone = left(before, after)
        if gone is None:
            return
        if gone.loan_id is not None:
            await self.end_loan(tx, gone.loan_id, loan_ending)
        await self.release(tx, gone.member_ref, before.id)

    async def end_loan(self, tx: Transaction, loan_id: UUID, reason: LoanEnding) -> None:
        """Let a loan follow its intervention, unless it is over already."""
        async with tx.as_system() as system:
            loan = await self.loans.load(system, loan_id)
            if loan.stage not in LOAN_OVER:
                await carry_out(system, self.loans, None, loan, loan.id, FollowIntervention(reason=reason))

    async def loan_out(self, tx: Transaction, state: Intervention, loan: Loan, reason: ReturnReason) -> None:
        """Let the intervention follow a loan that is over: the request is back in the pool, the place is free."""
        member = state.member
        if member is None or member.loan_id != loan.id or state.stage not in (Stage.MATCHING, *AT_WORK):
            return
        lost = LoseMember if state.stage in AT_WORK else ReturnChoice
        if not member.gone:
            async with tx.as_system() as system:
                await carry_out(system, self.interventions, None, state, state.id, lost(reason_code=reason))
        await self.release(tx, member.member_ref, state.id)

    async def activate_if_due(self, tx: Transaction, loan_id: UUID) -> None:
        """Carry out the signed loan at once if its first day has come."""
        async with tx.as_system() as system:
            loan = await self.loans.load(system, loan_id)
            if loan.stage == LoanStage.SIGNED and loan.starts_on <= local(tx.now).date():
                known = {"intervention_active": True}
                await carry_out(system, self.loans, None, loan, loan.id, ActivateLoan(), known=known)

    async def reserve(self, tx: Transaction, member_ref: UUID, hold: Hold) -> None:
        """Hold a place of a member; her row is locked from here on. Raises `MemberTaken`."""
        await _keep_books(tx, member_ref, lambda before: before.reserve(hold, tx.now))

    async def firm(self, tx: Transaction, member_ref: UUID, intervention_id: UUID) -> None:
        """Make the reservation last until it is released. Raises `Conflict` if it has lapsed."""
        await _keep_books(tx, member_ref, lambda before: before.firm(intervention_id, tx.now))

    async def begin(self, tx: Transaction, member_ref: UUID, intervention_id: UUID) -> None:
        """Turn the reservation into work. Raises `Conflict` if it has lapsed."""
        await _keep_books(tx, member_ref, lambda before: before.begin(intervention_id, tx.now))

    async def release(self, tx: Transaction, member_ref: UUID, intervention_id: UUID) -> None:
        """Free the place that an intervention holds; nothing happens if it is free already."""
        await _keep_books(tx, member_ref, lambda before: before.release(intervention_id, tx.now))


async def _keep_books(tx: Transaction, member_ref: UUID, change: Callable[[Ledger], Ledger]) -> None:
    """Lock a member, whoever employs her, and write what changes in her ledger."""
    async with tx.as_system() as system:
        before = await members.lock_ledger(system, member_ref)
        await members.write_ledger(system, member_ref, before, change(before))


def left(before: Intervention, after: Intervention) -> Engagement | None:
    """Return the member who is out of the intervention by what was just saved, or None."""
    member = before.member
    if member is None or member.gone or before.stage in (Stage.ENDED, Stage.STOPPED):
        return None  # who was out already is not put out again by what follows
    out = after.member is None or after.member.gone or after.stage in (Stage.ENDED, Stage.STOPPED)
    return member if out else None


def reservation(state: Intervention, tx: Transaction, hours: int = 0) -> Hold:
    """Return the hold that an intervention wants; its id is the same however often the same choice is tried."""
    return Hold(
        id=uuid5(state.id, f"hold/{state.version}"),
        intervention_id=state.id,
        kind=HoldKind.RESERVED,
        hours=hours,
        since=tx.now,
    )
