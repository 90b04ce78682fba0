"""What each story left behind: stages with domain times, facts by topic, clocks met and escalated, duplicates and losses.

Facts are counted twice, in Postgres and in Kafka. A fact that Kafka lacks is a loss; an event id that stands there twice is a
duplicate of the transport; a sequence that is not 1, 2, 3 … is a gap.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.demo.tale import Tale
from shared.messaging.topics import TOPICS


@dataclass
class Account:
    """What one story left behind."""

    id: str
    title: str
    ended_as_it_must: bool
    failure: str | None
    states: list[dict[str, str]] = field(default_factory=list)
    facts_by_topic: dict[str, int] = field(default_factory=dict)
    deadlines_opened: int = 0
    deadlines_met: int = 0
    reminded: int = 0
    escalated: int = 0
    missed: int = 0
    duplicates: int = 0
    losses: int = 0
    gaps: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return it for the JSON file."""
        return asdict(self)

    @property
    def sound(self) -> bool:
        """Say whether it ended as it must and nothing was lost or out of order."""
        return self.ended_as_it_must and not (self.losses or self.gaps)


@dataclass(frozen=True)
class Published:
    """What Kafka holds: how often each event id stands there, and the sequences of each key in order."""

    times: Counter[str]
    sequences: dict[str, list[int]]


async def published(bootstrap: str) -> Published:
    """Read every topic from its beginning to its end."""
    times: Counter[str] = Counter()
    sequences: defaultdict[str, list[int]] = defaultdict(list)
    consumer = AIOKafkaConsumer(
        *TOPICS, bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        places = list(consumer.assignment())
        ends = await consumer.end_offsets(places)
        left = {place for place in places if ends[place] > 0}
        while left:
            batches = await asyncio.wait_for(consumer.getmany(timeout_ms=1000), 30)
            for records in batches.values():
                for record in records:
                    headers = {name: value.decode() for name, value in record.headers}
                    times[headers["ce_id"]] += 1
                    sequences[record.key.decode()].append(int(headers["ce_sequence"]))
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
    return Published(times, dict(sequences))


async def account(tale: Tale, database: asyncpg.Pool, kafka: Published) -> Account:
    """Return what a story left behind."""
    made = Account(tale.code, tale.title, tale.failure is None, tale.failure, seconds=round(tale.seconds, 2))
    topics: Counter[str] = Counter()
    for service, kind, thing in tale.things:
        facts = await _facts(database, service, thing)
        made.states += _states(kind, thing, facts)
        _count_clocks(made, [str(row["type"]) for row in facts])
        _compare(made, str(thing), facts, kafka)
        topics.update(row["topic"] for row in facts)
    made.states.sort(key=lambda state: state["at"])
    made.facts_by_topic = dict(topics)
    return made


async def _facts(database: asyncpg.Pool, service: str, thing: UUID) -> Sequence[asyncpg.Record]:
    query = (
        f"select f.event_id, f.sequence, f.type, f.occurred_at, f.body ->> 'stage' as stage, o.topic "  # our own names
        f"from {service}.facts f join {service}.outbox o using (event_id) where f.aggregate_id = $1 order by f.sequence"
    )
    rows: Sequence[asyncpg.Record] = await database.fetch(query, thing)
    return rows


def _states(kind: str, thing: UUID, facts: Sequence[asyncpg.Record]) -> list[dict[str, str]]:
    states, before = [], None
    for row in facts:
        if row["stage"] is not None and row["stage"] != before:
            states.append(
                {"thing": f"{kind}/{str(thing)[:8]}", "state": row["stage"], "at": row["occurred_at"].isoformat()}
            )
            before = row["stage"]
    return states


def _count_clocks(made: Account, types: Sequence[str]) -> None:
    counted = Counter(types)
    made.deadlines_opened += counted["deadline.opened.v1"]
    made.deadlines_met += counted["deadline.met.v1"]
    made.reminded += counted["deadline.reminded.v1"]
    made.escalated += counted["deadline.escalated.v1"]
    made.missed += counted["deadline.missed.v1"]


def _compare(made: Account, key: str, facts: Sequence[asyncpg.Record], kafka: Published) -> None:
    found = [kafka.times[str(row["event_id"])] for row in facts]
    made.losses += found.count(0)
    made.duplicates += sum(times - 1 for times in found if times > 1)
    # A record that stands twice (at least once) is no gap; one that is missing or late is.
    made.gaps += int(list(dict.fromkeys(kafka.sequences.get(key, []))) != list(range(1, len(facts) + 1)))
