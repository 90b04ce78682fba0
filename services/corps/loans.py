"""Handlers of a loan's commands: the intervention is locked first, then the loan, then the member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from services.corps import members, options
from services.corps.coupling import Coupling
from services.corps.domain import intervention_commands as following
from services.corps.domain import loan_commands as commands
from services.corps.domain.intervention import Intervention
from services.corps.domain.intervention import Stage as InterventionStage
from services.corps.domain.loan import Loan, Stage
from services.corps.domain.member import Hold
from services.corps.interventions import Interventions
from services.corps.repository import LoanStore
from shared.contracts.corps_codes import ReturnReason, Side
from shared.lifecycle.table import Command
from shared.persistence.handling import carry_out, create, require_version
from shared.persistence.work import Transaction

OVER: Mapping[type[Command], ReturnReason] = {
    commands.LapseReservation: ReturnReason.NOT_SIGNED,
    commands.EndLoan: ReturnReason.LOAN_ENDED,
}
"""Why the request is back in the pool when the command ends a loan; a cancelling side gives its own reason."""


@dataclass(frozen=True)
class Loans:
    """Handlers of the loan's commands."""

    store: LoanStore
    coupling: Coupling
    interventions: Interventions

    async def draft(self, tx: Transaction, command: commands.DraftLoan) -> Loan:
        """Write a loan down. Only who sees the intervention can borrow for it."""
        state = await self.interventions.store.load(tx, command.intervention_id)
        state = await self.interventions.free_of_lapsed(tx, state)
        async with tx.as_system() as system:
            member = await members.require(system, command.member_ref)
        known = {
            "lender": member.profile.municipality,
            "borrower": state.municipality,
            "kind": state.requirements.kind,
            "in_matching": _seeks(state),
        }
        return await create(tx, self.store, None, uuid4(), command, known=known)

    async def give(self, tx: Transaction, loan_id: UUID, command: Command, version: int | None) -> Loan:
        """Give any other command of the table, and let intervention and capacity follow."""
        seen = await self.store.load(tx, loan_id, lock=False)
        async with tx.as_system() as system:
            state = await self.interventions.store.load(system, seen.intervention_id)
        if isinstance(command, commands.OfferLoan):
            state = await self.interventions.free_of_lapsed(tx, state)
        loan = await self.store.load(tx, loan_id)
        require_version(loan, version)
        if isinstance(command, commands.OfferLoan):
            return await self._offer(tx, state, loan, command)
        known = {"intervention_active": state.stage == InterventionStage.ACTIVE}
        after = await carry_out(tx, self.store, None, loan, loan.id, command, known=known)
        await self._follow(tx, state, loan, after, command)
        return after

    async def _offer(self, tx: Transaction, state: Intervention, loan: Loan, command: commands.OfferLoan) -> Loan:
        """Reserve the member, offer the loan, and make her the intervention's choice: all or nothing."""
        if loan.stage != Stage.DRAFT:  # the domain says why not; nothing need be looked up for that
            return await carry_out(tx, self.store, None, loan, loan.id, command)
        found, hold = await self._reservable(tx, state, loan)
        known = {
            **self.interventions.choice_known(tx, found, loan.member_ref),
            "in_matching": _seeks(state),
            "hours_free": found.candidate(loan.member_ref).hours_free,
        }
        after = await carry_out(tx, self.store, None, loan, loan.id, command, known=known)
        assert after.held_until is not None
        choice = following.ChooseByLoan(
            member_ref=loan.member_ref, loan_id=loan.id, held_until=after.held_until, reason_code=command.reason_code
        )
        await carry_out(tx, self.interventions.store, None, state, state.id, choice, known=known)
        await self.coupling.reserve(tx, loan.member_ref, replace(hold, until=after.held_until))
        return after

    async def _reservable(self, tx: Transaction, state: Intervention, loan: Loan) -> tuple[options.Pool, Hold]:
        return await self.interventions.reservable(tx, state, loan.member_ref, loan.hours_per_week)

    async def _follow(self, tx: Transaction, state: Intervention, before: Loan, after: Loan, command: Command) -> None:
        if after.stage == Stage.SIGNED or after.ends_on != before.ends_on:
            signed = following.FollowSignature(loan_id=after.id, ends_on=after.ends_on)
            async with tx.as_system() as system:
                await carry_out(system, self.interventions.store, None, state, state.id, signed)
        if after.stage == Stage.SIGNED:
            await self.coupling.firm(tx, after.member_ref, state.id)
        elif after.stage in (Stage.CANCELLED, Stage.ENDED):
            await self.coupling.loan_out(tx, state, after, _reason(tx, after, command))


def _seeks(state: Intervention) -> bool:
    return state.stage == InterventionStage.MATCHING and state.member is None


def _reason(tx: Transaction, loan: Loan, command: Command) -> ReturnReason:
    lender = loan.side_of(tx.actor.organisation) is Side.LENDER
    cancelled = ReturnReason.LENDER_CANCELLED if lender else ReturnReason.BORROWER_CANCELLED
    return OVER.get(type(command), cancelled)
