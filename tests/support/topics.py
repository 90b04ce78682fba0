"""What stands in Kafka, read as a consumer reads it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.messaging.topics import TOPICS

Record = ConsumerRecord[Any, Any]


@dataclass
class Published:
    """Records of topics in the order of their partitions, and what follows from them."""

    records: list[Record] = field(default_factory=list)

    @property
    def times(self) -> Counter[str]:
        """Return how often each fact stands there, by event id."""
        return Counter(header(record, "ce_id") for record in self.records)

    def order(self) -> dict[str, list[int]]:
        """Return the sequences of each key as a consumer has them in effect: a repeat (at least once) counts once."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for record in self.records:
            sequence = int(header(record, "ce_sequence"))
            if sequence not in found[record.key.decode()]:
                found[record.key.decode()].append(sequence)
        return dict(found)

    def gaps(self) -> dict[str, list[int]]:
        """Return the keys whose sequences are not 1, 2, 3 … in this order."""
        return {key: found for key, found in self.order().items() if found != list(range(1, len(found) + 1))}

    def repeats(self) -> int:
        """Return how many records stand there more often than once."""
        return sum(times - 1 for times in self.times.values())


def header(record: Record, name: str) -> str:
    """Return a header's text; empty where there is none."""
    return next((value.decode() for key, value in record.headers if key == name), "")


async def published(bootstrap: str, topics: Collection[str] | None = TOPICS) -> Published:
    """Read topics from their beginning to their end; None reads every topic that is not Kafka's own."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        # Not by seeking: the client's own search for a position, which ends at "latest", can overtake a seek.
        auto_offset_reset="earliest",
    )
    found = Published()
    await consumer.start()
    try:
        there = sorted(topic for topic in await consumer.topics() if not topic.startswith("__"))
        places = await _places(bootstrap, [topic for topic in there if topics is None or topic in topics])
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        left = {place for place in places if ends[place] > 0}
        while left:
            for records in (await asyncio.wait_for(consumer.getmany(timeout_ms=500), 30)).values():
                found.records += records
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
    return found


async def _places(bootstrap: str, topics: list[str]) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.describe_topics(topics)
    finally:
        await admin.close()
    return [TopicPartition(topic["topic"], part["partition"]) for topic in found for part in topic["partitions"]]
