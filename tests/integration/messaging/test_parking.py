"""What cannot be handled is kept with its bytes; its key lines up behind it and is replayed in order."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from aiokafka import ConsumerRecord

from shared.contracts.envelope import Envelope
from shared.errors import Conflict, Invalid, NotFound
from shared.messaging.desk import DeadLetterDesk
from shared.messaging.records import Record
from shared.messaging.replay import Replayed, Replayer, answer_requests, channel
from shared.persistence.work import Transaction
from tests.integration.messaging.test_receiving import record
from tests.integration.messaging.world import SCHEMA, Sailed, World, envelope, note, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Reef:
    """A handler that refuses one leg of one boat until the reef is gone."""

    def __init__(self, boat: UUID, leg: int) -> None:
        self.boat = boat
        self.leg: int | None = leg

    async def __call__(self, tx: Transaction, fact: Envelope, sailed: Sailed) -> None:
        await note(tx, fact, sailed)
        if (fact.aggregate_id, sailed.leg) == (self.boat, self.leg):
            raise Invalid("reef_ahead", "there is a reef")


def replayer(world: World, handler: object = note) -> Replayer:
    """Return a replayer of the one receiver."""
    return Replayer(world.work, world.spine, [world.receiver(handler)])  # type: ignore[arg-type]


async def test_a_poison_record_parks_its_key_and_is_replayed_in_order(world: World) -> None:
    bad, good = uuid4(), uuid4()
    reef = Reef(bad, 2)

    async def settled() -> bool:
        return len(await world.effects()) >= 5 and len(await desk.list()) >= 4

    desk = DeadLetterDesk(world.work, world.spine)
    async with running(world.relay()), world.consuming(world.receiver(reef)):
        await world.sail_many([(boat, leg, leg) for leg in range(1, 5) for boat in (bad, good)])
        await world.sail(bad, 5, leg=5)
        await until(settled, what="the good boat goes on, the bad one lines up")
        letters = await desk.list()
        assert [(letter.key, letter.error_code, letter.parked_behind) for letter in letters] == [
            (str(bad), "reef_ahead", False),
            *[(str(bad), None, True)] * 3,
        ]
        assert {boat: [leg for who, leg in await world.effects() if who == boat] for boat in (bad, good)} == {
            bad: [1],
            good: [1, 2, 3, 4],
        }

        assert await replayer(world, reef).replay(world.group, str(bad)) == Replayed(0, "reef_ahead")
        assert [letter.attempts for letter in await desk.list()] == [2, 0, 0, 0], "a failed replay counts and stops"

        reef.leg = None
        assert await replayer(world, reef).replay(world.group, str(bad)) == Replayed(4)
        assert await desk.list() == ()
        await world.sail(bad, 6, leg=6)

        async def all_of_it() -> bool:
            return [leg for who, leg in await world.effects() if who == bad] == [1, 2, 3, 4, 5, 6]

        await until(all_of_it, what="the key is open again and nothing was lost or turned round")
    assert world.count("consumer_gaps_total", consumer=world.group) == 0


async def test_undecodable_records_are_kept_byte_for_byte(world: World) -> None:
    boat = uuid4()
    headers = [("ce_type", b"\xff\xfe"), ("content-type", b"application/json"), ("nul", b"a\x00b")]
    await world.send(boat, b"\xff no json \x00", headers)
    await world.send(None, b"", [])
    desk = DeadLetterDesk(world.work, world.spine)
    async with world.consuming(world.receiver()):

        async def kept() -> bool:
            return len(await desk.list()) == 2

        await until(kept)
    first = next(letter for letter in await desk.list() if letter.key == str(boat))
    full = await desk.show(first.id)
    assert (full.value, first.error_code) == (b"\xff no json \x00", "record_unreadable")
    rows = await world.fetch(f"select key, headers from {SCHEMA}.dead_letters order by id")
    assert {row["key"] for row in rows} == {str(boat), next(r["key"] for r in rows if r["key"].startswith(world.topic))}


async def test_a_poison_record_that_comes_again_is_one_dead_letter(world: World) -> None:
    bad = Record(world.topic, 0, 7, "boat", (("ce_type", b"x"),), b"no json")
    receiver = world.receiver()
    assert [await receiver.receive(bad) for _ in range(3)] == ["parked"] * 3
    assert len(await world.fetch(f"select 1 from {SCHEMA}.dead_letters")) == 1


async def test_a_poison_record_that_comes_twice_at_once_is_one_dead_letter(world: World) -> None:
    bad = Record(world.topic, 0, 7, "boat", (("ce_type", b"x"),), b"no json")
    receivers = [world.receiver() for _ in range(6)]
    assert await asyncio.gather(*(receiver.receive(bad) for receiver in receivers)) == ["parked"] * 6
    assert len(await world.fetch(f"select 1 from {SCHEMA}.dead_letters")) == 1


async def test_a_topic_made_anew_may_use_an_offset_again(world: World) -> None:
    records = [Record(world.topic, 0, 7, "boat", (), text) for text in (b"no json", b"no json either")]
    assert [await world.receiver().receive(one) for one in records] == ["parked", "parked"]
    kept = await world.fetch(f"select value, parked_behind from {SCHEMA}.dead_letters order by id")
    assert [(bytes(row["value"]), row["parked_behind"]) for row in kept] == [
        (b"no json", False),
        (b"no json either", True),
    ]


async def test_a_bug_in_a_handler_is_tried_three_times_and_then_parked_under_its_class_name(world: World) -> None:
    tries = 0

    async def buggy(tx: Transaction, fact: Envelope, sailed: Sailed) -> None:
        nonlocal tries
        tries += 1
        raise KeyError("a value that nobody should write down")

    assert await world.receiver(buggy).receive(record(world, envelope(uuid4(), 1, leg=1))) == "parked"
    assert tries == 3
    (row,) = await world.fetch(f"select error_code, attempts from {SCHEMA}.dead_letters")
    assert row["error_code"] == "KeyError"


async def test_a_fact_whose_data_breaks_its_model_is_parked_at_once(world: World) -> None:
    fact = record(world, envelope(uuid4(), 1, leg=1))
    broken = Record(fact.topic, 0, 0, fact.key, fact.headers, fact.value.replace(b'"leg":1', b'"leg":"one"'))
    assert await world.receiver().receive(broken) == "parked"
    assert [row["error_code"] for row in await world.fetch(f"select error_code from {SCHEMA}.dead_letters")] == [
        "fact_unreadable"
    ]


async def test_records_that_come_while_a_replay_runs_do_not_overtake_it(world: World) -> None:
    boat = uuid4()
    reef = Reef(boat, 1)
    receiver = world.receiver(reef)
    facts = [record(world, envelope(boat, leg, leg=leg), offset=leg) for leg in range(1, 31)]
    for fact in facts[:10]:
        await receiver.receive(fact)
    reef.leg = None

    async def deliver() -> None:
        for fact in facts[10:]:
            await receiver.receive(fact)

    first, second, _ = await asyncio.gather(
        replayer(world).replay(world.group, str(boat)), replayer(world).replay(world.group, str(boat)), deliver()
    )
    assert first.stopped_by is None
    assert second.stopped_by is None
    left = await replayer(world).replay(world.group, str(boat))
    assert left.stopped_by is None
    assert await world.effects() == [(boat, leg) for leg in range(1, 31)]
    assert not await world.fetch(f"select 1 from {SCHEMA}.parked_keys")


async def test_a_discarded_record_has_no_effect_and_the_rest_waits_for_replay(world: World) -> None:
    boat = uuid4()
    facts = [record(world, envelope(boat, leg, leg=leg), offset=leg) for leg in (1, 2)]
    receiver = world.receiver(Reef(boat, 1))
    for fact in facts:
        await receiver.receive(fact)
    desk = DeadLetterDesk(world.work, world.spine)
    head, behind = await desk.list()
    assert (await desk.discard(head.id)).state == "DISCARDED"
    assert await desk.list() == (behind,)
    with pytest.raises(Conflict, match="dead_letter_closed"):
        await desk.discard(head.id)
    assert await replayer(world).replay(world.group, str(boat)) == Replayed(1)
    assert await world.receiver().receive(facts[0]) == "duplicate"
    assert await world.effects() == [(boat, 2)]


async def test_a_discarded_unreadable_record_stays_discarded_when_it_comes_again(world: World) -> None:
    bad = Record(world.topic, 0, 7, "boat", (), b"no json")
    await world.receiver().receive(bad)
    desk = DeadLetterDesk(world.work, world.spine)
    (letter,) = await desk.list()
    await desk.discard(letter.id)
    assert await world.receiver().receive(bad) == "discarded"
    assert await desk.list() == ()
    assert not await world.fetch(f"select 1 from {SCHEMA}.parked_keys")


async def test_the_desk_asks_the_worker_to_replay(world: World) -> None:
    boat = uuid4()
    await world.receiver(Reef(boat, 1)).receive(record(world, envelope(boat, 1, leg=1)))
    desk = DeadLetterDesk(world.work, world.spine)
    (letter,) = await desk.list()
    with pytest.raises(Conflict, match="nobody_replayed"):
        await desk.replay(letter.id, seconds=0.3)
    stop = asyncio.Event()
    listener = asyncio.create_task(answer_requests(world.dsn, SCHEMA, replayer(world), stop))
    await until(lambda: _listening(world))
    assert await desk.replay(letter.id) == ()
    stop.set()
    await listener
    assert await world.effects() == [(boat, 1)]
    with pytest.raises(NotFound, match="dead_letter_not_found"):
        await desk.show(10_000)


@pytest.mark.parametrize(
    "text", ["[]", "5", "no json", '{"consumer": "nobody", "key": "k"}', '{"consumer": [], "key": {}}']
)
async def test_no_notification_ends_the_listener(world: World, text: str) -> None:
    boat = uuid4()
    await world.receiver(Reef(boat, 1)).receive(record(world, envelope(boat, 1, leg=1)))
    stop = asyncio.Event()
    listener = asyncio.create_task(answer_requests(world.dsn, SCHEMA, replayer(world), stop))
    await until(lambda: _listening(world))
    await world.fetch(f"select pg_notify('{channel(SCHEMA)}', '{text}')")
    desk = DeadLetterDesk(world.work, world.spine)
    assert await desk.replay((await desk.list())[0].id) == ()
    stop.set()
    await listener


async def test_a_record_with_a_huge_key_is_parked_and_does_not_block_its_partition(world: World) -> None:
    key = bytes(range(1, 256)) * 40
    raw = ConsumerRecord(world.topic, 0, 9, 0, 0, key, b"no json", None, len(key), 7, ())
    assert await world.receiver().receive(Record.of(raw)) == "parked"


async def _listening(world: World) -> bool:
    query = "select 1 from pg_stat_activity where application_name = 'fjord_replay' and query ilike 'listen%'"
    return bool(await world.fetch(query))
