"""One function a command: load, decide, save. The rules are in the domain, the SQL in the repository."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.intake import repository
from services.intake.domain.commands import AddInformation, AnswerQuestion, PointOutHelp, ReceiveConcern, RouteConcern
from services.intake.domain.concern import Concern, Stage
from shared.contracts.codes import Channel, SubjectKnown
from shared.errors import Conflict, NotFound
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

    async def receive_coded(
        self, tx: Transaction, concern_id: UUID, command: ReceiveConcern, code: bytes | None
    ) -> Concern:
        """Take a concern in; `code` is the digest of the reference code of a reporter without a name.

        A professional's form about a known resident goes on to the Infohus in the same breath (T04).
        """
        concern = await self._receive(tx, concern_id, command, coded=code is not None)
        if code is not None:
            await repository.keep_code(tx, code, concern.id)
        return concern

    async def under(self, tx: Transaction, code: bytes) -> Concern:
        """Return the concern to which a reference code belongs. Raises `NotFound` (`code_unknown`)."""
        async with tx.as_system() as system:
            return await self._under(system, code, lock=False)

    async def say_more(self, tx: Transaction, code: bytes, command: AddInformation | AnswerQuestion) -> Concern:
        """Add what a reporter without a name says later, or answers; whoever has the code may.

        Raises `NotFound`, `Conflict`, and `Invalid` for a question that is not open.
        """
        async with tx.as_system() as system:
            concern = await self._under(system, code)
            if not takes_information(concern):
                raise Conflict(
                    "concern_closed",
                    "this concern is closed",
                    rule="domain.md 2.3 row 2",
                    remedy="Write a new concern; in danger call 112, or the police on 114.",
                )
            # The row is not to be seen by who has no account, but it is the citizen who speaks.
            speaking = replace(system, actor=tx.actor)
            return await carry_out(speaking, self.store, self.sealer, concern, concern.id, command)

    async def _under(self, system: Transaction, code: bytes, *, lock: bool = True) -> Concern:
        found = await repository.concern_under(system, code)
        if found is None:
            raise NotFound("code_unknown", "there is nothing under this code", remedy="Look at the code once more.")
        return await self.store.load(system, found, lock=lock)

    async def _receive(self, tx: Transaction, concern_id: UUID, command: ReceiveConcern, *, coded: bool) -> Concern:
        concern = await create(tx, self.store, self.sealer, concern_id, command, known={"coded": coded})
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


def takes_information(concern: Concern) -> bool:
    """Say whether a reporter may still add something: what was answered with advice alone is over, and its text goes."""
    return concern.stage != Stage.ADVISED_CLOSED


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
