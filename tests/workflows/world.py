"""A toy service in memory: aggregates with clocks, the steps that were taken, and the activities over them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from temporalio import activity
from temporalio.client import Client, WorkflowHandle

from shared.contracts.lifecycle import StepAction
from shared.durable.activities import StepActivities
from shared.durable.signals import Nudged, nudge, tell
from shared.durable.snapshot import ClockView, Ended, Reference, Snapshot
from shared.durable.snapshots import Kept
from shared.errors import NotFound
from tests.workflows.toy import RELEASE

T = TypeVar("T")
KIND = "toy"
WEEK = timedelta(weeks=1)
SUGGEST_NEW_RUN = 60
"""Events after which the local server suggests to continue as new (its own default is 4,096)."""

TABLE = sa.Table(
    "toys",
    sa.MetaData(schema="toy"),
    *(sa.Column("id", sa.Uuid, primary_key=True), sa.Column("stage", sa.Text)),
    *(sa.Column("version", sa.Integer), sa.Column("opening", sa.Integer)),
)
KEPT = {KIND: Kept(KIND, TABLE, frozenset({"CLOSED"}), "ToyWorkflow")}


@dataclass
class ToyClock:
    """An open clock with the steps still to take."""

    kind: str
    pending: list[tuple[datetime, StepAction]]
    id: UUID = field(default_factory=uuid4)

    def view(self) -> ClockView:
        moment, action = self.pending[0] if self.pending else (None, None)
        due = self.pending[-1][0] if self.pending else datetime.fromisoformat("2026-01-01T00:00:00Z")
        return ClockView(deadline_id=self.id, kind=self.kind, due_at=due, next_step_at=moment, next_action=action)


@dataclass
class Toy:
    """An aggregate as Postgres would hold it."""

    id: UUID = field(default_factory=uuid4)
    stage: str = "WAITING"
    version: int = 1
    opening: int = 1
    clocks: list[ToyClock] = field(default_factory=list)
    offset: timedelta = timedelta(0)
    taken: list[tuple[str, StepAction]] = field(default_factory=list)

    def snapshot(self) -> Snapshot:
        return Snapshot(
            aggregate_kind=KIND,
            aggregate_id=self.id,
            opening=self.opening,
            stage=self.stage,
            version=self.version,
            ended=self.stage == "CLOSED" and not self.clocks,
            clocks=tuple(clock.view() for clock in self.clocks),
            offset_seconds=self.offset.total_seconds(),
        )

    def moves(self, stage: str, *clocks: ToyClock) -> Snapshot:
        """Change the stage and replace the clocks."""
        self.stage, self.clocks, self.version = stage, list(clocks), self.version + 1
        return self.snapshot()


class ToyWorld:
    """Everything that a scenario needs: toys, a client, and the name of the service (its task queue)."""

    def __init__(self, client: Client, service: str) -> None:
        self.client = client
        self.service = service
        self.toys: dict[UUID, Toy] = {}
        self.refusals: list[Exception] = []
        self.released: list[UUID] = []
        self._nudged: dict[str, Snapshot] = {}

    def toy(self, *clocks: ToyClock, **changes: object) -> Toy:
        toy = Toy(clocks=list(clocks), **changes)  # type: ignore[arg-type]  # a test names fields of Toy
        self.toys[toy.id] = toy
        return toy

    def activities(self) -> list[Callable[..., object]]:
        return [*StepActivities(self._take_step, self._look).all, self._release]

    async def nudge(self, snapshot: Snapshot) -> Nudged:
        self._nudged[snapshot.workflow_id] = snapshot
        return await nudge(self.client, self.service, KEPT, snapshot)

    async def end(self) -> None:
        """Bring what still runs to its end while there is a worker.

        The server that skips time stands still at the timers of a workflow without a worker, and for good when a workflow
        is terminated whose task still waits.
        """
        for running_id, snapshot in self._nudged.items():
            over = snapshot.model_copy(update={"version": 2**50, "ended": True, "clocks": ()})
            if await tell(self.client, running_id, over):
                await asyncio.wait_for(self.handle(snapshot).result(), 15)

    def handle(self, snapshot: Snapshot) -> WorkflowHandle[object, Ended]:
        return self.client.get_workflow_handle(snapshot.workflow_id, result_type=Ended)

    async def _take_step(self, kind: str, aggregate_id: UUID, deadline_id: UUID, action: StepAction) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        if aggregate_id not in self.toys:
            raise NotFound("toy_not_found", "there is no such toy")
        toy = self.toys[aggregate_id]
        clock = next((clock for clock in toy.clocks if clock.id == deadline_id), None)
        if clock is None or not clock.pending or clock.pending[0][1] is not action:
            return
        clock.pending.pop(0)
        toy.version += 1
        toy.taken.append((clock.kind, action))

    async def _look(self, kind: str, aggregate_id: UUID) -> Snapshot | None:
        toy = self.toys.get(aggregate_id)
        return toy.snapshot() if toy else None

    @activity.defn(name=RELEASE)
    async def _release(self, reference: Reference) -> Snapshot:
        self.released.append(reference.aggregate_id)
        return self.toys[reference.aggregate_id].moves("CLOSED")


def clock(kind: str, start: datetime, *, remind: timedelta, escalate: timedelta, due: timedelta) -> ToyClock:
    """Return a clock that reminds, escalates and is missed at those spans after `start`."""
    steps = [(remind, StepAction.REMIND), (escalate, StepAction.ESCALATE), (due, StepAction.MISS)]
    return ToyClock(kind, [(start + span, action) for span, action in steps])


async def eventually(look: Callable[[], Awaitable[T]], within: float = 15.0) -> T:
    """Return the first true answer; fail when there is none within so many seconds (wall time)."""
    end = time.monotonic() + within
    while not (answer := await look()):
        assert time.monotonic() < end, f"nothing true within {within} s; last answer: {answer!r}"
        await asyncio.sleep(0.05)
    return answer
