"""FastStream on Kafka: the broker of a worker, and how a receiver is connected to it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError
from faststream import AckPolicy
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware
from faststream.kafka.prometheus import KafkaPrometheusMiddleware
from faststream.kafka.subscriber.usecase import LogicSubscriber
from faststream.message import StreamMessage
from opentelemetry.trace import TracerProvider
from prometheus_client import CollectorRegistry

from shared.messaging.consumer import Receiver
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.records import Record
from shared.messaging.verdict import code_of

log = structlog.get_logger(__name__)

LONGEST_REST = 30.0
_COUNTING: WeakKeyDictionary[CollectorRegistry, KafkaPrometheusMiddleware] = WeakKeyDictionary()
Parse = Callable[[ConsumerRecord[Any, Any]], Awaitable[StreamMessage[Any]]]


def build_broker(
    bootstrap: str,
    *,
    service: str,
    registry: CollectorRegistry,
    tracer_provider: TracerProvider | None = None,
    graceful_timeout: float = 20.0,
) -> KafkaBroker:
    """Return the broker of a worker: consumers only; what we publish goes through the outbox.

    A start that failed, because Kafka is away, may be tried again with the same broker after `broker.stop()`.
    """
    return KafkaBroker(
        bootstrap.split(","),
        client_id=f"{service}-worker",
        consumer_only=True,
        allow_auto_create_topics=False,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        graceful_timeout=graceful_timeout,
        logger=logging.getLogger("tovholder.kafka"),
        log_level=logging.DEBUG,
        middlewares=(
            KafkaTelemetryMiddleware(tracer_provider=tracer_provider),
            _counting(registry, service),
        ),
    )


def _counting(registry: CollectorRegistry, service: str) -> KafkaPrometheusMiddleware:
    """Return FastStream's own metrics; a registry takes them once, however many brokers a process builds."""
    if registry not in _COUNTING:
        _COUNTING[registry] = KafkaPrometheusMiddleware(registry=registry, app_name=service)
    return _COUNTING[registry]


@dataclass
class Registered:
    """A receiver that is connected to Kafka: what the measuring of lag needs to know."""

    receiver: Receiver
    subscriber: LogicSubscriber[Any]
    in_hand: set[TopicPartition] = field(default_factory=set)
    """Partitions with a record that was read and is not settled."""


def register(
    broker: KafkaBroker, receiver: Receiver, metrics: MessagingMetrics, *, rest_seconds: float = 1.0
) -> Registered:
    """Subscribe a receiver to its topics, in a Kafka group of the consumer's name.

    `rest_seconds` is how long a partition rests after the first transient failure; doubled each time up to 30 s.
    """
    subscription = receiver.subscription
    subscriber = broker.subscriber(
        *subscription.topics,
        group_id=subscription.consumer,
        auto_offset_reset="earliest",
        rebalance_timeout_ms=60_000,
        parser=_forgiving,
        decoder=_as_bytes,
        no_reply=True,
    )
    registered = Registered(receiver, subscriber)
    rests = _Rests(subscription.consumer, rest_seconds)

    async def consume(message: KafkaMessage) -> None:
        raw: Any = message.raw_message
        place = TopicPartition(raw.topic, raw.partition)
        registered.in_hand.add(place)
        try:
            await receiver.receive(Record.of(raw))
        except Exception as error:  # noqa: BLE001  # whatever it is, the record is not settled and must come again
            log.warning("record_put_back", consumer=subscription.consumer, topic=raw.topic, code=code_of(error))
            metrics.nacks.labels(subscription.consumer).inc()
            rests.begin(message.consumer, place)
            # Not the error itself: FastStream would log its text.
            raise NackMessage from None
        finally:
            registered.in_hand.discard(place)
        rests.forget(place)

    subscriber(consume)
    return registered


class _Rests:
    """Partitions that rest after transient trouble. A rebalance ends a rest, which does no harm."""

    def __init__(self, consumer: str, seconds: float) -> None:
        self._consumer = consumer
        self._seconds = seconds
        self._times: dict[TopicPartition, int] = {}

    def begin(self, consumer: Any, place: TopicPartition) -> None:
        """Stop reading the partition for a while."""
        times = self._times[place] = self._times.get(place, 0) + 1
        seconds = min(self._seconds * 2 ** (times - 1), LONGEST_REST)
        try:
            consumer.pause(place)
        except IllegalStateError:
            return  # No longer ours: whoever has it now reads from the last commit.
        asyncio.get_running_loop().call_later(seconds, _resume, consumer, place)

    def forget(self, place: TopicPartition) -> None:
        """Let the next rest of the partition be short again."""
        self._times.pop(place, None)


def _resume(consumer: AIOKafkaConsumer, place: TopicPartition) -> None:
    try:
        consumer.resume(place)
    except IllegalStateError:
        return  # The partition went to another consumer meanwhile.


async def _forgiving(record: ConsumerRecord[Any, Any], parse: Parse) -> StreamMessage[Any]:
    """Parse a record whose headers may be no text: FastStream's own parser would raise, and the record come back for
    ever.

    The message carries the record as it came, so that a dead letter keeps the original bytes.
    """
    headers = tuple((name, (value or b"").decode("utf-8", "replace").encode()) for name, value in record.headers)
    message = await parse(dataclasses.replace(record, headers=headers))
    message.raw_message = record
    return message


async def _as_bytes(message: StreamMessage[Any]) -> Any:
    """Leave the value as it is: it is decoded per record, where a failure has a name."""
    return message.body
