"""Facts are published again from Postgres: a lost Kafka is filled, and nobody has an effect twice."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from shared.errors import Conflict
from shared.messaging.again import Marked, Outgoing, outgoing, publish_again
from shared.messaging.topics import ensure_topics
from tests.integration.messaging.world import SCHEMA, World, running, until


async def test_a_lost_topic_is_filled_from_postgres_and_a_fresh_consumer_converges(world: World) -> None:
    boats = [uuid4() for _ in range(5)]
    for leg in range(1, 5):
        await world.sail_many([(boat, leg, leg) for boat in boats])
    async with running(world.relay()), world.consuming(world.receiver()):
        await until(lambda: _done(world, 20), what="the first consumer has everything")
    before = await world.records(20)
    await lose_topic(world)
    world.group = f"fjord.fresh.{uuid4().hex[:8]}"
    await world.fetch(f"truncate {SCHEMA}.effects")

    marked = await publish_again(world.dsn, SCHEMA, topics=[world.topic])

    assert marked == Marked(facts=20, aggregates=5, waiting=0)
    async with running(world.relay()), world.consuming(world.receiver()):
        await until(lambda: _done(world, 20), what="the fresh consumer has everything")
    effects = await world.effects()
    assert {boat: [leg for other, leg in effects if other == boat] for boat in boats} == {
        boat: [1, 2, 3, 4] for boat in boats
    }
    after = await world.records(20)
    assert {facts(record) for record in after} == {facts(record) for record in before}
    assert world.count("consumer_gaps_total", consumer=world.group) == 0


async def test_who_has_seen_a_fact_drops_it_also_without_its_inbox(world: World) -> None:
    boats = [uuid4(), uuid4()]
    await world.sail_many([(boat, leg, leg) for leg in (1, 2) for boat in boats])
    async with running(world.relay()), world.consuming(world.receiver()):
        await until(lambda: _done(world, 4), what="everything had its effect")
        await world.fetch(
            f"delete from {SCHEMA}.inbox where event_id in (select event_id from {SCHEMA}.facts where aggregate_id = $1)",
            boats[0],
        )

        await publish_again(world.dsn, SCHEMA, topics=[world.topic])
        await until(lambda: settled(world, 8), what="everything was delivered twice")

    assert len(await world.effects()) == 4
    outcomes = {name: consumed(world, name) for name in ("handled", "duplicate", "stale")}
    assert outcomes == {"handled": 4, "duplicate": 2, "stale": 2}


async def test_only_what_was_recorded_since_a_moment_goes_out_again(world: World) -> None:
    boat = uuid4()
    await world.sail(boat, 1, 1)
    moment = (await world.fetch("select clock_timestamp() as now"))[0]["now"]
    await world.sail(boat, 2, 2)
    async with running(world.relay()):
        await until(lambda: _nothing_pending(world))

    marked = await publish_again(world.dsn, SCHEMA, moment, topics=[world.topic])

    assert marked == Marked(facts=1, aggregates=1, waiting=0)
    assert await world.pending() == 1


async def test_no_later_fact_is_on_its_way_while_the_earlier_ones_are_marked(world: World) -> None:
    boat, sending, go_on = uuid4(), asyncio.Event(), asyncio.Event()

    async def hold(_: object) -> None:
        sending.set()
        await go_on.wait()

    await world.sail(boat, 1, 1)
    async with running(world.relay(after_send=hold)):
        await sending.wait()
        marking = asyncio.create_task(publish_again(world.dsn, SCHEMA, topics=[world.topic]))
        await until(lambda: lock_is_asked_for(world), what="the marking waits for the batch")
        assert not marking.done()
        go_on.set()
        marked = await marking
        await until(lambda: _nothing_pending(world))

    assert marked.facts == 1, "the batch was marked as published before"
    assert [facts(record)[1] for record in await world.records(2)] == ["1", "1"]


async def test_facts_whose_pointers_were_forgotten_go_out_again_before_later_ones(world: World) -> None:
    boats = [uuid4(), uuid4()]
    await world.sail_many([(boat, leg, leg) for leg in (1, 2, 3) for boat in boats])
    async with running(world.relay()):
        await until(lambda: _nothing_pending(world))
    await world.fetch(f"delete from {SCHEMA}.outbox where sequence < 3")
    await world.sail_many([(boat, 4, 4) for boat in boats])
    await lose_topic(world)

    marked = await publish_again(world.dsn, SCHEMA, topics=[world.topic])

    assert marked == Marked(facts=6, aggregates=2, waiting=2)
    async with running(world.relay()), world.consuming(world.receiver()):
        await until(lambda: _done(world, 8), what="a fresh consumer has everything")
    effects = await world.effects()
    assert {boat: [leg for other, leg in effects if other == boat] for boat in boats} == {
        boat: [1, 2, 3, 4] for boat in boats
    }
    await world.sail(boats[0], 5, 5)
    async with running(world.relay()):
        await until(lambda: _nothing_pending(world), what="the outbox goes on as before")


async def test_a_later_fact_that_bears_an_earlier_moment_goes_out_with_the_ones_before_it(world: World) -> None:
    boat = uuid4()
    await world.sail_many([(boat, leg, leg) for leg in (1, 2, 3)])
    async with running(world.relay()):
        await until(lambda: _nothing_pending(world))
    for table in ("facts", "outbox"):
        await world.fetch(
            f"update {SCHEMA}.{table} set recorded_at = recorded_at - interval '1 day' where sequence <> 2"
        )
    moment = (await world.fetch("select now() - interval '1 hour' as at"))[0]["at"]

    marked = await publish_again(world.dsn, SCHEMA, moment, topics=[world.topic])

    assert marked.facts == 2
    rows = await world.fetch(f"select sequence from {SCHEMA}.outbox where published_at is null order by id")
    assert [row["sequence"] for row in rows] == [2, 3]


async def test_facts_that_belong_to_no_topic_are_refused_and_nothing_changes(world: World) -> None:
    await world.sail(uuid4(), 1, 1)
    async with running(world.relay()):
        await until(lambda: _nothing_pending(world))

    with pytest.raises(Conflict) as refused:
        await publish_again(world.dsn, SCHEMA, topics=["fjord.ferry.v1"])

    assert refused.value.code == "kind_without_topic"
    assert await world.pending() == 0


async def test_what_is_unpublished_is_counted_apart_from_what_was_given_up(world: World) -> None:
    await world.sail_many([(uuid4(), 1, 1) for _ in range(3)])
    await world.fetch(f"update {SCHEMA}.outbox set dead_at = now() where id = (select min(id) from {SCHEMA}.outbox)")

    assert await outgoing(world.dsn, SCHEMA) == Outgoing(waiting=2, given_up=1)


async def lose_topic(world: World) -> None:
    """Delete the topic with all its records, and make an empty one of its name."""
    admin = AIOKafkaAdminClient(bootstrap_servers=world.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([world.topic])

        async def gone() -> bool:
            return world.topic not in await admin.list_topics()

        await until(gone, what="the topic is gone")
    finally:
        await admin.close()
    await ensure_topics(world.bootstrap, [world.topic], partitions=3, replication=1)


def facts(record: object) -> tuple[str, ...]:
    """What a fact is known by: id, sequence, type, key."""
    headers = {name: value.decode() for name, value in record.headers}  # type: ignore[attr-defined]  # aiokafka is untyped
    return (headers["ce_id"], headers["ce_sequence"], headers["ce_type"], record.key.decode())  # type: ignore[attr-defined]


def consumed(world: World, outcome: str) -> float:
    """How many records ended so."""
    return world.count("facts_consumed_total", consumer=world.group, type="boat.sailed.v1", outcome=outcome)


async def _done(world: World, number: int) -> bool:
    return len(await world.effects()) >= number


async def settled(world: World, number: int) -> bool:
    return sum(consumed(world, outcome) for outcome in ("handled", "duplicate", "stale")) >= number


async def _nothing_pending(world: World) -> bool:
    return await world.pending() == 0


async def lock_is_asked_for(world: World) -> bool:
    rows = await world.fetch("select count(*) as n from pg_locks where locktype = 'advisory' and not granted")
    return bool(rows[0]["n"])
