"""What the tests of messaging share: two facts of a boat, a way to write them, relays and consumers to start."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from faststream.kafka import KafkaBroker
from prometheus_client import CollectorRegistry

from shared.contracts.base import Fact
from shared.contracts.envelope import Envelope
from shared.messaging.broker import Registered, build_broker, register
from shared.messaging.connection import run
from shared.messaging.consumer import Erased, Receiver, Subscription, Tries
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.relay import AfterSend, Relay, RelayLimits, build_producer
from shared.persistence.spine import Spine
from shared.persistence.work import Transaction, UnitOfWork

SCHEMA = "fjord"
BY = {"by": str(UUID(int=7)), "by_role": "SKIPPER", "organisation": "harbour:one"}
QUICK = Tries(times=3, seconds=0.01)


class Sailed(Fact):
    """A boat has sailed."""

    type: ClassVar[str] = "boat.sailed.v1"

    leg: int


class Repainted(Fact):
    """A boat has another colour; no consumer of the tests handles it."""

    type: ClassVar[str] = "boat.repainted.v1"

    colour: str


FACTS: dict[str, type[Fact]] = {fact.type: fact for fact in (Sailed, Repainted)}


@dataclass
class World:
    """One database, one topic."""

    dsn: str = field(repr=False)
    bootstrap: str
    topic: str
    spine: Spine
    work: UnitOfWork
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.metrics = MessagingMetrics(self.registry)
        self.group = f"fjord.watch.{uuid4().hex[:8]}"

    def count(self, name: str, **labels: str) -> float:
        """Return a metric's value; 0 if nothing was counted."""
        return self.registry.get_sample_value(name, labels) or 0.0

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Run one statement as the superuser."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def sail(self, boat: UUID, sequence: int, leg: int, *, topic: str | None = None, filler: str = "") -> UUID:
        """Write one fact and its pointer, as a handler would; return the event id."""
        return (await self.sail_many([(boat, sequence, leg)], topic=topic, filler=filler))[0]

    async def sail_many(
        self, legs: Sequence[tuple[UUID, int, int]], *, topic: str | None = None, filler: str = ""
    ) -> list[UUID]:
        """Write facts (boat, sequence, leg) in one transaction."""
        rows = [
            {"event_id": str(uuid4()), "boat": str(boat), "sequence": sequence, "body": _body(leg, filler)}
            for boat, sequence, leg in legs
        ]
        await self.fetch(_WRITE, json.dumps(rows), topic or self.topic, uuid4())
        return [UUID(str(row["event_id"])) for row in rows]

    async def effects(self) -> list[tuple[UUID, int]]:
        """Return what the consumer has done: (boat, leg) in the order of the commits."""
        rows = await self.fetch(f"select boat, text from {SCHEMA}.effects order by id")
        return [(row["boat"], int(row["text"])) for row in rows]

    async def records(self, number: int) -> list[ConsumerRecord[Any, Any]]:
        """Read the topic from its start until `number` records are there."""
        consumer = AIOKafkaConsumer(self.topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        found: list[ConsumerRecord[Any, Any]] = []
        async with consumer:
            end = time.monotonic() + 20
            while len(found) < number and time.monotonic() < end:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += records
        return found

    async def send(self, key: UUID | None, value: bytes, headers: Sequence[tuple[str, bytes]]) -> None:
        """Put a record of any kind into the topic."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        async with producer:
            raw = str(key).encode() if key else None
            await producer.send_and_wait(self.topic, value=value, key=raw, headers=list(headers))

    def relay(self, *, limits: RelayLimits | None = None, after_send: AfterSend | None = None) -> Relay:
        """Return a relay of this world."""
        make = build_producer(self.bootstrap, client_id="fjord-relay")
        return Relay(self.dsn, SCHEMA, make, self.metrics, limits=limits, after_send=after_send)

    def receiver(
        self,
        handle: Callable[[Transaction, Envelope, Any], Awaitable[None]] | None = None,
        erased: Erased | None = None,
    ) -> Receiver:
        """Return a receiver whose effect is a row; `handle` is what it does instead, `erased` says what was erased."""
        subscription = Subscription(
            consumer=self.group,
            topics=(self.topic,),
            handlers={Sailed.type: handle or note},
            facts=FACTS,
        )
        return Receiver(subscription, self.work, self.spine, self.metrics, tries=QUICK, erased=erased)

    @contextlib.asynccontextmanager
    async def consuming(self, receiver: Receiver, *, rest_seconds: float = 0.2) -> AsyncIterator[Registered]:
        """Consume for the time of a block."""
        broker: KafkaBroker = build_broker(self.bootstrap, service=SCHEMA, registry=CollectorRegistry())
        registered = register(broker, receiver, self.metrics, rest_seconds=rest_seconds)
        await broker.start()
        try:
            yield registered
        finally:
            await broker.stop()

    async def pending(self) -> int:
        """Return how many facts are not published."""
        rows = await self.fetch(f"select count(*) as n from {SCHEMA}.outbox where published_at is null")
        return int(rows[0]["n"])


async def note(tx: Transaction, envelope: Envelope, fact: Sailed) -> None:
    """The effect of the tests: one row."""
    row = {"boat": envelope.aggregate_id, "leg": str(fact.leg)}
    await run(tx, sa.text(f"insert into {SCHEMA}.effects (boat, text) values (:boat, :leg)"), row)


def envelope(boat: UUID, sequence: int, leg: int, *, event_id: UUID | None = None, kind: str = Sailed.type) -> Envelope:
    """Return a fact as it would stand in the topic."""
    return Envelope.model_validate(
        {
            "id": event_id or uuid4(),
            "source": "/services/fjord",
            "type": kind,
            "time": "2026-01-05T09:00:00Z",
            "subject": f"boat/{boat}",
            "sequence": sequence,
            "correlationid": uuid4(),
            "data": json.loads(_body(leg, "")),
        }
    )


@contextlib.asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    """Run a relay for the time of a block."""
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 30)


async def until(holds: Callable[[], Awaitable[Any] | Any], seconds: float = 20.0, what: str = "") -> Any:
    """Wait until `holds` answers something true; fail after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = holds()
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


def _body(leg: int, filler: str) -> str:
    return json.dumps({**BY, "leg": leg, **({"stage": filler} if filler else {})})


_WRITE = f"""
with fact as (
    insert into {SCHEMA}.facts (event_id, aggregate_kind, aggregate_id, sequence, type, occurred_at, actor_ref,
                                actor_role, organisation, correlation_id, traceparent, body)
    select r.event_id, 'boat', r.boat, r.sequence, '{Sailed.type}', now(), '{UUID(int=7)}', 'SKIPPER', 'harbour:one',
           $3, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', r.body::jsonb
    from jsonb_to_recordset($1::jsonb) as r(event_id uuid, boat uuid, sequence bigint, body text)
    returning event_id, recorded_at, aggregate_id, sequence
)
insert into {SCHEMA}.outbox (event_id, recorded_at, topic, key, sequence)
select event_id, recorded_at, $2, aggregate_id::text, sequence from fact order by sequence
"""
