"""Publishing facts again: a Kafka that lost its topics, or a consumer that begins anew, is given what Postgres has.

A fact goes out as it did the first time: same event id, same sequence, same key, in the order of each aggregate, through the
relay. Who has seen it drops it (inbox, or `last_seen` where the inbox was pruned); who has not, has its effect. With `since`
each aggregate's facts go out from that moment to its last, without a hole: right for consumers that were up to date then, for
others the facts before are missing and counted as a gap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from shared.errors import Conflict, Transient
from shared.messaging.connection import Connection, connected
from shared.messaging.relay import batch_lock
from shared.messaging.topics import TOPICS

LONGEST = 6 * 3600.0
"""Seconds that marking may take: one statement, so that a relay sees all of an aggregate's facts or none."""


@dataclass(frozen=True, slots=True)
class Marked:
    """How many facts of how many aggregates will go out again, and how many wait that never went out."""

    facts: int
    aggregates: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Facts that are saved and not published: `waiting` for the relay, `given_up` until somebody revives them."""

    waiting: int
    given_up: int


async def publish_again(
    dsn: str, schema: str, since: datetime | None = None, *, topics: Collection[str] = TOPICS
) -> Marked:
    """Mark the facts recorded at or after `since` (wall time; all without it) to be published again; the relay sends them.

    Pointers that were forgotten are made anew, below all that are there, so that they go first. May be run with the service up
    or down, and repeated. Raises `Conflict` (`kind_without_topic`) where `topics` has none for a fact's aggregate, and
    `Transient` (`outbox_is_being_pruned`); nothing has changed then.
    """
    kinds = {topic.split(".")[1]: topic for topic in topics if topic.split(".")[0] == schema}
    lock = batch_lock(schema)
    async with connected(dsn, f"{schema}_again") as connection:
        # Before the transaction, whose picture of the outbox must be that of after the last batch.
        await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", lock, timeout=LONGEST)
        try:
            async with connection.transaction(isolation="repeatable_read"):
                return await _mark(connection, schema, since, kinds)
        except asyncpg.SerializationError as error:
            raise Transient(
                "outbox_is_being_pruned", f"the outbox of {schema} is being pruned", remedy="Give the command again."
            ) from error
        finally:
            await connection.execute("select pg_advisory_unlock(hashtextextended($1, 0))", lock)
            await connection.execute("select pg_notify($1, '')", f"{schema}_outbox")


async def _mark(connection: Connection, schema: str, since: datetime | None, kinds: Mapping[str, str]) -> Marked:
    waiting = await connection.fetchval(_WAITING.format(schema=schema))
    homeless = await connection.fetchval(_HOMELESS.format(schema=schema), since, list(kinds), timeout=LONGEST)
    if homeless:
        raise Conflict("kind_without_topic", f"facts of {schema} about {', '.join(homeless)} belong to no known topic")
    row = await connection.fetchrow(
        _AGAIN.format(schema=schema), since, list(kinds), list(kinds.values()), timeout=LONGEST
    )
    return Marked(row["facts"], row["aggregates"], waiting)


async def outgoing(dsn: str, schema: str) -> Outgoing:
    """Return how many facts of a service are not published yet."""
    async with connected(dsn, f"{schema}_outgoing") as connection:
        return Outgoing(*await connection.fetchrow(_OUTGOING.format(schema=schema)))


_WAITING = "select count(*) from {schema}.outbox where published_at is null"
_OUTGOING = """
select count(*) filter (where dead_at is null), count(*) filter (where dead_at is not null)
from {schema}.outbox where published_at is null
"""
_HOMELESS = """
select array_agg(distinct aggregate_kind) from {schema}.facts
where ($1::timestamptz is null or recorded_at >= $1) and aggregate_kind <> all ($2::text[])
"""
# `recorded_at` is when a transaction began: a later fact of an aggregate can bear an earlier moment. So the moment only says from
# which sequence on, and the order is that of the sequence.
_AGAIN = """
with first as (
    select aggregate_id, min(sequence) as sequence from {schema}.facts
    where $1::timestamptz is null or recorded_at >= $1 group by aggregate_id
), wanted as (
    select f.event_id, f.recorded_at, f.aggregate_kind, f.aggregate_id, f.sequence,
           max(f.recorded_at) over (partition by f.aggregate_id order by f.sequence) as at
    from {schema}.facts f join first on first.aggregate_id = f.aggregate_id and f.sequence >= first.sequence
), marked as (
    update {schema}.outbox o set published_at = null
    from wanted w where o.event_id = w.event_id and o.published_at is not null
    returning o.key
), forgotten as (
    insert into {schema}.outbox (id, event_id, recorded_at, topic, key, sequence) overriding system value
    select (select coalesce(min(id), 1) from {schema}.outbox) - count(*) over ()
               + row_number() over (order by w.at, w.aggregate_id, w.sequence) - 1,
           w.event_id, w.recorded_at, t.topic, w.aggregate_id::text, w.sequence
    from wanted w join unnest($2::text[], $3::text[]) as t(kind, topic) on t.kind = w.aggregate_kind
    where not exists (select from {schema}.outbox o where o.event_id = w.event_id)
    returning key
), again as (
    select key from marked union all select key from forgotten
)
select count(*) as facts, count(distinct key) as aggregates from again
"""
