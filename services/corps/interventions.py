"""Handlers of an intervention's commands: look up, decide, save, and let loan and capacity follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from services.corps import members, options, repository
from services.corps.coupling import Coupling, left, reservation
from services.corps.domain import intervention_commands as commands
from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.member import Hold, MemberTaken
from services.corps.repository import InterventionStore
from shared.contracts.corps_codes import LoanEnding, ReturnReason
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from shared.persistence.handling import carry_out, create, require_version
from shared.persistence.sealing import Sealer
from shared.persistence.work import Transaction

LOAN_ENDINGS: Mapping[type[Command], LoanEnding] = {
    commands.RecordCitizenAnswer: LoanEnding.CITIZEN_DECLINED,
    commands.WithdrawChoice: LoanEnding.CHOICE_WITHDRAWN,
    commands.DeclineMatch: LoanEnding.CHOICE_WITHDRAWN,
    commands.LapseChoice: LoanEnding.CHOICE_WITHDRAWN,
    commands.ReplaceMember: LoanEnding.MEMBER_REPLACED,
    commands.EndIntervention: LoanEnding.INTERVENTION_ENDED,
    commands.StopIntervention: LoanEnding.INTERVENTION_STOPPED,
}
"""Why a loan is over when the command puts its member out of the intervention."""


@dataclass(frozen=True)
class Interventions:
    """Handlers of the intervention's commands."""

    store: InterventionStore
    coupling: Coupling
    sealer: Sealer | None

    async def request(self, tx: Transaction, command: commands.RequestIntervention) -> Intervention | None:
        """Open an intervention for a consent, once; ask the national desk at once where nobody fits, or few."""
        intervention_id = uuid5(command.case_id, f"intervention/{command.consent_id}")
        if await repository.exists(tx, intervention_id):
            return None
        found = await self._pool_for(tx, intervention_id, command)
        known = {"fitting": found.ranking.fitting, "blocks": options.block_codes(found.ranking)}
        state = await create(tx, self.store, self.sealer, intervention_id, command, known=known)
        if state.narrow or found.ranking.blocking is not None:
            state = await carry_out(tx, self.store, None, state, state.id, commands.AskDesk(), known=known)
        return state

    async def give(self, tx: Transaction, intervention_id: UUID, command: Command, version: int | None) -> Intervention:
        """Give any other command of the table, and let loan and capacity follow.

        Raises `NotFound`, `StaleVersion`, `MemberTaken` and what the domain raises.
        """
        state = await self.store.load(tx, intervention_id)
        require_version(state, version)
        return await self.carry_on(tx, state, command)

    async def carry_on(self, tx: Transaction, state: Intervention, command: Command) -> Intervention:
        """Give a command to an intervention that is loaded and locked."""
        if isinstance(command, commands.ChooseMember):
            return await self._choose(tx, state, command)
        known = await self._known(tx, state, command)
        after = await carry_out(tx, self.store, self.sealer, state, state.id, command, known=known)
        await self._follow(tx, state, after, command)
        if isinstance(command, commands.ResumeIntervention) and after.member is not None and after.member.gone:
            lost = commands.LoseMember(reason_code=ReturnReason.LOAN_ENDED)
            async with tx.as_system() as system:
                return await carry_out(system, self.store, None, after, after.id, lost)
        return after

    async def free_of_lapsed(self, tx: Transaction, state: Intervention) -> Intervention:
        """Return the intervention without a choice that has lapsed and that SYSTEM has not put back yet."""
        member = state.member
        if state.stage != Stage.MATCHING or member is None or member.holds(tx.now):
            return state
        async with tx.as_system() as system:
            return await self.carry_on(system, state, commands.LapseChoice())

    async def _choose(self, tx: Transaction, state: Intervention, command: commands.ChooseMember) -> Intervention:
        state = await self.free_of_lapsed(tx, state)
        found, hold = await self.reservable(tx, state, command.member_ref)
        known = self.choice_known(tx, found, command.member_ref)
        after = await carry_out(tx, self.store, self.sealer, state, state.id, command, known=known)
        assert after.member is not None
        await self.coupling.reserve(tx, command.member_ref, replace(hold, until=after.member.held_until))
        return after

    async def reservable(
        self, tx: Transaction, state: Intervention, member_ref: UUID, hours: int = 0
    ) -> tuple[options.Pool, Hold]:
        """Lock the member, then read who is free; return that and the hold that is wanted.

        Raises `MemberTaken` with those who are free now: of two in the same second the second one reads after the first.
        """
        async with tx.as_system() as system:
            ledger = await members.lock_ledger(system, member_ref)
        found = await options.pool(tx, state)
        hold = reservation(state, tx, hours)
        try:
            ledger.reserve(hold, tx.now)
        except MemberTaken as taken:
            raise taken.with_options(options.free_now(found)) from None
        return found, hold

    def choice_known(self, tx: Transaction, found: options.Pool, member_ref: UUID) -> dict[str, Any]:
        """Return what the guards of a choice ask."""
        return {
            "option": found.place(member_ref),
            "broken": options.breaks(found, member_ref, tx),
            "employer": found.candidate(member_ref).municipality,
            "own_available": found.ranking.own_available,
        }

    async def _known(self, tx: Transaction, state: Intervention, command: Command) -> dict[str, Any]:
        if isinstance(command, commands.AcceptMatch) and state.member is not None:
            found = await options.pool(tx, state)
            return {"broken": options.breaks(found, state.member.member_ref, tx, own_hold=True)}
        if isinstance(command, commands.AskDesk):
            return {"blocks": options.block_codes((await options.pool(tx, state)).ranking)}
        if isinstance(command, commands.ExcludeMember):
            async with tx.as_system() as system:
                await members.require(system, command.member_ref)
        return {}

    async def _follow(self, tx: Transaction, before: Intervention, after: Intervention, command: Command) -> None:
        if left(before, after) is not None:
            await self.coupling.member_out(tx, before, after, LOAN_ENDINGS[type(command)])
        if before.stage == Stage.MATCHING and after.stage == Stage.ACTIVE and after.member is not None:
            if after.member.loan_id is not None:
                await self.coupling.activate_if_due(tx, after.member.loan_id)
            await self.coupling.begin(tx, after.member.member_ref, after.id)
        if isinstance(command, commands.HoldSupervision) and after.member is not None:
            async with tx.as_system() as system:
                await members.supervised(system, after.member.member_ref, command.held_on)

    async def _pool_for(
        self, tx: Transaction, intervention_id: UUID, command: commands.RequestIntervention
    ) -> options.Pool:
        """Rank for a request that is not saved yet."""
        context = Context(actor=tx.actor, now=tx.now, aggregate_id=intervention_id)
        draft, _ = decide(self.store.lifecycle, None, command, context)
        assert draft is not None, "a request makes an intervention"
        return await options.pool(tx, draft)
