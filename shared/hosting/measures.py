"""What a worker measures of its service every few seconds: clocks open, overdue, without workflow; failed workflows."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
import structlog
from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.service import RPCError

from shared.durable.snapshots import Snapshots
from shared.durable.sweep import EVERY
from shared.errors import Transient
from shared.messaging.connection import pause
from shared.observability.metrics import Metrics
from shared.persistence.spine import Spine
from shared.persistence.work import UnitOfWork

log = structlog.get_logger()

SECONDS = 5.0
UNSEEN_AFTER = 2 * EVERY
"""Two passes of reconcile: a clock that neither saw in a workflow has none."""

KEPT_DAYS = 14
"""Published outbox pointers and answers of commands are forgotten after this; facts never are."""


class ServiceMeasures:
    """Computes the gauges from Postgres, which is the truth, and counts failed workflows at Temporal."""

    def __init__(
        self, service: str, snapshots: Snapshots, client: Client, spine: Spine, work: UnitOfWork, metrics: Metrics
    ) -> None:
        self._service = service
        self._snapshots = snapshots
        self._client = client
        self._spine = spine
        self._work = work
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
                    await self._forget()
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

    async def _count_failures(self) -> None:
        query = f"TaskQueue = '{self._service}' AND ExecutionStatus = 'Failed'"
        self._failed.set((await self._client.count_workflows(query)).count)

    async def _forget(self) -> None:
        """Delete what is only kept for repeats: answers of yesterday, pointers to facts long published."""
        outbox, answers = self._spine.outbox, self._spine.idempotency
        age = sa.func.now() - sa.func.make_interval(0, 0, 0, KEPT_DAYS)
        async with self._work.begin() as tx:
            await tx.session.execute(sa.delete(outbox).where(outbox.c.published_at < age))
            yesterday = sa.func.now() - sa.func.make_interval(0, 0, 0, 1)
            await tx.session.execute(sa.delete(answers).where(answers.c.created_at < yesterday))
