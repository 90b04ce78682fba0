"""One function a command: load, decide, save. The rules are in the domain, the SQL in the repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from services.assessment.domain.case import Case
from services.assessment.domain.case_commands import (
    AttachConcern,
    CompleteAssessment,
    FollowIntervention,
    MergeConcern,
    OpenCase,
    RegisterConcern,
    ReopenCase,
)
from services.assessment.domain.described import DescribeSubject, known_of
from services.assessment.domain.underretning import Underretning
from services.assessment.domain.underretning_commands import MakeUnderretning, NoteRouting, RegisterUnderretning
from services.assessment.repository import (
    CaseStore,
    UnderretningStore,
    has_underretning,
    of_concern,
    underretning_store,
)
from services.assessment.subjects import Subjects
from shared.contracts.codes import Answer
from shared.lifecycle.table import Command
from shared.persistence.handling import carry_out, create, give, require_version
from shared.persistence.sealing import Sealer
from shared.persistence.work import Transaction
from shared.reference.calendar import local


@dataclass(frozen=True)
class Cases:
    """Handlers of the case's commands."""

    store: CaseStore
    sealer: Sealer | None
    subjects: Subjects | None = None

    async def give(self, tx: Transaction, case_id: UUID, command: Command, version: int) -> Case:
        """Give any command of the table; two of them are about two records."""
        if isinstance(command, MergeConcern):
            return await self._merge(tx, case_id, command, version)
        if isinstance(command, ReopenCase) and command.concern_case is not None:
            return await self._reopen(tx, case_id, command, command.concern_case, version)
        before = await self.store.load(tx, case_id)
        require_version(before, version)
        known: Mapping[str, Any] = {}
        if self.subjects is not None:
            command, known = await self.subjects.identify(tx, before, command)
        if isinstance(command, DescribeSubject):
            known = known_of(command, local(tx.now).date())
        case = await self._carry_out(tx, before, command, known)
        if isinstance(command, (OpenCase, CompleteAssessment)) and command.minor in (Answer.YES, Answer.UNKNOWN):
            await self._start_track(tx, case)
        return case

    async def register(self, tx: Transaction, command: RegisterConcern) -> UUID:
        """Take in a concern once; return its record."""
        found = await of_concern(tx, self.store, command.concern_id)
        if found is not None:
            return found
        return (await create(tx, self.store, self.sealer, uuid4(), command)).id

    async def follow(self, tx: Transaction, case_id: UUID, command: FollowIntervention) -> None:
        """Follow the corps."""
        before = await self.store.load(tx, case_id)
        case = await carry_out(tx, self.store, None, before, case_id, command)
        await self._settle(tx, before, case)

    async def _start_track(self, tx: Transaction, case: Case) -> None:
        """Every case about somebody who may be a child has its underretning, also if that is found out later (3.7)."""
        if await has_underretning(tx, case):
            return
        found_out = RegisterUnderretning(
            concern_id=case.concern_id,
            case_id=case.id,
            municipality=case.municipality,
            made_by_authority=tx.actor.organisation,
            notifier_known=case.concerns[0].reporter is not None,
            received_at=tx.now,
        )
        async with tx.as_system() as system:
            await create(system, underretning_store(), None, uuid4(), found_out)

    async def _merge(self, tx: Transaction, case_id: UUID, command: MergeConcern, version: int) -> Case:
        """Row 7: the record becomes C4 and the open case receives its concern, both or neither."""
        both = await self._load_in_order(tx, case_id, command.into)
        arrived, target = both[case_id], both[command.into]
        require_version(arrived, version)
        return await self._attach(tx, arrived, target, command)

    async def _reopen(
        self, tx: Transaction, case_id: UUID, command: ReopenCase, concern_case: UUID, version: int
    ) -> Case:
        """Row 39: the closed case begins again, and the new concern is its own."""
        both = await self._load_in_order(tx, case_id, concern_case)
        closed, arrived = both[case_id], both[concern_case]
        require_version(closed, version)
        await self._hold(tx, closed)
        known = {"concern_stage": arrived.stage, "concern_owner": arrived.organisation}
        opened = await self._carry_out(tx, closed, command, known)
        await self._attach(tx, arrived, opened, MergeConcern(into=case_id, same_subject_confirmed=True))
        return await self.store.load(tx, case_id)

    async def _attach(self, tx: Transaction, arrived: Case, target: Case, command: MergeConcern) -> Case:
        await self._hold(tx, target)
        known = {"target_stage": target.stage, "target_owner": target.organisation}
        merged = await self._carry_out(tx, arrived, command, known)
        concern = arrived.concerns[0].model_dump(
            include={"concern_id", "received_at", "description", "subject", "reporter"}
        )
        codes = arrived.model_dump(include={"minor", "acute", "travel", "cross_over"})
        await self._carry_out(tx, target, AttachConcern(from_case=arrived.id, **concern, **codes))
        return merged

    async def _carry_out(
        self, tx: Transaction, case: Case, command: Command, known: Mapping[str, Any] | None = None
    ) -> Case:
        after = await carry_out(tx, self.store, self.sealer, case, case.id, command, known=known)
        await self._settle(tx, case, after)
        return after

    async def _settle(self, tx: Transaction, before: Case, after: Case) -> None:
        if self.subjects is not None:
            await self.subjects.settle(tx, before, after)

    async def _hold(self, tx: Transaction, case: Case) -> None:
        if self.subjects is not None:
            await self.subjects.hold(tx, case)

    async def _load_in_order(self, tx: Transaction, *case_ids: UUID) -> dict[UUID, Case]:
        """Lock in the order of ids, whoever asks for which: two who merge at once wait and never deadlock."""
        return {case_id: await self.store.load(tx, case_id) for case_id in sorted(set(case_ids))}


@dataclass(frozen=True)
class Underretninger:
    """Handlers of the underretning's commands."""

    store: UnderretningStore
    cases: CaseStore

    async def make(self, tx: Transaction, command: MakeUnderretning) -> Underretning:
        """Row 15: about a case that the actor sees, or about none."""
        known: dict[str, Any] = {}
        if command.case_id is not None:
            case = await self.cases.load(tx, command.case_id)
            known = {"case_stage": case.stage, "case_municipality": case.municipality}
        return await create(tx, self.store, None, uuid4(), command, known=known)

    async def give(self, tx: Transaction, underretning_id: UUID, command: Command, version: int) -> Underretning:
        """Give any other command of the table."""
        return await give(tx, self.store, None, underretning_id, command, expected_version=version)

    async def register(self, tx: Transaction, command: RegisterUnderretning) -> None:
        """Start the track once for a concern; when it runs already, tell it of the routing."""
        found = await of_concern(tx, self.store, command.concern_id)
        if found is None:
            await create(tx, self.store, None, uuid4(), command)
        elif command.case_id is not None:
            note = NoteRouting(case_id=command.case_id, notifier_known=command.notifier_known)
            await give(tx, self.store, None, found, note)
