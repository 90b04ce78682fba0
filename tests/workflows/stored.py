"""A toy service in Postgres: the real spine tables, one aggregate table, rows written as a handler's transaction would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import Worker

from shared.clock import WallClock
from shared.contracts.lifecycle import StepAction
from shared.durable.activities import StepActivities
from shared.durable.reconcile import ReconcileActivities, Reconciler
from shared.durable.snapshots import Kept, Snapshots
from shared.durable.worker import build_worker
from shared.persistence.spine import spine_tables
from shared.persistence.work import UnitOfWork
from tests.workflows.toy import ANSWER, ToyWorkflow
from tests.workflows.world import KIND

HOUR = timedelta(hours=1)
LONG = timedelta(days=365)


class StoredToys:
    """Toys in a schema of their own, with the activities and the worker over them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.schema = f"toy_{uuid4().hex[:12]}"
        self.metadata = sa.MetaData(schema=self.schema)
        self.spine = spine_tables(self.metadata)
        self.table = sa.Table(
            "toys",
            self.metadata,
            *(sa.Column("id", sa.Uuid, primary_key=True), sa.Column("stage", sa.Text)),
            *(sa.Column("version", sa.Integer), sa.Column("opening", sa.Integer)),
        )
        self.work = UnitOfWork(engine, WallClock())
        kept = Kept(KIND, self.table, frozenset({"CLOSED"}), ToyWorkflow.__name__)
        self.snapshots = Snapshots(self.work, self.spine, [kept])
        self.service = f"toy-{uuid4()}"

    async def install(self) -> None:
        async with self.work.engine.begin() as connection:
            await connection.execute(sa.text(f"create schema {self.schema}"))
            tables = [self.table, self.spine.deadlines]
            await connection.run_sync(lambda sync: self.metadata.create_all(sync, tables=tables))

    def worker(self, client: Client) -> Worker:
        steps = StepActivities(self.take_step, self.snapshots.of)
        passes = ReconcileActivities(Reconciler(client, self.service, self.snapshots))
        return build_worker(client, self.service, [ToyWorkflow], [*steps.all, *passes.all])

    async def add(self, stage: str = "WAITING", *, due_in: timedelta | None = LONG, opening: int = 1) -> UUID:
        """Add a toy, with one clock due after `due_in`, or none."""
        toy = uuid4()
        row = {"id": toy, "stage": stage, "version": 1, "opening": opening}
        async with self.work.begin() as tx:
            await tx.session.execute(sa.insert(self.table).values(**row))
            if due_in is not None:
                await tx.session.execute(sa.insert(self.spine.deadlines).values(**_clock(toy, opening, due_in)))
        return toy

    async def moves(self, toy: UUID, stage: str, *, opening: int = 1) -> None:
        """Change the stage; closing cancels the clocks."""
        deadlines = self.spine.deadlines
        values = {"stage": stage, "version": self.table.c.version + 1, "opening": opening}
        async with self.work.begin() as tx:
            await tx.session.execute(sa.update(self.table).where(self.table.c.id == toy).values(**values))
            if stage == "CLOSED":
                mine = deadlines.c.aggregate_id == toy
                await tx.session.execute(sa.update(deadlines).where(mine).values(state="CANCELLED"))

    async def take_step(self, kind: str, toy: UUID, deadline_id: UUID, action: StepAction) -> None:
        deadlines = self.spine.deadlines
        async with self.work.begin() as tx:
            # The aggregate's row first, as every command does.
            bump = sa.update(self.table).where(self.table.c.id == toy)
            await tx.session.execute(bump.values(version=self.table.c.version + 1))
            mine = (deadlines.c.id == deadline_id) & (deadlines.c.next_action == action)
            await tx.session.execute(
                sa.update(deadlines).where(mine).values(next_step_at=None, next_action=None, missed_at=tx.now)
            )

    async def deadline(self, toy: UUID, read: Callable[[sa.RowMapping], object]) -> object:
        """Return what `read` finds in the toy's clock."""
        deadlines = self.spine.deadlines
        async with self.work.begin() as tx:
            row = (
                (await tx.session.execute(sa.select(deadlines).where(deadlines.c.aggregate_id == toy))).mappings().one()
            )
        return read(row)

    async def missed(self, toy: UUID) -> bool:
        return bool(await self.deadline(toy, lambda row: row["missed_at"]))

    async def seen(self, toy: UUID) -> bool:
        return bool(await self.deadline(toy, lambda row: row["workflow_seen_at"]))


def _clock(toy: UUID, opening: int, due_in: timedelta) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "id": uuid4(),
        "aggregate_kind": KIND,
        "aggregate_id": toy,
        "opening": opening,
        "kind": ANSWER,
        "owner_role": "TOVHOLDER_KOMMUNE",
        "owner_organisation": "kommune:0000",
        "opened_at": now,
        "due_at": now + due_in,
        "reason": {},
        "paragraph": "test",
        "sourced": False,
        "state": "OPEN",
        "steps": [],
        "next_step_at": now + due_in,
        "next_action": StepAction.MISS,
    }
