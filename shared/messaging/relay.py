"""The relay: publishes what the outbox points at, in the order of writing, at least once.

One relay per service works at a time. It holds a session-level advisory lock on the very connection that it reads and
marks with: who loses the connection loses the lock and can no longer mark. A standby asks for the lock every half
second.

Per aggregate the order never breaks. If a row of a key is not acknowledged, no later row of that key is marked,
although Kafka may have it already: a consumer then sees duplicates, never a gap. Rows of other keys go on.

A row that Kafka refuses for what it is (too large, no such topic, no fact behind the pointer) is tried again a few
times and then given up (`dead_at`, counted, alerted on). Later rows of its key wait, for a gap would be a lie;
`revive` lets them try again when the reason is gone. Trouble of the connection is never held against a row.

From reading a batch to marking it the relay holds a second lock, shared; who marks published facts to go out again
(`shared.messaging.again`) takes it alone, so that no later fact of a key is in flight when the earlier ones come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.messaging.connection import Connection, connected, pause
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.sending import Sent, send_all

log = structlog.get_logger(__name__)

AfterSend = Callable[[Sequence[UUID]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """How the relay works; seconds are wall time."""

    batch: int = 500
    poll_seconds: float = 1.0
    standby_seconds: float = 0.5
    ack_seconds: float = 45.0
    refusals: int = 5
    """How often Kafka may refuse a row before it is given up."""
    missing_topic_refusals: int = 120
    """The same where the topic is missing: a deployment may be about to make it."""


class Relay:
    """Publishes the outbox of one service."""

    def __init__(
        self,
        dsn: str,
        schema: str,
        producer: Callable[[], AIOKafkaProducer],
        metrics: MessagingMetrics,
        *,
        limits: RelayLimits | None = None,
        after_send: AfterSend | None = None,
    ) -> None:
        """`dsn` is asyncpg's or SQLAlchemy's form. `after_send` is awaited between Kafka's answer and the mark, for
        tests.
        """
        self._dsn = dsn
        self._schema = schema
        self._producer = producer
        self._metrics = metrics
        self._limits = limits or RelayLimits()
        self._after_send = after_send
        self._wake = asyncio.Event()
        self._looked = float("-inf")
        self._waiting_keys: list[str] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set. Trouble with Postgres or Kafka is logged and tried again after a second."""
        while not stop.is_set():
            try:
                await self._work(stop)
            except (
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
                KafkaError,
                OSError,
                TimeoutError,
            ) as error:
                log.warning("relay_interrupted", schema=self._schema, error=type(error).__name__)
                await pause(stop, self._limits.poll_seconds)
            finally:
                self._metrics.relay_leading.set(0)

    async def pending(self) -> int:
        """Return how many facts wait, those given up included."""
        async with connected(self._dsn, f"{self._schema}_relay_look") as connection:
            return int(await connection.fetchval(_COUNT.format(schema=self._schema)))

    async def _work(self, stop: asyncio.Event) -> None:
        async with connected(self._dsn, f"{self._schema}_relay") as connection:
            if not await self._wait_for_turn(connection, stop):
                return
            self._metrics.relay_leading.set(1)
            await connection.add_listener(f"{self._schema}_outbox", lambda *_: self._wake.set())
            async with self._producer() as producer:
                await self._publish_until(connection, producer, stop)

    async def _wait_for_turn(self, connection: Connection, stop: asyncio.Event) -> bool:
        """Return True with the lock held, or False if it was time to stop."""
        while not stop.is_set():
            if await connection.fetchval(
                "select pg_try_advisory_lock(hashtextextended($1, 0))", f"{self._schema}.relay"
            ):
                return True
            await pause(stop, self._limits.standby_seconds)
        return False

    async def _publish_until(self, connection: Connection, producer: AIOKafkaProducer, stop: asyncio.Event) -> None:
        self._looked = float("-inf")
        while not stop.is_set():
            self._wake.clear()
            await self._look(connection)
            await connection.execute(
                "select pg_advisory_lock_shared(hashtextextended($1, 0))", batch_lock(self._schema)
            )
            rows = await connection.fetch(_PENDING.format(schema=self._schema), self._limits.batch, self._waiting_keys)
            sent = await send_all(producer, self._schema, rows, self._limits.ack_seconds)
            if self._after_send and rows:
                await self._after_send([row["event_id"] for row in rows])
            await _to_the_end(self._mark(connection, sent))
            await connection.execute(
                "select pg_advisory_unlock_shared(hashtextextended($1, 0))", batch_lock(self._schema)
            )
            if sent.interrupted:
                raise KafkaError(sent.interrupted)
            if sent.refused:
                await pause(stop, self._limits.poll_seconds)
            elif len(rows) < self._limits.batch:
                await self._rest(stop)

    async def _mark(self, connection: Connection, sent: Sent) -> None:
        """Write down what Kafka has, what it refused, and what is given up."""
        if sent.acknowledged:
            await connection.execute(_PUBLISHED.format(schema=self._schema), [row["id"] for row in sent.acknowledged])
        for row in sent.acknowledged:
            self._metrics.published.labels(row["topic"]).inc()
        for row, error in sent.failed:
            self._metrics.publish_failures.labels(row["topic"]).inc()
            await connection.execute(_FAILED.format(schema=self._schema), row["id"], error)
        for row, error in sent.refused:
            limit = self._limits.refusals
            if error == "UnknownTopicOrPartitionError":
                limit = self._limits.missing_topic_refusals
            self._metrics.publish_failures.labels(row["topic"]).inc()
            died = await connection.fetchval(_REFUSED.format(schema=self._schema), row["id"], error, limit)
            if died:
                self._looked = float("-inf")
                self._metrics.outbox_died.labels(row["topic"]).inc()
                log.error("outbox_row_given_up", event_id=str(row["event_id"]), topic=row["topic"], error=error)

    async def _look(self, connection: Connection) -> None:
        """See which keys wait behind a fact that was given up; at most once a second."""
        if time.monotonic() - self._looked < 1.0:
            return
        self._waiting_keys = await connection.fetchval(_DEAD_KEYS.format(schema=self._schema))
        self._looked = time.monotonic()

    async def _rest(self, stop: asyncio.Event) -> None:
        """Wait until the outbox calls, a second has passed, or it is time to stop."""
        waiting = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waiting, timeout=self._limits.poll_seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()


def batch_lock(schema: str) -> str:
    """Return the name of the lock that a relay shares while a batch is on its way."""
    return f"{schema}.relay.batch"


def build_producer(bootstrap: str, *, client_id: str) -> Callable[[], AIOKafkaProducer]:
    """Return what makes a relay's producer: every in-sync replica answers, no record twice by a retry, lz4, 3 ms of
    linger.
    """

    def make() -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            linger_ms=3,
            max_batch_size=64 * 1024,
            request_timeout_ms=40_000,
        )

    return make


async def revive(dsn: str, schema: str) -> int:
    """Let the rows that were given up try again; return how many. For when the topic is there or the limit is
    raised.
    """
    async with connected(dsn, f"{schema}_revive") as connection:
        rows = await connection.fetch(_REVIVE.format(schema=schema))
        await connection.execute("select pg_notify($1, '')", f"{schema}_outbox")
        return len(rows)


async def _to_the_end(work: Awaitable[None]) -> None:
    """Await `work` even through a cancellation, which is passed on afterwards: what Kafka has shall be marked."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await task
        raise


_PENDING = """
select o.id, o.event_id, o.topic, o.key, o.sequence,
       f.event_id is not null as found, f.aggregate_kind, f.type, f.occurred_at, f.correlation_id, f.causation_id,
       f.traceparent, f.body
from {schema}.outbox o
left join {schema}.facts f on f.event_id = o.event_id and f.recorded_at = o.recorded_at
where o.published_at is null and o.key <> all ($2::text[])
order by o.id limit $1
"""
_COUNT = "select count(*) from {schema}.outbox where published_at is null"
_PUBLISHED = "update {schema}.outbox set published_at = now(), last_error = null where id = any($1::bigint[])"
_FAILED = "update {schema}.outbox set last_error = $2 where id = $1"
_REFUSED = """
update {schema}.outbox
set attempts = attempts + 1, last_error = $2, dead_at = case when attempts + 1 >= $3 then now() end
where id = $1 returning dead_at is not null
"""
_REVIVE = """
update {schema}.outbox set dead_at = null, attempts = 0 where published_at is null and dead_at is not null returning id
"""
_DEAD_KEYS = """
select coalesce(array_agg(distinct key), '{{}}') from {schema}.outbox where published_at is null and dead_at is not null
"""
