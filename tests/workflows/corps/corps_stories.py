"""Corps with a worker, and time that skips."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from shared.contracts.lifecycle import StepAction
from shared.durable.signals import nudge
from shared.durable.snapshot import Ended
from shared.lifecycle.actor import SYSTEM
from shared.lifecycle.decide import TakeDeadlineStep
from shared.persistence.handling import give
from tests.integration.corps.corps_world import CorpsWorld
from tests.workflows.world import eventually


class SkippedClock:
    """Follows the server's skipped time, plus how far the test has moved domain time ahead."""

    def __init__(self, server: datetime) -> None:
        self._server = server
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return self._server + self._ahead

    def offset(self) -> timedelta:
        return self._ahead

    def begin_at(self, moment: datetime) -> None:
        """Let domain time be `moment` now."""
        self._ahead = moment - self._server

    async def follow(self, env: WorkflowEnvironment) -> None:
        """Keep up with the server until cancelled."""
        while True:
            self._server = await env.get_current_time()
            await asyncio.sleep(0.02)


@dataclass
class Stories:
    """Commands in, time passing, facts out."""

    env: WorkflowEnvironment
    service: str
    corps: CorpsWorld
    clock: SkippedClock
    nudged: set[str] = field(default_factory=set)

    async def tell(self, *aggregates: tuple[str, UUID | str]) -> None:
        """Tell the workflows what Postgres says, as the consumer of corps' own facts does."""
        for kind, id_ in aggregates:
            snapshot = await self.corps.snapshots.of(kind, UUID(str(id_)))
            assert snapshot is not None
            self.nudged.add(snapshot.workflow_id)
            await nudge(self.env.client, self.service, self.corps.snapshots.kept, snapshot)

    def handle(self, kind: str, id_: UUID | str) -> WorkflowHandle[object, Ended]:
        """Return the workflow of an aggregate."""
        return self.env.client.get_workflow_handle(f"{kind}-{id_}-1", result_type=Ended)

    async def pass_to(self, moment: datetime) -> None:
        """Let time pass until a little after a moment of domain time."""
        await self.env.sleep(max(timedelta(0), moment - self.clock.now()) + timedelta(minutes=2))

    async def until(self, kind: str, id_: UUID | str, holds: Any) -> Any:
        """Wait (wall time) until the state of an aggregate is as wanted; return it."""

        async def look() -> Any:
            state = await self.corps.state(kind, id_)
            return state if holds(state) else None

        return await eventually(look)

    async def steps(self, id_: UUID | str) -> list[tuple[str, str]]:
        """Return the steps of clocks that were taken, in order: (what, which clock)."""
        told = {"deadline.reminded.v1": "REMIND", "deadline.escalated.v1": "ESCALATE", "deadline.missed.v1": "MISS"}
        rows = await self.corps.facts(id_)
        return [(told[row["type"]], row["body"]["kind"]) for row in rows if row["type"] in told]

    async def take_step(self, kind: str, aggregate: UUID, deadline: UUID, action: StepAction) -> None:
        """Give the command of a step, as the worker's composition root does."""
        work = self.corps.corps
        store: Any = work.loans.store if kind == "loan" else work.interventions.store
        async with self.corps.work.begin(SYSTEM) as tx:
            await give(tx, store, None, aggregate, TakeDeadlineStep(deadline_id=deadline, action=action))

    async def end(self) -> None:
        """Terminate what still runs: skipped time stands still at the timers of a workflow without a worker."""
        for running in self.nudged:
            with suppress(RPCError):
                await self.env.client.get_workflow_handle(running).terminate()
