"""A fact has one effect, in the order of its aggregate, whatever is delivered how often."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Envelope
from shared.errors import Transient
from shared.messaging.records import Record
from shared.messaging.watch import Watch, lag
from shared.persistence.work import Transaction
from tests.integration.messaging.world import SCHEMA, Repainted, Sailed, World, envelope, note, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


def record(world: World, fact: Envelope, offset: int = 0) -> Record:
    """Return the record of a fact."""
    value = b"{" + fact.model_dump_json(include={"data"}).partition("{")[2].partition("{")[2].encode()[:-1]
    return Record(world.topic, 0, offset, str(fact.aggregate_id), tuple(fact.headers()), value)


async def outcomes(world: World, *records: Record) -> list[str]:
    receiver = world.receiver()
    return [await receiver.receive(one) for one in records]


async def test_the_same_fact_delivered_twice_has_one_effect(world: World) -> None:
    boat = uuid4()
    fact = envelope(boat, 1, leg=1)
    assert await outcomes(world, record(world, fact), record(world, fact)) == ["handled", "duplicate"]
    assert await world.effects() == [(boat, 1)]


async def test_the_same_fact_delivered_in_parallel_has_one_effect(world: World) -> None:
    boat = uuid4()
    fact = record(world, envelope(boat, 1, leg=1))
    receivers = [world.receiver() for _ in range(8)]
    found = await asyncio.gather(*(receiver.receive(fact) for receiver in receivers))
    assert sorted(found) == ["duplicate"] * 7 + ["handled"]
    assert await world.effects() == [(boat, 1)]


async def test_a_fact_about_something_erased_is_acknowledged_and_counted_and_has_no_effect(world: World) -> None:
    gone, here = uuid4(), uuid4()

    async def erased(_: AsyncSession, fact: Envelope) -> bool:
        return fact.aggregate_id == gone

    receiver = world.receiver(erased=erased)
    counted = world.metrics.about_erased.labels(receiver.subscription.consumer)
    facts = [record(world, envelope(gone, 1, leg=1)), record(world, envelope(here, 1, leg=2))]

    assert [await receiver.receive(fact) for fact in (*facts, facts[0])] == ["erased", "handled", "duplicate"]

    assert await world.effects() == [(here, 2)]
    assert counted._value.get() == 1


async def test_a_fact_from_before_the_inbox_was_pruned_has_no_second_effect(world: World) -> None:
    boat = uuid4()
    first, second = record(world, envelope(boat, 1, leg=1)), record(world, envelope(boat, 2, leg=2))
    await outcomes(world, first, second)
    await world.fetch(f"delete from {SCHEMA}.inbox")
    assert await outcomes(world, first, second) == ["stale", "stale"]
    assert await world.effects() == [(boat, 1), (boat, 2)]


async def test_a_gap_is_counted_and_does_not_stop_the_consumer(world: World) -> None:
    boat = uuid4()
    found = await outcomes(world, record(world, envelope(boat, 1, leg=1)), record(world, envelope(boat, 3, leg=3)))
    assert found == ["handled", "handled"]
    assert world.count("consumer_gaps_total", consumer=world.group) == 1


async def test_a_type_without_a_handler_is_skipped_and_leaves_no_gap(world: World) -> None:
    boat = uuid4()
    skipped = envelope(boat, 2, leg=0, kind=Repainted.type)
    unheard = envelope(boat, 3, leg=0, kind="boat.christened.v1")
    last = record(world, envelope(boat, 4, leg=4))
    found = await outcomes(
        world, record(world, envelope(boat, 1, leg=1)), record(world, skipped), record(world, unheard), last
    )
    assert found == ["handled", "skipped", "skipped", "handled"]
    assert world.count("consumer_gaps_total", consumer=world.group) == 0
    other = {"consumer": world.group, "type": "other", "outcome": "skipped"}
    assert world.count("facts_consumed_total", **other) == 1


async def test_topics_shuffled_and_repeated_converge(world: World) -> None:
    boats = [uuid4() for _ in range(6)]
    past = {boat: [record(world, envelope(boat, leg, leg=leg)) for leg in range(1, 8)] for boat in boats}
    dice = random.Random(4)
    receiver = world.receiver()
    left = dict.fromkeys(boats, 0)
    while left:
        boat = dice.choice(list(left))
        await receiver.receive(past[boat][left[boat]])
        # A redelivery goes back some records, and then comes forward again.
        left[boat] += 1 if dice.random() < 0.7 else -dice.randint(0, left[boat])
        if left[boat] == len(past[boat]):
            del left[boat]
    effects = await world.effects()
    assert {boat: [leg for who, leg in effects if who == boat] for boat in boats} == {
        boat: list(range(1, 8)) for boat in boats
    }


async def test_fields_of_a_newer_producer_are_left_aside(world: World) -> None:
    fact = record(world, envelope(uuid4(), 1, leg=1))
    newer = Record(fact.topic, 0, 0, fact.key, fact.headers, fact.value[:-1] + b', "sails": 3}')
    assert await outcomes(world, newer) == ["handled"]


async def test_an_effect_that_fails_leaves_no_trace_in_the_inbox(world: World) -> None:
    boat = uuid4()
    fact = record(world, envelope(boat, 1, leg=1))
    tries: list[int] = []

    async def halfway(tx: Transaction, fact: Envelope, sailed: Sailed) -> None:
        await note(tx, fact, sailed)
        tries.append(1)
        if len(tries) < 3:
            raise Transient("harbour_closed", "the harbour is closed")

    assert await world.receiver(halfway).receive(fact) == "handled"
    assert await world.effects() == [(boat, 1)]


async def test_two_writers_of_one_case_leave_a_gapless_order_at_the_consumer(world: World) -> None:
    boat = uuid4()

    async def write(times: int) -> None:
        for _ in range(times):
            async with world.work.begin() as tx:
                connection = await tx.session.connection()
                await connection.exec_driver_sql(f"select pg_advisory_xact_lock(hashtextextended('{boat}', 0))")
                await connection.exec_driver_sql(WRITE_NEXT, (str(boat), world.topic))

    seen: list[int] = []

    async def watch(tx: Transaction, fact: Envelope, sailed: Any) -> None:
        seen.append(fact.sequence)

    async with running(world.relay()), world.consuming(world.receiver(watch)):
        await asyncio.gather(write(25), write(25))
        await until(lambda: len(seen) >= 50, what="all facts are consumed")
    assert seen == list(range(1, 51))
    assert world.count("consumer_gaps_total", consumer=world.group) == 0


async def test_transient_trouble_puts_the_record_back_and_lets_other_partitions_go_on(world: World) -> None:
    down, up = await _boats_in_different_partitions(world)
    trouble = asyncio.Event()
    trouble.set()

    async def handle(tx: Transaction, fact: Envelope, sailed: Sailed) -> None:
        if fact.aggregate_id == down and trouble.is_set():
            raise Transient("harbour_closed", "the harbour is closed")
        await note(tx, fact, sailed)

    async with running(world.relay()), world.consuming(world.receiver(handle)) as registered:
        await world.sail_many([(down, 1, 1), (down, 2, 2), (up, 1, 1), (up, 2, 2)])
        await until(lambda: world.count("consumer_nacks_total", consumer=world.group) >= 2)

        async def others() -> bool:
            return await world.effects() == [(up, 1), (up, 2)]

        await until(others, what="the other partition goes on")
        assert sum((await lag(registered)).values()) == 2
        trouble.clear()

        async def everything() -> bool:
            return await world.effects() == [(up, 1), (up, 2), (down, 1), (down, 2)]

        await until(everything, what="the record that was put back is handled, in order")
        await until(lambda: _no_lag(registered))
    assert not await world.fetch(f"select 1 from {SCHEMA}.dead_letters")


async def test_a_consumer_killed_in_the_middle_of_a_handler_leaves_exactly_one_effect_each(world: World) -> None:
    boats = [uuid4() for _ in range(3)]
    await world.sail_many([(boat, leg, leg) for leg in range(1, 21) for boat in boats])
    async with running(world.relay()):
        for deadly in ("7", "23"):
            command = [sys.executable, "-m", "tests.integration.messaging.doomed_consumer"]
            command += [world.dsn, world.bootstrap, world.topic, world.group, deadly]
            doomed = await asyncio.to_thread(subprocess.run, command, timeout=90, check=False)
            assert doomed.returncode == -signal.SIGKILL
        async with world.consuming(world.receiver()):

            async def everything() -> bool:
                return len(await world.effects()) >= 60

            await until(everything, seconds=40, what="the rest is consumed")
    effects = await world.effects()
    assert {boat: [leg for who, leg in effects if who == boat] for boat in boats} == {
        boat: list(range(1, 21)) for boat in boats
    }


async def test_lag_and_open_dead_letters_are_measured(world: World) -> None:
    boat = uuid4()
    await world.send(boat, b"no json", [])
    async with world.consuming(world.receiver()) as registered:
        watch = Watch(world.work, world.spine, [registered], world.metrics)

        async def seen() -> bool:
            await watch.measure()
            return world.count("dead_letters_open", consumer=world.group) == 1

        await until(seen)
        assert world.count("parked_keys", consumer=world.group) == 1
        assert world.count("consumer_lag", consumer=world.group, topic=world.topic) == 0


async def test_stopping_waits_for_the_handler_at_work(world: World) -> None:
    boat = uuid4()
    started = asyncio.Event()

    async def slow(tx: Transaction, fact: Envelope, sailed: Sailed) -> None:
        started.set()
        await asyncio.sleep(0.5)
        await note(tx, fact, sailed)

    await world.sail(boat, 1, leg=1)
    async with running(world.relay()), world.consuming(world.receiver(slow)):
        await asyncio.wait_for(started.wait(), 20)
    assert await world.effects() == [(boat, 1)]


async def _no_lag(registered: Any) -> bool:
    return sum((await lag(registered)).values()) == 0


async def _boats_in_different_partitions(world: World) -> tuple[UUID, UUID]:
    from aiokafka.partitioner import DefaultPartitioner

    pick = DefaultPartitioner()
    boats: dict[int, UUID] = {}
    while len(boats) < 2:
        boat = uuid4()
        boats.setdefault(pick(str(boat).encode(), [0, 1, 2], [0, 1, 2]), boat)
    first, second = boats.values()
    return first, second


WRITE_NEXT = f"""
with fact as (
    insert into {SCHEMA}.facts (event_id, aggregate_kind, aggregate_id, sequence, type, occurred_at, actor_ref,
                                actor_role, organisation, correlation_id, body)
    select gen_random_uuid(), 'boat', $1::text::uuid, 1 + (select count(*) from {SCHEMA}.outbox where key = $1::text),
           'boat.sailed.v1', now(), gen_random_uuid(), 'SKIPPER', 'harbour:one', gen_random_uuid(),
           '{{"by": "{UUID(int=7)}", "by_role": "SKIPPER", "organisation": "harbour:one", "leg": 1}}'
    returning event_id, recorded_at, aggregate_id, sequence
)
insert into {SCHEMA}.outbox (event_id, recorded_at, topic, key, sequence)
select event_id, recorded_at, $2::text, aggregate_id::text, sequence from fact
"""
