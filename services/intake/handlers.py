"""One function a command: load, decide, save. The rules are in the domain, the SQL in the repository."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from services.intake import repository
from services.intake.domain.commands import PointOutHelp, ReceiveConcern, RouteConcern
from services.intake.domain.concern import Concern
from shared.contracts.codes import Channel, SubjectKnown
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from shared.lifecycle.text import Text
from shared.persistence.handling import carry_out, create, require_version
from shared.persistence.sealing import Sealer
from shared.persistence.store import Store
from shared.persistence.work import Transaction


@dataclass(frozen=True)
class Concerns:
    """Handlers of the concern's commands."""

    store: Store[Concern]
    sealer: Sealer | None

    async def receive(self, tx: Transaction, command: ReceiveConcern) -> Concern:
        """Take a concern in; a professional's form about a known resident goes on to the Infohus in the same breath (T04)."""
        concern = await create(tx, self.store, self.sealer, uuid4(), command)
        if _goes_straight_on(tx, command):
            assert command.subject_municipality is not None
            grounds = Text(None, concern.description)  # what the form says is the reason
            route = RouteConcern(municipality=command.subject_municipality, grounds=grounds)
            concern = await carry_out(tx, self.store, None, concern, concern.id, route)
        return concern

    async def give(self, tx: Transaction, concern_id: UUID, command: Command, version: int) -> Concern:
        """Give any other command of the table."""
        concern = await self.store.load(tx, concern_id)
        require_version(concern, version)
        check = CHECKS.get(type(command))
        if check is not None:
            await check(tx, command)
        return await carry_out(tx, self.store, self.sealer, concern, concern_id, command)


def _goes_straight_on(tx: Transaction, command: ReceiveConcern) -> bool:
    return (
        Role.PRO_REPORTER in tx.actor.roles
        and command.channel is Channel.SCHOOL_FORM
        and command.subject_known is SubjectKnown.IDENTIFIED
        and command.description is not None
    )


async def _offers_exist(tx: Transaction, command: Command) -> None:
    assert isinstance(command, PointOutHelp)
    await repository.require_offers(tx, command.offers)


CHECKS: Mapping[type[Command], Callable[[Transaction, Command], Awaitable[None]]] = {PointOutHelp: _offers_exist}
"""What must be looked up before the domain decides."""
