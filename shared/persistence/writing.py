"""What `decide` returned, written in one statement: state row, facts, outbox pointers, clocks, sight, sealed texts, leave.

A command writes up to eight tables; one round trip for all of them costs a fraction of one for each. The parts that a change does
not need are left out, so that every common shape is a statement of its own that Postgres has prepared. All parts read from
`state`: if the row was not at the version that was loaded, nothing at all is written.

The record of the answer (`shared.persistence.idempotency`) can go along; `state` then reads from it: a key that has an answer
writes nothing. So can the admission of the person, from which the record reads: a new aggregate is then one round trip in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.errors import NothingUpdated, StaleVersion
from shared.persistence.spine import Spine
from shared.persistence.work import ADMIT, Written
from shared.vault import statements
from shared.vault.model import Grant, Sealed

FIXED = ("id", "created_at")
"""Columns of the state row that no later command changes."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What is the same in every row of one change."""

    aggregate: UUID
    now: datetime
    correlation: UUID
    causation: UUID | None
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave to open a unit that is given (`grants`), or taken back from an organisation, or from one person there."""

    unit: UUID
    grants: list[Grant]
    taken: str | None = None
    person: UUID | None = None


@dataclass(slots=True)
class Change:
    """The rows of one change as mappings from column to value; an empty part is not written."""

    state: Mapping[str, Any]
    seen: int | None
    """The version that was loaded; None if the aggregate is new."""
    facts: list[Mapping[str, Any]]
    opened: list[Mapping[str, Any]] = field(default_factory=list)
    """Clocks that start."""
    moved: list[Mapping[str, Any]] = field(default_factory=list)
    """Clocks that took a step or ended: id, what comes next, and state, closed_at, missed_at where they change."""
    begins: list[str] = field(default_factory=list)
    """Organisations that gain sight."""
    ends: list[str] = field(default_factory=list)
    """Organisations that lose it."""
    visits: list[Mapping[str, Any]] = field(default_factory=list)
    """Persons who gain sight for a while: organisation, person, until."""
    sealed: Sealed | None = None
    """Texts to put into the vault."""
    leave: Leave | None = None
    """Leave that is given; of the unit of `sealed` if there are texts."""


class Writer:
    """Writes the changes of one kind of aggregate."""

    def __init__(self, table: sa.Table, spine: Spine, *, kind: str, topic: str) -> None:
        columns = [column.name for column in table.columns]
        self._names = {
            "schema": spine.schema,
            "table": f"{table.schema}.{table.name}",
            "columns": ", ".join(columns),
            "changing": ", ".join(name for name in columns if name not in FIXED),
        }
        self._kind = kind
        self._topic = topic
        self._statements: dict[tuple[str, ...], sa.TextClause] = {}

    def prepare(self, cause: Cause, change: Change) -> Write:
        """Return the change as a statement's parts and values; `Write` writes it."""
        values = {
            "kind": self._kind,
            "topic": self._topic,
            "aggregate": cause.aggregate,
            "now": cause.now,
            "correlation": cause.correlation,
            "causation": cause.causation,
            "traceparent": cause.traceparent,
            "state": _json(change.state),
            "facts": _json(change.facts),
        }
        fresh = change.seen is None
        if not fresh:
            values["seen"] = change.seen
        optional = {
            "opened": _json(change.opened) if change.opened else None,
            "moved": _json(change.moved) if change.moved else None,
            "first" if fresh else "begins": change.begins or None,
            "ends": change.ends or None,
            "visits": _json(change.visits) if change.visits else None,
        }
        given = {name: value for name, value in optional.items() if value is not None}
        calls = []
        if change.sealed is not None:
            calls.append(statements.PUT_CALL)
            values |= statements.put_values(change.sealed)
        if change.leave is not None:
            calls.append(statements.GRANT_CALL)
            values |= statements.grant_values(change.leave.unit, change.leave.grants)
        parts = ("insert" if fresh else "update", *given, *calls)
        return Write(self, parts, values | given, len(change.moved), alone=fresh)

    def statement(self, *parts: str) -> sa.TextClause:
        """Return the statement of these parts; those that are no part of the table below are calls of the vault."""
        if parts not in self._statements:
            chain = [part for part in parts if part in _BEFORE]
            state, *rest = [part for part in parts if part in _PARTS]
            condition = f"exists (select from {chain[-1]})" if chain else "true"
            written = [*(_BEFORE[part] for part in chain), _PARTS[state], _FACTS, *(_PARTS[part] for part in rest)]
            calls = [part for part in parts if part not in _PARTS and part not in _BEFORE]
            answer = [
                "(select count(*) from state) as written",
                "(select count(*) from moved) as moved" if "moved" in parts else "0 as moved",
                "(select admitted from admitted) as admitted" if "admitted" in parts else "true as admitted",
                "(select count(*) from recorded) as recorded" if "recorded" in parts else "1 as recorded",
                *(f"(select {call} from state)" for call in calls),  # noqa: S608  # constants of the vault
            ]
            admission = "from admitted where admitted" if "admitted" in parts else ""
            text = ",\n".join(written).format(**self._names, condition=condition, admission=admission, admit=ADMIT)
            self._statements[parts] = sa.text(f"with {text}\nselect {', '.join(answer)}")
        return self._statements[parts]


@dataclass(frozen=True, slots=True)
class Write:
    """One change, ready to be written."""

    writer: Writer
    parts: tuple[str, ...]
    values: Mapping[str, Any]
    moved: int
    """Clocks that take a step."""
    alone: bool
    """The aggregate is new: nothing was loaded and locked for it."""

    async def write(self, session: AsyncSession) -> None:
        """Write in the caller's transaction. Raises `StaleVersion`, with nothing written, if the version is not the one seen."""
        await self._written(session, self.parts, self.values)

    async def write_with(
        self, connection: AsyncSession | AsyncConnection, record: Mapping[str, Any], standing: Mapping[str, Any] | None
    ) -> Written:
        """Write the change and the record of its answer, and with `standing` admit the person, all in one statement.

        Nothing is written if the person is not admitted or the record is there. Raises what `write` raises.
        """
        before = ("recorded",) if standing is None else ("admitted", "recorded")
        values = {**self.values, **record, "answer": _json(record["answer"]), **(standing or {})}
        return await self._written(connection, (*before, *self.parts), values)

    async def _written(
        self, connection: AsyncSession | AsyncConnection, parts: tuple[str, ...], values: Mapping[str, Any]
    ) -> Written:
        statement = self.writer.statement(*parts)
        [row] = await statements.call(connection, statement, values, statements.refusal_among_others)
        if not row.admitted or not row.recorded:
            return Written(bool(row.admitted), recorded=False)
        if not row.written:
            raise StaleVersion(
                "stale_version", "somebody else changed it first", remedy="Load it again, then decide anew."
            )
        if row.moved != self.moved:
            raise NothingUpdated("update_hit_nothing", "a clock that takes a step is not there")
        return Written(admitted=True, recorded=True)


def _json(rows: object) -> str:
    return to_json(rows).decode()


_FACTS = """\
fact as (
    insert into {schema}.facts (event_id, aggregate_kind, aggregate_id, sequence, type, occurred_at, actor_ref, actor_role,
                                organisation, correlation_id, causation_id, traceparent, body)
    select row.event_id, cast(:kind as text), cast(:aggregate as uuid), row.sequence, row.type,
           cast(:now as timestamptz), row.actor_ref, row.actor_role, row.organisation,
           cast(:correlation as uuid), cast(:causation as uuid), cast(:traceparent as text), row.body
    from state, jsonb_to_recordset(cast(:facts as jsonb)) as row(
        event_id uuid, sequence bigint, type text, actor_ref uuid, actor_role text, organisation text, body jsonb)
), pointer as (
    -- From the same rows as the facts, not from what the insert returns: a row is only seen once sight of it is committed, and
    -- `now()`, which is the default of `recorded_at` in both tables, is one moment for the whole transaction. In the order of
    -- the sequence.
    insert into {schema}.outbox (event_id, topic, key, sequence)
    select row.event_id, cast(:topic as text), cast(:aggregate as uuid)::text, row.sequence
    from state, jsonb_to_recordset(cast(:facts as jsonb)) as row(event_id uuid, sequence bigint) order by row.sequence
)"""

_BEFORE = {
    "admitted": "admitted as materialized ({admit})",
    "recorded": """\
recorded as (
    insert into {schema}.idempotency (actor_ref, endpoint, key, mac, mac_key, status, answer)
    select cast(:actor_ref as uuid), cast(:endpoint as text), cast(:key as text), cast(:mac as bytea),
           cast(:mac_key as text), cast(:status as integer), cast(:answer as jsonb) {admission}
    on conflict do nothing returning 1
)""",
}
"""What comes before the state, in this order, each only if the one before it went through."""

_PARTS = {
    "insert": """\
state as (
    insert into {table} ({columns})
    select {columns} from jsonb_populate_record(cast(null as {table}), cast(:state as jsonb)) where {condition} returning 1
)""",
    "update": """\
state as (
    update {table} set ({changing}) = (
        select {changing} from jsonb_populate_record(cast(null as {table}), cast(:state as jsonb)))
    where id = cast(:aggregate as uuid) and version = cast(:seen as bigint) and {condition} returning 1
)""",
    "opened": """\
opened as (
    insert into {schema}.deadlines (id, aggregate_kind, aggregate_id, opening, kind, owner_role, owner_organisation, opened_at,
                                    due_at, reason, paragraph, sourced, state, steps, next_step_at, next_action)
    select row.id, cast(:kind as text), cast(:aggregate as uuid), row.opening, row.kind, row.owner_role,
           row.owner_organisation, cast(:now as timestamptz), row.due_at, row.reason, row.paragraph, row.sourced, 'OPEN',
           row.steps, row.next_step_at, row.next_action
    from state, jsonb_to_recordset(cast(:opened as jsonb)) as row(
        id uuid, opening integer, kind text, owner_role text, owner_organisation text, due_at timestamptz, reason jsonb,
        paragraph text, sourced boolean, steps jsonb, next_step_at timestamptz, next_action text)
)""",
    "moved": """\
moved as (
    update {schema}.deadlines as clock
    set state = coalesce(row.state, clock.state), closed_at = coalesce(row.closed_at, clock.closed_at),
        missed_at = coalesce(row.missed_at, clock.missed_at), next_step_at = row.next_step_at, next_action = row.next_action
    from state, jsonb_to_recordset(cast(:moved as jsonb)) as row(
        id uuid, state text, closed_at timestamptz, missed_at timestamptz, next_step_at timestamptz, next_action text)
    where clock.id = row.id returning 1
)""",
    "first": """\
first as (
    insert into {schema}.case_access (aggregate_id, organisation, valid_from)
    select cast(:aggregate as uuid), gains.organisation, cast(:now as timestamptz)
    from state, unnest(cast(:first as text[])) as gains(organisation)
)""",
    "begins": """\
begins as (
    insert into {schema}.case_access (aggregate_id, organisation, valid_from)
    select cast(:aggregate as uuid), gains.organisation, cast(:now as timestamptz)
    from state, unnest(cast(:begins as text[])) as gains(organisation)
    where not exists (
        select from {schema}.case_access as has
        where has.aggregate_id = cast(:aggregate as uuid) and has.organisation = gains.organisation and has.valid_to is null)
    on conflict do nothing
)""",
    "visits": """\
visits as (
    insert into {schema}.case_access (aggregate_id, organisation, valid_from, valid_to, person)
    select cast(:aggregate as uuid), row.organisation, cast(:now as timestamptz), row.until, row.person
    from state, jsonb_to_recordset(cast(:visits as jsonb)) as row(organisation text, until timestamptz, person uuid)
)""",
    "ends": """\
ends as (
    update {schema}.case_access as has set valid_to = cast(:now as timestamptz)
    from state, unnest(cast(:ends as text[])) as loses(organisation)
    where has.aggregate_id = cast(:aggregate as uuid) and has.organisation = loses.organisation and has.valid_to is null
)""",
}
