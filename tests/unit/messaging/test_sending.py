"""What of a batch may be marked: duplicates are allowed, gaps are not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError

from shared.messaging.sending import send_all

pytestmark = pytest.mark.asyncio(loop_scope="session")

A, B = UUID(int=10), UUID(int=11)


@dataclass
class Kafka:
    """Stands in for aiokafka's producer: answers each sequence as told, and metadata for the topics it knows."""

    answers: dict[tuple[UUID, int], Exception | None] = field(default_factory=dict)
    refuses_at_once: set[tuple[UUID, int]] = field(default_factory=set)
    topics: set[str] = field(default_factory=lambda: {"boats"})
    reachable: bool = True
    sent: list[tuple[UUID, int]] = field(default_factory=list)

    @property
    def client(self) -> Kafka:
        return self

    @property
    def cluster(self) -> Kafka:
        return self

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return {0} if topic in self.topics else None

    def add_topic(self, topic: str) -> None: ...

    async def force_metadata_update(self) -> bool:
        return self.reachable

    async def send(self, topic: str, *, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Any:
        which = (UUID(key.decode()), int(dict(headers)["ce_sequence"]))
        error = self.answers.get(which)
        if which in self.refuses_at_once and error:
            raise error
        self.sent.append(which)
        future = asyncio.get_running_loop().create_future()
        if error:
            future.set_exception(error)
        else:
            future.set_result(None)
        return future


def row(key: UUID, sequence: int, *, topic: str = "boats", found: bool = True) -> Any:
    """Return a row of outbox and facts."""
    return {
        "id": sequence,
        "event_id": uuid4(),
        "topic": topic,
        "key": str(key),
        "sequence": sequence,
        "found": found,
        "aggregate_kind": "boat",
        "type": "boat.sailed.v1",
        "occurred_at": datetime(2026, 1, 5, tzinfo=UTC),
        "correlation_id": uuid4(),
        "causation_id": None,
        "traceparent": None,
        "body": "{}",
    }


def marked(sent: Any) -> list[tuple[UUID, int]]:
    """Return which rows may be marked."""
    return [(UUID(line["key"]), line["sequence"]) for line in sent.acknowledged]


ROWS = [row(A, 1), row(B, 1), row(A, 2), row(B, 2), row(A, 3)]


async def test_no_row_behind_a_failed_one_of_its_key_is_marked() -> None:
    kafka = Kafka(answers={(A, 2): KafkaConnectionError()})
    sent = await send_all(kafka, "fjord", ROWS, 1.0)
    assert marked(sent) == [(A, 1), (B, 1), (B, 2)]
    assert (A, 3) not in kafka.sent, "Kafka could take it although it let go of the one before"
    assert (sent.interrupted, sent.refused) == ("KafkaConnectionError", [])


async def test_a_fact_is_sent_when_kafka_has_the_one_before_it_of_its_key() -> None:
    class Slow(Kafka):
        async def send(self, *args: Any, **more: Any) -> Any:
            answer = await super().send(*args, **more)
            which, later = self.sent[-1], asyncio.get_running_loop().create_future()
            assert all(self.had[each] for each in self.sent[:-1] if each[0] == which[0]), (
                "its predecessor is on its way"
            )
            self.had[which] = False

            def settle() -> None:
                self.had[which] = True
                later.set_result(answer.result())

            asyncio.get_running_loop().call_later(0.01, settle)
            return later

        had: dict[tuple[UUID, int], bool] = {}

    kafka = Slow()
    sent = await send_all(kafka, "fjord", ROWS, 1.0)

    assert kafka.sent == [(A, 1), (B, 1), (A, 2), (B, 2), (A, 3)]
    assert sorted(marked(sent)) == sorted(kafka.sent)


async def test_a_refused_row_stops_its_key_alone() -> None:
    kafka = Kafka(answers={(A, 2): MessageSizeTooLargeError()}, refuses_at_once={(A, 2)})
    sent = await send_all(kafka, "fjord", ROWS, 1.0)
    assert marked(sent) == [(A, 1), (B, 1), (B, 2)]
    assert (A, 3) not in kafka.sent
    assert [(line["sequence"], error) for line, error in sent.refused] == [(2, "MessageSizeTooLargeError")]
    assert sent.interrupted is None


async def test_a_producer_that_cannot_go_on_ends_the_batch() -> None:
    kafka = Kafka(answers={(B, 1): KafkaConnectionError()}, refuses_at_once={(B, 1)})
    sent = await send_all(kafka, "fjord", ROWS, 1.0)
    assert kafka.sent == [(A, 1)]
    assert marked(sent) == [(A, 1)]
    assert sent.interrupted == "KafkaConnectionError"


async def test_an_answer_that_does_not_come_is_a_failure() -> None:
    class Silent(Kafka):
        async def send(self, *_: Any, **__: Any) -> Any:
            return asyncio.get_running_loop().create_future()

    sent = await send_all(Silent(), "fjord", [row(A, 1)], 0.01)
    assert (marked(sent), sent.interrupted) == ([], "TimeoutError")


async def test_a_missing_topic_and_a_missing_fact_are_refusals_at_once() -> None:
    rows = [row(A, 1, topic="nowhere"), row(B, 1, found=False)]
    sent = await send_all(Kafka(), "fjord", rows, 1.0)
    assert [error for _, error in sent.refused] == ["UnknownTopicOrPartitionError", "FactMissing"]


async def test_a_kafka_that_gives_no_metadata_is_not_a_missing_topic() -> None:
    with pytest.raises(ConnectionError):
        await send_all(Kafka(reachable=False), "fjord", [row(A, 1, topic="nowhere")], 1.0)
