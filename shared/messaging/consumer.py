"""Consumers: one record at a time, one transaction each, decoded here and nowhere else.

A record is settled in one of these ways (label `outcome` of `facts_consumed_total`): `handled`, `duplicate`, `stale`,
`skipped` (a type that this consumer has no handler for), `erased` (what it is about was erased: acknowledged, counted, no
effect), `parked` (a dead letter now stands for it), `lined_up` (its
key is parked), `discarded` (a person decided so before). Transient trouble settles nothing: after three tries in
place the record goes back to Kafka, and its partition rests, longer each time, while the other partitions go on.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.base import Fact
from shared.contracts.envelope import Envelope
from shared.errors import Poison
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.inbox import Entry, Inbox
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.records import Record
from shared.messaging.verdict import Verdict, code_of, judge
from shared.persistence.spine import Spine
from shared.persistence.work import Transaction, UnitOfWork

log = structlog.get_logger(__name__)

Handler = Callable[[Transaction, Envelope, Any], Awaitable[None]]
"""Makes the effect of a fact in the given transaction; the third argument is the fact, of the type that `facts`
names.
"""


Erased = Callable[[AsyncSession, Envelope], Awaitable[bool]]
"""Says whether what a fact is about was erased (`domain.md` 4.5 R20)."""


@dataclass(frozen=True)
class Subscription:
    """What one consumer reads and what it does: a table from wire type to handler.

    `consumer` is the name of the Kafka group and of the inbox; it stays for good. `facts` says how the data of each
    handled type is parsed; fields that it does not know are left aside, since a newer producer may add some.
    """

    consumer: str
    topics: tuple[str, ...]
    handlers: Mapping[str, Handler]
    facts: Mapping[str, type[Fact]]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.handlers) - set(self.facts))
        if unknown:
            raise ValueError(f"{self.consumer} handles types without a model: {', '.join(unknown)}")


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a record is tried in place, and the mean seconds of wall time before the second try; doubled after
    that.
    """

    times: int = 3
    seconds: float = 0.2


class Receiver:
    """Settles the records of one subscription."""

    def __init__(
        self,
        subscription: Subscription,
        work: UnitOfWork,
        spine: Spine,
        metrics: MessagingMetrics,
        *,
        tries: Tries | None = None,
        erased: Erased | None = None,
    ) -> None:
        self.subscription = subscription
        self._work = work
        self._metrics = metrics
        self._tries = tries or Tries()
        self._inbox = Inbox(spine, subscription.consumer, metrics)
        self._erased = erased
        self._letters = DeadLetters(spine, subscription.consumer)

    async def receive(self, record: Record) -> str:
        """Settle a record and return the outcome. Whatever this raises means: not settled, deliver it again."""
        outcome = await self._settle(record)
        kind = record.claimed_type()
        label = kind if kind in self.subscription.facts else "other"
        self._metrics.consumed.labels(self.subscription.consumer, label, outcome).inc()
        return outcome

    async def _settle(self, record: Record) -> str:
        attempt = 1
        while True:
            try:
                return await self._attempt(record)
            except Exception as error:  # judged: everything a handler can raise ends as a retry or as a dead letter
                verdict = judge(error)
                if verdict is Verdict.PARK or (verdict is Verdict.DOUBT and attempt >= self._tries.times):
                    return await self._park(record, error)
                if attempt >= self._tries.times:
                    raise
            jitter = random.uniform(0.5, 1.5)  # noqa: S311  # not a secret
            await asyncio.sleep(jitter * self._tries.seconds * 2 ** (attempt - 1))
            attempt += 1

    async def _attempt(self, record: Record) -> str:
        envelope = record.envelope()
        async with self._work.begin(
            correlation_id=envelope.correlationid, causation_id=envelope.id, traceparent=_traceparent(envelope)
        ) as tx:
            if await self._letters.line_up(tx, record):
                return "lined_up"
            return await self.take_effect(tx, envelope)

    async def take_effect(self, tx: Transaction, envelope: Envelope) -> str:
        """Handle a fact in the caller's transaction, once; return the outcome."""
        handler = self.subscription.handlers.get(envelope.type)
        if handler is None:
            entry = await self._inbox.pass_by(tx, envelope)
            return "skipped" if entry is Entry.FRESH else entry.value
        entry = await self._inbox.enter(tx, envelope)
        if entry is not Entry.FRESH:
            return entry.value
        if self._erased is not None and await self._erased(tx.session, envelope):
            self._metrics.about_erased.labels(self.subscription.consumer).inc()
            return "erased"
        await handler(tx, envelope, self._parse(envelope))
        return "handled"

    async def remember(self, tx: Transaction, envelope: Envelope) -> None:
        """Note that a fact shall have no effect here any more."""
        await self._inbox.remember(tx, envelope)

    def _parse(self, envelope: Envelope) -> Fact:
        try:
            return self.subscription.facts[envelope.type].model_validate(envelope.data, extra="ignore")
        except ValidationError as error:
            fields = ", ".join(
                ".".join(str(part) for part in line["loc"]) for line in error.errors(include_input=False)
            )
            raise Poison("fact_unreadable", f"{envelope.type}: fields missing or malformed: {fields}") from None

    async def _park(self, record: Record, error: Exception) -> str:
        code = code_of(error)
        async with self._work.begin() as tx:
            parked = await self._letters.park(tx, record, code)
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.error(
            "record_parked" if parked else "record_discarded", consumer=self.subscription.consumer, code=code, **place
        )
        return "parked" if parked else "discarded"


def _traceparent(envelope: Envelope) -> str | None:
    """Return the span that works now, so that facts caused by this one continue the trace; else the fact's own."""
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", envelope.traceparent)
