"""The relay alone: a backlog of outbox rows to Kafka, every row acknowledged by the broker and marked in Postgres."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from shared.messaging.metrics import MessagingMetrics
from shared.messaging.relay import Relay, build_producer
from shared.messaging.topics import ensure_topics
from tests.bench.bare_postgres import COPY
from tests.bench.counting import WrongResult
from tests.bench.machine import watched
from tests.bench.report import Report
from tests.bench.world import World

BACKLOG = 20_000
TOPIC = "bench.relay.v1"
PARTITIONS = 6
SECTION = "relay"
DEADLINE_SECONDS = 300.0


def measure(report: Report, world: World) -> None:
    """Measure in the copy of the database, where nobody reads what is published. The relay runs in this process."""
    uvloop.run(ensure_topics(world.config.bootstrap, (TOPIC,), partitions=PARTITIONS, replication=1))
    with watched(world.pids) as surroundings:
        seconds, oldest = uvloop.run(_publish(world))
    report.add(
        SECTION,
        f"a backlog of {BACKLOG}",
        {"per_second": BACKLOG / seconds, "seconds": seconds, "first_mark_s": oldest},
    )
    report.describe(SECTION, surroundings, partitions=PARTITIONS)


async def _publish(world: World) -> tuple[float, float]:
    """Return the seconds until all were marked, and until the first were."""
    looking = await world.admin(COPY)
    stop = asyncio.Event()
    try:
        await _fill(looking)
        dsn = world.config.dsn("intake_worker", COPY)
        relay = Relay(
            dsn,
            "intake",
            build_producer(world.config.bootstrap, client_id="bench-relay"),
            MessagingMetrics(CollectorRegistry()),
        )
        began = time.time()
        work = asyncio.create_task(relay.run(stop))
        while await looking.fetchval("select exists(select from intake.outbox where published_at is null)"):
            if time.time() > began + DEADLINE_SECONDS:
                raise WrongResult("the relay did not publish its backlog in five minutes")
            await asyncio.sleep(0.05)
        stop.set()
        await work
        times = await looking.fetchrow(
            "select extract(epoch from min(published_at))::float8 as first, extract(epoch from max(published_at))::float8 as last"
            " from intake.outbox where topic = $1",
            TOPIC,
        )
        await _check(world)
        return times["last"] - began, times["first"] - began
    finally:
        stop.set()
        await looking.close()


async def _fill(looking: object) -> None:
    """Put pointers to two facts each of 10,000 made-up concerns into the outbox; what bare Postgres wrote there goes first."""
    import asyncpg

    assert isinstance(looking, asyncpg.Connection)
    concern: UUID = await looking.fetchval("select aggregate_id from intake.facts limit 1")
    async with looking.transaction():
        await looking.execute("delete from intake.outbox")
        await looking.execute(_FACTS, concern, BACKLOG // 2, TOPIC)
    await looking.execute("vacuum analyze intake.outbox, intake.facts")


async def _check(world: World) -> None:
    """Count what Kafka holds."""
    consumer = AIOKafkaConsumer(bootstrap_servers=world.config.bootstrap)
    await consumer.start()
    try:
        ends = await consumer.end_offsets([TopicPartition(TOPIC, number) for number in range(PARTITIONS)])
    finally:
        await consumer.stop()
    if sum(ends.values()) != BACKLOG:
        raise WrongResult(f"Kafka holds {sum(ends.values())} records of {BACKLOG}")


_FACTS = """
with made as materialized (select gen_random_uuid() as id from generate_series(1, $2::int)),
sample as materialized (select * from intake.facts where aggregate_id = $1 and sequence <= 2),
fact as (
    insert into intake.facts (event_id, aggregate_kind, aggregate_id, sequence, type, occurred_at, actor_ref, actor_role,
                              organisation, correlation_id, causation_id, traceparent, body)
    select gen_random_uuid(), aggregate_kind, made.id, sequence, type, occurred_at, actor_ref, actor_role, organisation,
           correlation_id, causation_id, traceparent, body
    from made cross join sample
    returning event_id, recorded_at, aggregate_id, sequence
)
insert into intake.outbox (event_id, recorded_at, topic, key, sequence)
select event_id, recorded_at, $3::text, aggregate_id::text, sequence from fact order by aggregate_id, sequence
"""
