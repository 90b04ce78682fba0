"""Who a case is about: found by CPR when it is opened, one open case for each person, put right, let go when it is closed (3.4).

The number itself goes into the vault's digest and nowhere else; the case and its facts hold the reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from services.assessment.domain.case import OPEN_CASE, Case
from services.assessment.domain.case_commands import OpenCase
from services.assessment.domain.subject import TOVHOLDERE, CorrectSubject
from shared.lifecycle.actor import Actor
from shared.lifecycle.table import Command
from shared.lifecycle.text import Text
from shared.persistence.work import Transaction
from shared.vault.model import Looker


class Persons(Protocol):
    """What is needed of the vault's persons; `shared.vault.persons.Persons` is the real one."""

    async def identify(self, engine: AsyncEngine, cpr: str, *, looker: Looker, case: UUID) -> None:
        """Put on record that somebody asks who has this number."""

    async def resolve(self, session: AsyncSession, cpr: str) -> UUID:
        """Return the reference of the person with this number."""

    async def hold(self, session: AsyncSession, subject: UUID) -> None:
        """Hold a person until the transaction ends."""

    async def open_case(self, session: AsyncSession, *, subject: UUID, case: UUID, infohus: str) -> None:
        """Say that this is the person's open case, or raise `person_has_open_case`."""

    async def close_case(self, session: AsyncSession, case: UUID) -> bool:
        """Let the person of a case go."""

    async def belong(self, session: AsyncSession, *, subject: UUID, case: UUID, units: Sequence[UUID]) -> None:
        """Say that these units of a case are this person's."""

    async def correct(
        self,
        session: AsyncSession,
        *,
        subject: UUID | None,
        case: UUID,
        units: Sequence[UUID],
        infohus: str,
        is_open: bool,
    ) -> None:
        """Say whom a case is really about."""

    async def refuse_erased(self, session: AsyncSession, refs: Sequence[UUID]) -> None:
        """Raise `UnitErased` if one of these was erased."""


class PersonVault(Protocol):
    """The vault as it is seen from here; `shared.vault.Vault` is the real one."""

    @property
    def persons(self) -> Persons:
        """Who is known by CPR."""


@dataclass(frozen=True)
class Subjects:
    """Keeps cases and persons in step, in the transaction of the command."""

    vault: PersonVault
    apart: AsyncEngine | None = None
    """Where a question for a person is put on record; None in a process that asks for none."""

    async def identify(self, tx: Transaction, case: Case, command: Command) -> tuple[Command, Mapping[str, Any]]:
        """Return the command without its CPR number, and what the domain needs to know instead.

        Raises `Invalid` (`cpr_malformed`), `TooManyAsked`, and `UnitErased` where a case to be corrected is erased.
        """
        if isinstance(command, CorrectSubject):
            await self.vault.persons.refuse_erased(tx.session, [case.id])
            found = await self._found(tx, case, command.cpr)
            return command.about(found), {"right_subject": found}
        if isinstance(command, OpenCase):
            found = await self._found(tx, case, command.cpr)
            return command.model_copy(update={"cpr": None}), {"subject_ref": found}
        return command, {}

    async def _found(self, tx: Transaction, case: Case, cpr: Text | None) -> UUID | None:
        if cpr is None:
            return None
        assert self.apart is not None, "only the api is asked with a number"
        await self.vault.persons.identify(self.apart, cpr.plain, looker=_looker(tx.actor), case=case.id)
        return await self.vault.persons.resolve(tx.session, cpr.plain)

    async def hold(self, tx: Transaction, case: Case) -> None:
        """Hold the person of a case before anything is written: an erasure takes the person first, and texts after that."""
        if case.subject_ref is not None:
            await self.vault.persons.hold(tx.session, case.subject_ref)

    async def settle(self, tx: Transaction, before: Case, after: Case) -> None:
        """Take, correct or let go the person of a case that was opened, corrected, reopened, closed, or got a concern.

        What is said to be a person's goes with the person from the commit on; the key store is told after it
        (`shared.vault.belongings`). Raises `person_has_open_case`, which names the Infohus to call.
        """
        persons, was_open, is_open = self.vault.persons, before.stage in OPEN_CASE, after.stage in OPEN_CASE
        if after.subject_ref != before.subject_ref and is_open == was_open:
            await persons.correct(
                tx.session,
                subject=after.subject_ref,
                case=after.id,
                units=units_of(after),
                infohus=after.police,
                is_open=is_open,
            )
        elif after.subject_ref is None:
            return
        elif is_open and not was_open:
            await persons.open_case(tx.session, subject=after.subject_ref, case=after.id, infohus=after.police)
            await persons.belong(tx.session, subject=after.subject_ref, case=after.id, units=units_of(after))
        elif was_open and not is_open:
            await persons.close_case(tx.session, after.id)
        elif len(after.concerns) > len(before.concerns):
            await persons.belong(tx.session, subject=after.subject_ref, case=after.id, units=units_of(after))


def units_of(case: Case) -> list[UUID]:
    """Return the erasable units that go with the person of a case: its own, its concerns', and those of records merged into it."""
    merged = [concern.from_case for concern in case.concerns if concern.from_case is not None]
    return [case.id, *(concern.concern_id for concern in case.concerns), *merged]


def engine_apart(engine: AsyncEngine) -> AsyncEngine:
    """Return an engine on the same database that takes a connection for each use.

    Asking is seldom. With connections of one pool for a command and, inside it, for its record, a few commands at once could
    wait for each other.
    """
    return create_async_engine(engine.url, poolclass=NullPool, hide_parameters=True)


def _looker(actor: Actor) -> Looker:
    role = next((role for role in TOVHOLDERE if role in actor.roles), min(actor.roles))
    return Looker(actor.person_ref, actor.organisation, role)
