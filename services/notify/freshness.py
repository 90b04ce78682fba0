"""How old the rows of other services are: when this worker last had every fact of theirs that Kafka had.

The worker's `Watch` measures how far behind its consumer is. While nothing of a topic waits, the rows of its service are current, and
the row of `source` says so with the moment (wall time); when the worker, Kafka or the measuring stops, the moment stands still and the
list says how old it is. Of what a service has not published yet nobody here knows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy.dialects.postgresql import insert

from services.notify.tables import SOURCE
from shared.contracts.notify import DELIVERY_TOPIC
from shared.errors import Transient
from shared.messaging.connection import pause
from shared.messaging.topics import TOPICS
from shared.persistence.work import Transaction, UnitOfWork

log = structlog.get_logger()

SERVICES = tuple(dict.fromkeys(topic.partition(".")[0] for topic in TOPICS if topic != DELIVERY_TOPIC))
CONSUMER = "notify.work"
EVERY = 2.0
"""Seconds between two looks."""

OLD = timedelta(minutes=1)
"""Beyond this something is behind, and the list says it as a warning [P]."""

NEWS = 10.0
"""Seconds for which a measurement counts."""


class Freshness:
    """Keeps the rows of `source` in a worker."""

    def __init__(self, work: UnitOfWork, registry: CollectorRegistry) -> None:
        self._work = work
        self._registry = registry

    async def run(self, stop: asyncio.Event) -> None:
        """Note what is current until `stop` is set."""
        while not stop.is_set():
            try:
                await self.note()
            except (Transient, OSError, TimeoutError) as error:
                log.warning("freshness_unknown", error=type(error).__name__)
            await pause(stop, EVERY)

    async def note(self) -> None:
        """Note the services of which nothing waits, by the latest measurement."""
        if current := self._current():
            async with self._work.begin() as tx:
                statement = insert(SOURCE).values([{"service": name, "current_at": sa.func.now()} for name in current])
                latest = {"current_at": statement.excluded.current_at}
                await tx.session.execute(statement.on_conflict_do_update(index_elements=["service"], set_=latest))

    def _current(self) -> Sequence[str]:
        measured = self._registry.get_sample_value("consumer_measured_at_seconds", {"consumer": CONSUMER})
        if measured is None or time.time() - measured > NEWS:
            return ()
        return [name for name in SERVICES if not any(self._lag(topic) for topic in TOPICS if _of(topic) == name)]

    def _lag(self, topic: str) -> float:
        found = self._registry.get_sample_value("consumer_lag", {"consumer": CONSUMER, "topic": topic})
        return 1.0 if found is None else found


async def ages(tx: Transaction) -> dict[str, timedelta | None]:
    """Return by service how long ago its rows were current; None: they never were."""
    query = sa.select(SOURCE.c.service, sa.func.clock_timestamp() - SOURCE.c.current_at)
    found = {row[0]: row[1] for row in await tx.session.execute(query)}
    return {name: found.get(name) for name in SERVICES}


def oldest(found: dict[str, timedelta | None], service: str | None = None) -> timedelta | None:
    """Return the greatest age among all services, or of one; None if any was never current."""
    wanted = [age for name, age in found.items() if service in (None, name)]
    known = [age for age in wanted if age is not None]
    return max(known) if known and len(known) == len(wanted) else None


def behind(age: timedelta | None) -> bool:
    """Say whether rows of this age are to be warned of."""
    return age is None or age > OLD


def _of(topic: str) -> str:
    return topic.partition(".")[0]
