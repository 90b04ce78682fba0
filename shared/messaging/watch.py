"""What only shows when somebody looks: lag of the consumers, open dead letters, parked keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import sqlalchemy as sa
import structlog
from aiokafka.errors import KafkaError
from prometheus_client import Gauge

from shared.errors import Transient
from shared.messaging.broker import Registered
from shared.messaging.connection import pause, run
from shared.messaging.metrics import MessagingMetrics
from shared.persistence.spine import Spine
from shared.persistence.work import UnitOfWork

log = structlog.get_logger(__name__)


class Watch:
    """Measures the consumers of one worker every few seconds of wall time."""

    def __init__(
        self,
        work: UnitOfWork,
        spine: Spine,
        registered: Sequence[Registered],
        metrics: MessagingMetrics,
        *,
        seconds: float = 2.0,
    ) -> None:
        self._work = work
        self._spine = spine
        self._registered = registered
        self._metrics = metrics
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Measure until `stop` is set; what cannot be measured keeps its last value."""
        while not stop.is_set():
            try:
                await self.measure()
            except (KafkaError, Transient, OSError, TimeoutError) as error:
                log.warning("measure_failed", error=type(error).__name__)
            await pause(stop, self._seconds)

    async def measure(self) -> None:
        """Set the gauges once."""
        for registered in self._registered:
            for topic, records in (await lag(registered)).items():
                self._metrics.lag.labels(registered.receiver.subscription.consumer, topic).set(records)
            if has_partitions(registered):
                self._metrics.measured_at.labels(registered.receiver.subscription.consumer).set_to_current_time()
        await self._count(
            self._spine.dead_letters, self._metrics.dead_letters, self._spine.dead_letters.c.state == "OPEN"
        )
        await self._count(self._spine.parked_keys, self._metrics.parked_keys, sa.true())

    async def _count(self, table: sa.Table, gauge: Gauge, which: sa.ColumnElement[bool]) -> None:
        query = sa.select(table.c.consumer, sa.func.count()).where(which).group_by(table.c.consumer)
        async with self._work.begin() as tx:
            found = {consumer: int(count) for consumer, count in await run(tx, query)}
        for registered in self._registered:
            consumer = registered.receiver.subscription.consumer
            gauge.labels(consumer).set(found.get(consumer, 0))


def has_partitions(registered: Registered) -> bool:
    """Say whether the consumer has partitions: without any its lag is nought, which says nothing."""
    consumer = registered.subscriber.consumer
    return consumer is not None and bool(consumer.assignment())


async def lag(registered: Registered) -> dict[str, int]:
    """Return, by topic, how many records of the partitions that we have are not settled."""
    consumer = registered.subscriber.consumer
    behind = dict.fromkeys(registered.receiver.subscription.topics, 0)
    places = set() if consumer is None else consumer.assignment()
    if consumer is None or not places:
        return behind
    ends = await consumer.end_offsets(list(places))
    for place in places:
        # A record in hand has moved the position already.
        position = await consumer.position(place)
        behind[place.topic] += max(0, ends[place] - position) + int(place in registered.in_hand)
    return behind
