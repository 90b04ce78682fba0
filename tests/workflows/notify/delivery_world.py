"""Notify with a worker, and time that a test moves."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from services.notify.domain.delivery import Delivery
from shared.contracts.lifecycle import StepAction
from shared.durable.signals import nudge
from shared.durable.snapshot import Ended
from shared.durable.snapshots import Snapshots
from shared.lifecycle.decide import TakeDeadlineStep
from shared.persistence.handling import give
from tests.integration.notify.notify_world import NotifyWorld, eventually
from tests.unit.notify.notify_builders import opened, reminded


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
class DeliveryWorld:
    """Facts in, mail out."""

    env: WorkflowEnvironment
    service: str
    notify: NotifyWorld
    snapshots: Snapshots
    clock: SkippedClock
    nudged: set[str] = field(default_factory=set)

    async def reminder(self, **changes: object) -> tuple[UUID, UUID]:
        """Let an owner be reminded of a deadline; return the aggregate and the deadline."""
        about, deadline = uuid4(), uuid4()
        now = self.clock.now()
        kind = "underretning" if changes.get("kind") == "assess_underretning" else "case"
        await self.notify.bring(opened(deadline, due_at=now + timedelta(days=30), **changes), about, kind=kind)
        await self.notify.bring(reminded(deadline, now), about, kind=kind)
        await self.nudge()
        return about, deadline

    async def nudge(self) -> None:
        """Tell every delivery's workflow what Postgres says, as the consumer of notify's own facts does."""
        for delivery in await self.notify.deliveries():
            snapshot = await self.snapshots.of("delivery", delivery.id)
            assert snapshot is not None
            self.nudged.add(snapshot.workflow_id)
            await nudge(self.env.client, self.service, self.snapshots.kept, snapshot)

    async def handle(self) -> WorkflowHandle[object, Ended]:
        """Return the workflow of the only delivery."""
        delivery = await self.delivery()
        return self.env.client.get_workflow_handle(f"delivery-{delivery.id}-1", result_type=Ended)

    async def delivery(self) -> Delivery:
        """Return the only delivery."""
        (delivery,) = await self.notify.deliveries()
        return delivery

    async def until_stage(self, stage: str) -> Delivery:
        """Wait (wall time) until the only delivery is in a stage."""

        async def look() -> Delivery | None:
            delivery = await self.delivery()
            return delivery if delivery.stage == stage else None

        found = await eventually(look)
        assert found is not None
        return found

    async def take_step(self, kind: str, aggregate: UUID, deadline: UUID, action: StepAction) -> None:
        """Give the command of a step, as the worker's composition root does."""
        async with self.notify.work.begin() as tx:
            command = TakeDeadlineStep(deadline_id=deadline, action=action)
            await give(tx, self.notify.desk.store, None, aggregate, command)

    async def end(self) -> None:
        """Terminate what still runs: skipped time stands still at the timers of a workflow without a worker."""
        for running in self.nudged:
            with suppress(RPCError):
                await self.env.client.get_workflow_handle(running).terminate()
