"""Reading snapshots from Postgres: the only SQL of this room.

One statement reads an aggregate's row with its open clocks, so that version and clocks belong together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from shared.durable.snapshot import ClockView, Snapshot
from shared.persistence.spine import Spine
from shared.persistence.work import MAY_MISS, UnitOfWork

PAGE = 500
"""Aggregates read at once by `alive`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of aggregate that has a workflow: its table, the stages it can rest in for good, the workflow's type."""

    kind: str
    table: sa.Table
    terminal: frozenset[str]
    workflow: str


@dataclass(frozen=True, slots=True)
class DeadlineCounts:
    """Clocks of a service, counted in Postgres: open, past their due time, not seen in a workflow for long."""

    open: int
    overdue: int
    without_workflow: int


class Snapshots:
    """Reads the snapshots of one service. Domain time and its offset are those of the unit of work."""

    def __init__(self, work: UnitOfWork, spine: Spine, kept: Iterable[Kept]) -> None:
        self._work = work
        self._spine = spine
        self.kept: Mapping[str, Kept] = {each.kind: each for each in kept}

    def now(self) -> datetime:
        """Return domain time."""
        return self._work.clock.now()

    async def of(self, kind: str, aggregate_id: UUID) -> Snapshot | None:
        """Return the snapshot of one aggregate, or None if it does not exist (any more)."""
        async with self._work.begin() as tx:
            return await self.read(tx.session, kind, aggregate_id)

    async def read(self, session: AsyncSession, kind: str, aggregate_id: UUID) -> Snapshot | None:
        """Return the snapshot as the caller's transaction sees it."""
        kept = self.kept[kind]
        found = await self._fetch(
            session, kept, sa.select(*_columns(kept.table)).where(kept.table.c.id == aggregate_id)
        )
        return found[0] if found else None

    async def alive(self, page: int = PAGE) -> AsyncIterator[list[Snapshot]]:
        """Yield, in pages, each aggregate that is in no terminal stage or has an open clock; one transaction a page."""
        for kept in self.kept.values():
            last: UUID | None = None
            while True:
                async with self._work.begin() as tx:
                    found = await self._fetch(tx.session, kept, self._alive(kept, last, page))
                if found:
                    yield found
                if len(found) < page:
                    break
                last = found[-1].aggregate_id

    async def mark_seen(self, aggregate_ids: Sequence[UUID]) -> None:
        """Record (wall time) that the open clocks of these aggregates have a running workflow."""
        async with self._work.begin() as tx:
            await tx.session.execute(self._seen(aggregate_ids))

    async def mark_told(self, session: AsyncSession, aggregate_id: UUID) -> None:
        """Record, in the caller's transaction, that the workflow of an aggregate has just been told of its clocks."""
        await session.execute(self._seen([aggregate_id]))

    def _seen(self, aggregate_ids: Sequence[UUID]) -> sa.Update:
        """Return the statement that marks what no command has locked.

        Waiting for a locked row could deadlock with the command, which takes the clocks of its aggregate in an order of
        its own; its own fact is told soon after, or the next pass marks it.
        """
        deadlines = self._spine.deadlines
        mine = (deadlines.c.aggregate_id.in_(aggregate_ids)) & (deadlines.c.state == "OPEN")
        free = sa.select(deadlines.c.id).where(mine).with_for_update(skip_locked=True)
        change = sa.update(deadlines).where(deadlines.c.id.in_(free)).values(workflow_seen_at=sa.func.now())
        return change.execution_options(**MAY_MISS)

    async def counts(self, unseen_after: timedelta) -> DeadlineCounts:
        """Count clocks: due is judged in domain time; a workflow seen longer ago than `unseen_after` counts as none."""
        deadlines = self._spine.deadlines
        seen = deadlines.c.workflow_seen_at
        unseen = sa.or_(seen.is_(None), seen < sa.func.now() - unseen_after)
        query = sa.select(
            sa.func.count(),
            sa.func.count().filter(deadlines.c.due_at < self.now()),
            sa.func.count().filter(unseen),
        ).where(deadlines.c.state == "OPEN", deadlines.c.aggregate_kind.in_(list(self.kept)))
        async with self._work.begin() as tx:
            row = (await tx.session.execute(query)).one()
        return DeadlineCounts(*row)

    def _alive(self, kept: Kept, after: UUID | None, page: int) -> sa.Select[Any]:
        table, deadlines = kept.table, self._spine.deadlines
        has_clock = sa.exists().where(deadlines.c.aggregate_id == table.c.id, deadlines.c.state == "OPEN")
        query = sa.select(*_columns(table)).where(sa.or_(table.c.stage.not_in(kept.terminal), has_clock))
        if after is not None:
            query = query.where(table.c.id > after)
        return query.order_by(table.c.id).limit(page)

    async def _fetch(self, session: AsyncSession, kept: Kept, rows: sa.Select[Any]) -> list[Snapshot]:
        """Read the aggregates of `rows` with their open clocks in one statement."""
        deadlines, aggregate = self._spine.deadlines, rows.subquery("aggregate")
        columns = ("kind", "due_at", "next_step_at", "next_action")
        clocks = [deadlines.c.id.label("deadline_id"), *(deadlines.c[name].label(f"clock_{name}") for name in columns)]
        mine = (deadlines.c.aggregate_id == aggregate.c.id) & (deadlines.c.state == "OPEN")
        query = (
            sa.select(aggregate, *clocks)
            .select_from(aggregate.outerjoin(deadlines, mine))
            .order_by(aggregate.c.id, deadlines.c.next_step_at, deadlines.c.id)
        )
        found = (await session.execute(query)).mappings().all()
        offset = self._work.clock.offset().total_seconds()
        return [_snapshot(kept, list(group), offset) for _, group in groupby(found, key=lambda row: row["id"])]


def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    return [table.c.id, table.c.stage, table.c.version, table.c.opening]


def _snapshot(kept: Kept, rows: Sequence[sa.RowMapping], offset: float) -> Snapshot:
    first = rows[0]
    clocks = tuple(
        ClockView(
            deadline_id=row["deadline_id"],
            kind=row["clock_kind"],
            due_at=row["clock_due_at"],
            next_step_at=row["clock_next_step_at"],
            next_action=row["clock_next_action"],
        )
        for row in rows
        if row["deadline_id"] is not None
    )
    return Snapshot(
        aggregate_kind=kept.kind,
        aggregate_id=first["id"],
        opening=first["opening"],
        stage=first["stage"],
        version=first["version"],
        ended=first["stage"] in kept.terminal and not clocks,
        clocks=clocks,
        offset_seconds=offset,
    )
