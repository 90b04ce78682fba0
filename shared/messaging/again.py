"""Publishing facts again: a Kafka that lost its topics, or a consumer that begins anew, is given what Postgres has.

A fact goes out as it did the first time: same event id, same sequence, same key, in the order of each aggregate, through the
relay. Who has seen it drops it (inbox, or `last_seen` where the inbox was pruned); who has not, has its effect. With `since`
each aggregate's facts go out from that moment to its last, without a hole: right for consumers that were up to date then, for
others the facts before are missing and counted as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.errors import Conflict
from shared.messaging.connection import Connection, connected
from shared.messaging.relay import batch_lock

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


async def publish_again(dsn: str, schema: str, since: datetime | None = None) -> Marked:
    """Mark the facts recorded at or after `since` (wall time; all without it) to be published again; the relay sends them.

    May be run with the service up or down, and repeated. Raises `Conflict` (`facts_without_pointer`) where the outbox no
    longer points at a fact that would have to go out, and changes nothing then.
    """
    async with connected(dsn, f"{schema}_again") as connection, connection.transaction():
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))", batch_lock(schema), timeout=LONGEST
        )
        await _refuse_holes(connection, schema, since)
        waiting = await connection.fetchval(_WAITING.format(schema=schema))
        row = await connection.fetchrow(_AGAIN.format(schema=schema), since, timeout=LONGEST)
        await connection.execute("select pg_notify($1, '')", f"{schema}_outbox")
        return Marked(row["facts"], row["aggregates"], waiting)


async def outgoing(dsn: str, schema: str) -> Outgoing:
    """Return how many facts of a service are not published yet."""
    async with connected(dsn, f"{schema}_outgoing") as connection:
        return Outgoing(*await connection.fetchrow(_OUTGOING.format(schema=schema)))


async def _refuse_holes(connection: Connection, schema: str, since: datetime | None) -> None:
    holes = await connection.fetchval(_HOLES.format(schema=schema), since, timeout=LONGEST)
    if holes:
        raise Conflict(
            "facts_without_pointer",
            f"{holes} facts of {schema} have no row in the outbox, so their order of publishing is not known",
            rule="engineering.md 2.2",
            remedy="Restore the outbox with the rest of the schema, or begin after them with --since.",
        )


_WAITING = "select count(*) from {schema}.outbox where published_at is null"
_OUTGOING = """
select count(*) filter (where dead_at is null), count(*) filter (where dead_at is not null)
from {schema}.outbox where published_at is null
"""
_HOLES = """
select count(*) from {schema}.facts f
where ($1::timestamptz is null or f.recorded_at >= $1)
  and not exists (select from {schema}.outbox o where o.event_id = f.event_id)
"""
_AGAIN = """
with again as (
    update {schema}.outbox set published_at = null
    where published_at is not null and ($1::timestamptz is null or recorded_at >= $1)
    returning key
)
select count(*) as facts, count(distinct key) as aggregates from again
"""
