"""Who a case is about: found by CPR when it is opened, one open case for each person, let go when it is closed (3.4).

The number itself goes into the vault's digest and nowhere else; the case and its facts hold the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.domain.case import OPEN_CASE, Case, Stage
from services.assessment.domain.case_commands import OpenCase
from shared.persistence.work import Transaction
from shared.vault import Unopenable


class Persons(Protocol):
    """What is needed of the vault's persons; `shared.vault.persons.Persons` is the real one."""

    async def resolve(self, session: AsyncSession, cpr: str) -> UUID:
        """Return the reference of the person with this number."""

    async def open_case(self, session: AsyncSession, *, subject: UUID, case: UUID, infohus: str) -> None:
        """Say that this is the person's open case, or raise `person_has_open_case`."""

    async def close_case(self, session: AsyncSession, case: UUID) -> bool:
        """Let the person of a case go."""


class PersonVault(Protocol):
    """The vault as it is seen from here; `shared.vault.Vault` is the real one."""

    @property
    def persons(self) -> Persons:
        """Who is known by CPR."""

    async def bind(self, unit: UUID, person: UUID) -> None:
        """Put a unit's key under a person's."""


@dataclass(frozen=True)
class Subjects:
    """Keeps cases and persons in step, in the transaction of the command."""

    vault: PersonVault

    async def identify(self, tx: Transaction, command: OpenCase) -> tuple[OpenCase, Mapping[str, Any]]:
        """Return the command without its CPR number, and what the domain needs to know instead.

        Raises `Invalid` (`cpr_malformed`).
        """
        if command.cpr is None:
            return command, {}
        found = await self.vault.persons.resolve(tx.session, command.cpr.plain)
        return command.model_copy(update={"cpr": None}), {"subject_ref": found}

    async def settle(self, tx: Transaction, before: Stage | None, case: Case) -> None:
        """Take or let go the person of a case that was opened, reopened, closed or merged.

        Raises `person_has_open_case`, which names the Infohus to call.
        """
        if case.subject_ref is None:
            return
        if case.stage in OPEN_CASE and before not in OPEN_CASE:
            await self.vault.persons.open_case(tx.session, subject=case.subject_ref, case=case.id, infohus=case.police)
            await self.bind(case.subject_ref, case)
        elif case.stage not in OPEN_CASE and before in OPEN_CASE:
            await self.vault.persons.close_case(tx.session, case.id)

    async def bind(self, subject: UUID, case: Case) -> None:
        """Put the keys of the case and of its concerns under the person's, so that they go with the person."""
        for unit in (case.id, *(concern.concern_id for concern in case.concerns)):
            try:
                await self.vault.bind(unit, subject)
            except Unopenable:
                # No key: nothing was ever sealed in this unit, or its retention has ended. Nothing is left to bind.
                continue
