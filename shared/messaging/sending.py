"""Sending a batch of pending facts: one of each key in flight at a time, sorted afterwards into what Kafka has and what
it has not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from pydantic_core import from_json, to_json

from shared.contracts.envelope import Envelope

REFUSALS = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    InvalidTopicError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    ValueError,
)
"""Errors that are about the record or its topic; a `ValueError` is ours, from the row. All others mean trouble with
Kafka.
"""


@dataclass
class Sent:
    """What became of a batch.

    `acknowledged` rows may be marked: no earlier row of their key failed. `refused` and `failed` rows come with the
    class name of the error. `interrupted` names the error that makes this producer unfit to go on.
    """

    acknowledged: list[asyncpg.Record] = field(default_factory=list)
    refused: list[tuple[asyncpg.Record, str]] = field(default_factory=list)
    failed: list[tuple[asyncpg.Record, str]] = field(default_factory=list)
    interrupted: str | None = None


class FactMissing(ValueError):
    """The pointer points at nothing."""


async def send_all(
    producer: AIOKafkaProducer, service: str, rows: Sequence[asyncpg.Record], ack_seconds: float
) -> Sent:
    """Send rows in their order and wait for Kafka's answers, at most `ack_seconds` for each wave.

    Of a key one row is in flight at a time, or Kafka could take a later one although an earlier one ran out of time at the end
    of an outage; a consumer then drops the earlier one as stale, and its effect is lost. Rows of other keys go along.
    """
    missing = await _missing_topics(producer, {row["topic"] for row in rows})
    answers: list[tuple[asyncpg.Record, asyncio.Future[Any] | Exception]] = []
    waiting = list(rows)
    while waiting:
        wave, waiting = _first_of_each_key(waiting)
        answered = await _send_wave(producer, service, wave, missing, ack_seconds)
        answers += answered
        failed = {row["key"]: error for row, answer in answered if (error := _error_of(answer)) is not None}
        if any(not _is_refusal(error) for error in failed.values()):
            break
        waiting = [row for row in waiting if row["key"] not in failed]
    return _sorted(answers)


def _first_of_each_key(rows: Sequence[asyncpg.Record]) -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
    """Return the first row of each key, and the others, both in their order."""
    first: dict[str, asyncpg.Record] = {}
    rest = [row for row in rows if first.setdefault(row["key"], row) is not row]
    return list(first.values()), rest


async def _send_wave(
    producer: AIOKafkaProducer, service: str, wave: Sequence[asyncpg.Record], missing: set[str], ack_seconds: float
) -> list[tuple[asyncpg.Record, asyncio.Future[Any] | Exception]]:
    """Send rows of different keys, all in flight at once; a producer that cannot go on ends the wave."""
    answers: list[tuple[asyncpg.Record, asyncio.Future[Any] | Exception]] = []
    for row in wave:
        try:
            answers.append((row, await _start(producer, service, row, missing)))
        except Exception as error:  # noqa: BLE001  # sorted below by its class: refused, or an interruption
            answers.append((row, error))
            if not _is_refusal(error):
                break
    futures = [answer for _, answer in answers if isinstance(answer, asyncio.Future)]
    if futures:
        await asyncio.wait(futures, timeout=ack_seconds)
    return answers


async def _start(
    producer: AIOKafkaProducer, service: str, row: asyncpg.Record, missing: set[str]
) -> asyncio.Future[Any]:
    if row["topic"] in missing:
        raise UnknownTopicOrPartitionError
    if not row["found"]:
        raise FactMissing
    envelope = envelope_of(row, service)
    future: asyncio.Future[Any] = await producer.send(
        row["topic"], key=envelope.key, value=to_json(envelope.data), headers=envelope.headers()
    )
    return future


def envelope_of(row: asyncpg.Record, service: str) -> Envelope:
    """Return the envelope of a row of outbox and facts."""
    return Envelope(
        id=row["event_id"],
        source=f"/services/{service}",
        type=row["type"],
        time=row["occurred_at"],
        subject=f"{row['aggregate_kind']}/{row['key']}",
        sequence=row["sequence"],
        correlationid=row["correlation_id"],
        causationid=row["causation_id"],
        traceparent=row["traceparent"],
        data=from_json(row["body"]),
    )


async def _missing_topics(producer: AIOKafkaProducer, topics: set[str]) -> set[str]:
    """Return the topics that Kafka says it does not have.

    `producer.send` would wait 40 s for a topic that is not there, with everybody behind it; a Kafka that does not
    answer is not a missing topic.
    """
    client = producer.client
    unknown = {topic for topic in topics if client.cluster.partitions_for_topic(topic) is None}
    if not unknown:
        return set()
    for topic in unknown:
        client.add_topic(topic)
    if not await client.force_metadata_update():
        raise ConnectionError("no metadata from Kafka")
    return {topic for topic in unknown if client.cluster.partitions_for_topic(topic) is None}


def _sorted(answers: list[tuple[asyncpg.Record, asyncio.Future[Any] | Exception]]) -> Sent:
    sent = Sent()
    behind: set[str] = set()
    for row, answer in answers:
        error = _error_of(answer)
        if error is None:
            if row["key"] not in behind:
                sent.acknowledged.append(row)
            continue
        behind.add(row["key"])
        name = type(error).__name__
        if _is_refusal(error):
            sent.refused.append((row, name))
        else:
            sent.failed.append((row, name))
            sent.interrupted = sent.interrupted or name
    return sent


def _error_of(answer: asyncio.Future[Any] | Exception) -> BaseException | None:
    if isinstance(answer, Exception):
        return answer
    if not answer.done():
        return TimeoutError()
    return asyncio.CancelledError() if answer.cancelled() else answer.exception()


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, REFUSALS)
