"""The relay loses nothing and keeps the order, whatever dies."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.backends import Backends
from shared.messaging.records import Record
from shared.messaging.relay import RelayLimits, revive
from tests.integration.messaging.world import SCHEMA, World, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOON = RelayLimits(poll_seconds=0.1, standby_seconds=0.05, refusals=2, missing_topic_refusals=2)


def sequences(records: Sequence[Any]) -> dict[str, list[int]]:
    """Return the sequences of each key in the order of the topic."""
    found: dict[str, list[int]] = defaultdict(list)
    for record in records:
        found[record.key.decode()].append(Record.of(record).envelope().sequence)
    return found


async def test_a_fact_is_published_as_a_cloud_event_with_its_trace(world: World) -> None:
    boat = uuid4()
    event_id = await world.sail(boat, 1, leg=4)
    async with running(world.relay()):
        await until(lambda: world.count("facts_published_total", topic=world.topic) == 1)
    (record,) = await world.records(1)
    headers = {name: value.decode() for name, value in record.headers}
    assert record.key == str(boat).encode()
    assert headers["ce_id"] == str(event_id)
    assert headers["ce_subject"] == f"boat/{boat}"
    assert headers["ce_source"] == "/services/fjord"
    assert headers["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert Record.of(record).envelope().data["leg"] == 4
    assert await world.pending() == 0


async def test_a_commit_wakes_the_relay_long_before_its_poll(world: World) -> None:
    async with running(world.relay(limits=RelayLimits(poll_seconds=30))):
        await until(lambda: world.count("relay_leading") == 1)
        await world.sail(uuid4(), 1, leg=1)
        await until(lambda: world.count("facts_published_total", topic=world.topic) == 1, seconds=5)


async def test_a_relay_killed_between_send_and_mark_loses_nothing_and_keeps_the_order(world: World) -> None:
    boats = [uuid4() for _ in range(5)]
    await world.sail_many([(boat, number, number) for number in range(1, 41) for boat in boats])
    command = [
        sys.executable,
        "-m",
        "tests.integration.messaging.doomed_relay",
        world.dsn,
        world.bootstrap,
        SCHEMA,
        "60",
    ]
    doomed = await asyncio.to_thread(subprocess.run, command, timeout=60, check=False)
    assert doomed.returncode == -signal.SIGKILL
    assert await world.pending() == 200, "the killed relay had marked something"

    async with running(world.relay()):
        await until(lambda: _empty(world), what="the second relay publishes")
    seen = sequences(await world.records(260))
    assert set(seen) == {str(boat) for boat in boats}
    for found in seen.values():
        assert list(dict.fromkeys(found)) == list(range(1, 41)), "first sightings are gapless and in order"
        assert len(found) > 40, "what was sent and not marked was sent again"


async def test_a_standby_takes_over_when_the_leader_is_gone(world: World) -> None:
    first, second = world.relay(limits=SOON), world.relay(limits=SOON)
    stop = asyncio.Event()
    leader = asyncio.create_task(first.run(stop))
    await until(lambda: world.count("relay_leading") == 1)
    async with running(second):
        await world.sail(uuid4(), 1, leg=1)
        await until(lambda: _empty(world))
        stop.set()
        await leader
        await world.sail(uuid4(), 1, leg=2)
        await until(lambda: _empty(world), what="the standby publishes")
    assert len(await world.records(2)) == 2


async def test_a_leader_that_lost_its_connection_leads_again(world: World) -> None:
    async with running(world.relay(limits=SOON)):
        await until(lambda: world.count("relay_leading") == 1)
        await world.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fjord_relay'"
        )
        await world.sail(uuid4(), 1, leg=1)
        await until(lambda: _empty(world))


async def test_a_fact_too_large_is_given_up_and_its_key_waits_while_others_go_on(world: World) -> None:
    heavy, light = uuid4(), uuid4()
    await world.sail(heavy, 1, leg=1, filler="x" * 1_100_000)
    await world.sail_many([(heavy, 2, 2), (light, 1, 1), (light, 2, 2)])
    async with running(world.relay(limits=SOON)):
        await until(lambda: world.count("outbox_rows_given_up_total", topic=world.topic) == 1)
        await world.sail(heavy, 3, leg=3)
        await world.sail(light, 3, leg=3)
        await until(lambda: world.count("facts_published_total", topic=world.topic) == 3)
    assert sequences(await world.records(3)) == {str(light): [1, 2, 3]}
    rows = await world.fetch(f"select attempts, last_error from {SCHEMA}.outbox where dead_at is not null")
    assert [(row["attempts"], row["last_error"]) for row in rows] == [(2, "MessageSizeTooLargeError")]
    assert await world.pending() == 3


async def test_a_fact_for_a_missing_topic_goes_out_once_the_topic_is_there_and_it_is_revived(world: World) -> None:
    boat = uuid4()
    await world.sail(boat, 1, leg=1, topic="fjord.nowhere")
    async with running(world.relay(limits=SOON)):
        await until(lambda: world.count("outbox_rows_given_up_total", topic="fjord.nowhere") == 1)
        await world.fetch(f"update {SCHEMA}.outbox set topic = $1", world.topic)
        assert await revive(world.dsn, SCHEMA) == 1
        await until(lambda: _empty(world))
    assert sequences(await world.records(1)) == {str(boat): [1]}


async def test_a_cancelled_relay_still_marks_what_kafka_has(world: World) -> None:
    sent = asyncio.Event()

    async def after_send(events: Sequence[UUID]) -> None:
        sent.set()

    await world.sail_many([(uuid4(), 1, number) for number in range(50)])
    await world.fetch(
        f"create function {SCHEMA}.slowly() returns trigger language plpgsql as "
        f"$$ begin perform pg_sleep(0.5); return null; end $$"
    )
    await world.fetch(f"create trigger slow after update on {SCHEMA}.outbox execute function {SCHEMA}.slowly()")
    task = asyncio.create_task(world.relay(after_send=after_send).run(asyncio.Event()))
    await asyncio.wait_for(sent.wait(), 20)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await world.pending() == 0


async def test_kafka_killed_and_started_again_gets_everything_in_order(world: World, servers: Backends) -> None:
    boats = [uuid4() for _ in range(3)]
    async with running(world.relay(limits=SOON)):
        await world.sail_many([(boat, number, number) for number in range(1, 11) for boat in boats])
        await until(lambda: _empty(world))
        servers.stack.kill("kafka")
        await world.sail_many([(boat, number, number) for number in range(11, 21) for boat in boats])
        servers.stack.start("kafka")
        await until(lambda: _empty(world), seconds=60, what="the relay finds Kafka again")
    rows = await world.fetch(f"select sum(attempts) as tries, count(dead_at) as dead from {SCHEMA}.outbox")
    assert (rows[0]["tries"], rows[0]["dead"]) == (0, 0), "trouble of Kafka is not held against a fact"
    for found in sequences(await world.records(60)).values():
        assert list(dict.fromkeys(found)) == list(range(1, 21))


async def _empty(world: World) -> bool:
    return await world.pending() == 0
