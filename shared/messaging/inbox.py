"""The inbox: a fact has its effect once, however often it is delivered, and never after a later one.

Both notes are made in the transaction of the effect. `inbox` remembers event ids for as long as Kafka can deliver them
again (`shared.hosting.measures`); `last_seen` remembers how far each consumer is with each aggregate, for good. So a fact
from before the inbox's horizon is recognised too.

- *duplicate*: this event id was handled.
- *stale*: a later fact of the aggregate was handled. Within a key Kafka keeps the order and parking keeps it over
  failures, so what comes late is a repeat of something old. It is counted and left. A consumer that learns a type it
  used to skip must therefore take a new name, or start with empty tables.
- *gap*: an earlier fact has not been seen. If the key is parked, the record never gets here: it lines up. Otherwise
  the earlier one is out of reach (discarded by a person, or older than the topic's retention), and waiting for it
  would be waiting for ever: the gap is counted (`consumer_gaps_total`, an alert) and the fact is handled.
"""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.contracts.envelope import Envelope
from shared.messaging.connection import run
from shared.messaging.metrics import MessagingMetrics
from shared.persistence.spine import Spine
from shared.persistence.work import Transaction


class Entry(StrEnum):
    """What the inbox says about a fact."""

    FRESH = "fresh"
    DUPLICATE = "duplicate"
    STALE = "stale"


class Inbox:
    """The inbox of one consumer."""

    def __init__(self, spine: Spine, consumer: str, metrics: MessagingMetrics) -> None:
        self._consumer = consumer
        self._metrics = metrics
        self._inbox = spine.inbox
        self._advance = sa.text(_ADVANCE.format(schema=spine.schema))

    async def enter(self, tx: Transaction, envelope: Envelope) -> Entry:
        """Note the fact in the caller's transaction; only FRESH may have an effect.

        The same fact in two transactions at once: the second waits here for the first to end.
        """
        if not await self.remember(tx, envelope):
            return Entry.DUPLICATE
        return await self.pass_by(tx, envelope)

    async def remember(self, tx: Transaction, envelope: Envelope) -> bool:
        """Write down the event id; return False if it is there already."""
        note = upsert(self._inbox).values(consumer=self._consumer, event_id=envelope.id)
        done = await run(tx, note.on_conflict_do_nothing().returning(self._inbox.c.event_id))
        return done.scalar_one_or_none() is not None

    async def pass_by(self, tx: Transaction, envelope: Envelope) -> Entry:
        """Note only how far the aggregate is, for a fact that this consumer does not handle."""
        values = {"consumer": self._consumer, "aggregate": envelope.aggregate_id, "sequence": envelope.sequence}
        advanced, before = (await run(tx, self._advance, values)).one()
        if not advanced:
            return Entry.STALE
        if envelope.sequence > before + 1:
            self._metrics.gaps.labels(self._consumer).inc()
        return Entry.FRESH


# Both parts read the same snapshot, so `before` is what stood there before the statement.
_ADVANCE = """
with before as (
    select sequence from {schema}.last_seen where consumer = :consumer and aggregate_id = :aggregate
), advanced as (
    insert into {schema}.last_seen as seen (consumer, aggregate_id, sequence) values (:consumer, :aggregate, :sequence)
    on conflict (consumer, aggregate_id) do update set sequence = excluded.sequence
    where seen.sequence < excluded.sequence
    returning 1
)
select exists (select from advanced), coalesce((select sequence from before), 0)
"""
