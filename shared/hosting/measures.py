"""What a worker measures of its service every few seconds: unpublished facts, clocks, failed workflows."""

from __future__ import annotations

import asyncio
from datetime import datetime

import sqlalchemy as sa
import structlog
from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.service import RPCError

from shared.durable.snapshots import Snapshots
from shared.durable.sweep import EVERY
from shared.errors import Transient
from shared.messaging.connection import pause
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.topics import RETENTION_DAYS
from shared.observability.metrics import Metrics
from shared.persistence.spine import Spine
from shared.persistence.work import UnitOfWork

log = structlog.get_logger()

SECONDS = 5.0
UNSEEN_AFTER = 2 * EVERY
"""Two passes of reconcile: a clock that neither saw in a workflow has none."""

AT_ONCE = 5_000
"""Rows that are deleted in one transaction."""

KEPT_DAYS = 14
"""Published outbox pointers are forgotten after this; facts never are."""

INBOX_DAYS = RETENTION_DAYS + 5
"""Event ids of handled facts are forgotten after this: Kafka can deliver none of them again by itself. What is published again
from Postgres later is dropped by `last_seen`, which is therefore never pruned: one row for each consumer and aggregate.
"""


class ServiceMeasures:
    """Computes the gauges from Postgres, which is the truth, and counts failed workflows at Temporal."""

    def __init__(
        self,
        service: str,
        snapshots: Snapshots,
        client: Client,
        spine: Spine,
        work: UnitOfWork,
        metrics: Metrics,
        messaging: MessagingMetrics,
    ) -> None:
        self._service = service
        self._snapshots = snapshots
        self._client = client
        self._spine = spine
        self._work = work
        self._messaging = messaging
        registry = metrics.registry
        self._open = Gauge("deadlines_open", "Clocks that run", registry=registry)
        self._overdue = Gauge("deadlines_overdue", "Clocks past their due time", registry=registry)
        self._without = Gauge("deadlines_without_workflow", "Open clocks that no workflow keeps", registry=registry)
        self._failed = Gauge("workflow_failures", "Workflows that failed", registry=registry)
        self._rounds = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Measure until told to stop; what cannot be measured now keeps its value."""
        while not stop.is_set():
            try:
                await self._measure()
                if self._rounds % 720 == 0:
                    await forget(self._work, self._spine)
                self._rounds += 1
                await self._count_failures()
            except (Transient, RPCError, RuntimeError, OSError) as error:
                log.warning("measure_failed", error=type(error).__name__)
            await pause(stop, SECONDS)

    async def _measure(self) -> None:
        counts = await self._snapshots.counts(UNSEEN_AFTER)
        self._open.set(counts.open)
        self._overdue.set(counts.overdue)
        self._without.set(counts.without_workflow)
        await self._measure_outbox()

    async def _measure_outbox(self) -> None:
        """Say what waits to be published and how long: here and not in the relay, which a silent Kafka holds up."""
        outbox = self._spine.outbox.c
        age = sa.func.extract("epoch", sa.func.now() - sa.func.min(outbox.created_at))
        query = sa.select(sa.func.count(), sa.func.count(outbox.dead_at), sa.func.coalesce(age, 0))
        async with self._work.begin() as tx:
            pending, dead, oldest = (await tx.session.execute(query.where(outbox.published_at.is_(None)))).one()
        self._messaging.outbox_pending.set(pending)
        self._messaging.outbox_dead.set(dead)
        self._messaging.outbox_oldest.set(float(oldest))

    async def _count_failures(self) -> None:
        query = f"TaskQueue = '{self._service}' AND ExecutionStatus = 'Failed'"
        self._failed.set((await self._client.count_workflows(query)).count)


async def forget(work: UnitOfWork, spine: Spine) -> None:
    """Delete what is only kept for repeats: answers of yesterday, pointers to facts long published, ids of facts long handled."""
    outbox, answers, inbox = spine.outbox, spine.idempotency, spine.inbox
    # Facts are published nearly in the order of the pointers' ids, so that only the oldest need be looked at.
    oldest = sa.select(outbox.c.id, outbox.c.published_at).order_by(outbox.c.id).limit(AT_ONCE).subquery()
    published = sa.select(oldest.c.id).where(oldest.c.published_at < _days_ago(KEPT_DAYS))
    await _in_steps(work, sa.delete(outbox).where(outbox.c.id.in_(published)))
    key = (answers.c.actor_ref, answers.c.endpoint, answers.c.key)
    given = sa.select(*key).where(answers.c.created_at < _days_ago(1)).limit(AT_ONCE)
    await _in_steps(work, sa.delete(answers).where(sa.tuple_(*key).in_(given)))
    note = (inbox.c.consumer, inbox.c.event_id)
    handled = sa.select(*note).where(inbox.c.handled_at < _days_ago(INBOX_DAYS)).limit(AT_ONCE)
    await _in_steps(work, sa.delete(inbox).where(sa.tuple_(*note).in_(handled)))


async def _in_steps(work: UnitOfWork, statement: sa.Delete) -> None:
    """Run it until little is left, each time in a transaction of its own: one for all would outlast its timeout."""
    gone = AT_ONCE
    while gone > AT_ONCE // 2:
        async with work.begin() as tx:
            gone = len((await tx.session.execute(statement.returning(sa.literal(1)))).all())


def _days_ago(days: int) -> sa.ColumnElement[datetime]:
    return sa.func.now() - sa.func.make_interval(0, 0, 0, days)
