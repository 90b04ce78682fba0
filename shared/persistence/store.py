"""Loading and saving an aggregate: one row lock, one state row with its version, facts, clocks, access, outbox pointers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel

from shared.contracts.base import Fact
from shared.contracts.lifecycle import (
    DeadlineCancelled,
    DeadlineEscalated,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    Step,
)
from shared.errors import NotFound, StaleVersion
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.table import Lifecycle
from shared.lifecycle.text import FieldClass
from shared.persistence.spine import MOMENT, Spine
from shared.persistence.work import Transaction
from shared.vault.model import Grant

A = TypeVar("A", bound=Aggregate)


class AggregateRow(SQLModel):
    """Columns that every aggregate's table has; `body` is the state, the others are what lists and locks need."""

    id: UUID = Field(primary_key=True)
    stage: str = Field(index=True)
    version: int
    opening: int
    organisation: str = Field(index=True)
    body: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=MOMENT)
    updated_at: datetime = Field(sa_type=MOMENT)


@dataclass(frozen=True, slots=True)
class AccessChange:
    """An organisation gains sight of an aggregate, or loses it (`ends`).

    `opens` lists what its roles may open of the erasable unit `unit` (the aggregate's own unless said otherwise); sight that
    ends takes that back as well. `person` narrows the leave to one person; with `ends` that person's leave alone is taken
    back, and the organisation keeps its sight.
    """

    organisation: str
    ends: bool = False
    opens: tuple[tuple[Role, FieldClass], ...] = ()
    unit: UUID | None = None
    person: UUID | None = None


AccessRule = Callable[[Any, Fact], Iterable[AccessChange]]


class Leaves(Protocol):
    """What the store needs of the vault: give and take leave to open. `shared.vault.Vault` is the real one."""

    async def grant_many(self, session: AsyncSession, *, unit: UUID, grants: Sequence[Grant]) -> None:
        """Give leaves in the caller's transaction."""

    async def revoke(
        self, session: AsyncSession, *, unit: UUID, organisation: str | None = None, person: UUID | None = None
    ) -> int:
        """Take leaves back in the caller's transaction."""


class Store(Generic[A]):
    """Loads and saves one kind of aggregate.

    `columns` gives the extra columns of the row from the state; `access` gives who gains or loses sight with a fact.
    """

    def __init__(
        self,
        lifecycle: Lifecycle[A],
        row: type[AggregateRow],
        spine: Spine,
        *,
        columns: Callable[[A], Mapping[str, Any]] = lambda state: {},
        access: AccessRule = lambda state, fact: (),
        leaves: Leaves | None = None,
    ) -> None:
        self.lifecycle = lifecycle
        self.table: sa.Table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
        self.spine = spine
        self._columns = columns
        self._access = access
        self._leaves = leaves
        self._append = sa.text(_APPEND.format(schema=spine.schema)).bindparams(sa.bindparam("rows", type_=JSONB))

    async def load(self, tx: Transaction, aggregate_id: UUID, *, lock: bool = True) -> A:
        """Return the state, locked until the transaction ends.

        Raises `NotFound` if there is none, or if the actor's organisation has no access now: the answer is the same.
        """
        table = self.table
        query = sa.select(table.c.body).where(table.c.id == aggregate_id)
        if not tx.actor.is_system:
            query = query.where(self.visible(tx))
        if lock:
            query = query.with_for_update(of=table)
        body = (await tx.session.execute(query)).scalar_one_or_none()
        if body is None:
            raise NotFound(f"{self.lifecycle.kind}_not_found", "there is nothing here that you may see")
        return self.lifecycle.state.model_validate(body)

    def visible(self, tx: Transaction) -> sa.ColumnElement[bool]:
        """Return the condition that a row is visible to the actor; a store may ask for more than participation."""
        return self.visible_to(tx.actor.organisation, tx.now)

    def visible_to(self, organisation: str, now: datetime) -> sa.ColumnElement[bool]:
        """Return the condition that a row is visible: participation now (`domain.md` R6, 3.4)."""
        access = self.spine.access
        return sa.exists().where(
            access.c.aggregate_id == self.table.c.id,
            access.c.organisation == organisation,
            access.c.valid_from <= now,
            sa.or_(access.c.valid_to.is_(None), access.c.valid_to > now),
        )

    async def save(self, tx: Transaction, before: A | None, after: A, facts: Sequence[Fact]) -> None:
        """Write what `decide` returned, in the caller's transaction.

        Raises `StaleVersion` if the row is not at the version that was loaded.
        """
        if not facts:
            return
        await self._write_row(tx, before, after)
        await self._append_facts(tx, before.version if before else 0, after, facts)
        for fact in facts:
            await self._project(tx, after, fact)
        await self._write_access(tx, after, facts)
        tx.published.extend(fact.type for fact in facts)

    async def _write_row(self, tx: Transaction, before: A | None, after: A) -> None:
        values = {
            "stage": after.stage,
            "version": after.version,
            "opening": after.opening,
            "organisation": after.organisation,
            "body": after.model_dump(mode="json"),
            "updated_at": tx.now,
            **self._columns(after),
        }
        if before is None:
            await tx.session.execute(sa.insert(self.table).values(id=after.id, created_at=tx.now, **values))
            return
        update = sa.update(self.table).where(self.table.c.id == after.id, self.table.c.version == before.version)
        done = await tx.session.execute(update.values(**values).returning(self.table.c.id))
        if done.scalar_one_or_none() is None:
            raise StaleVersion(
                "stale_version", "somebody else changed it first", remedy="Load it again, then decide anew."
            )

    async def _append_facts(self, tx: Transaction, version: int, after: A, facts: Sequence[Fact]) -> None:
        rows = [
            {
                "event_id": str(uuid4()),
                "sequence": version + number,
                "type": fact.type,
                "actor_ref": str(fact.by),
                "actor_role": fact.by_role,
                "organisation": fact.organisation,
                "body": fact.model_dump(mode="json", exclude_none=True),
            }
            for number, fact in enumerate(facts, start=1)
        ]
        await tx.session.execute(
            self._append,
            {
                "rows": rows,
                "kind": self.lifecycle.kind,
                "topic": self.lifecycle.topic,
                "aggregate": after.id,
                "occurred_at": tx.now,
                "correlation": tx.correlation_id,
                "causation": tx.causation_id,
                "traceparent": tx.traceparent,
            },
        )

    async def _project(self, tx: Transaction, after: A, fact: Fact) -> None:
        """Keep the row of a clock in step with its fact."""
        deadlines = self.spine.deadlines
        if isinstance(fact, DeadlineOpened):
            await tx.session.execute(sa.insert(deadlines).values(**self._deadline_row(tx, after, fact)))
        elif isinstance(fact, (DeadlineMet, DeadlineCancelled)):
            closed = {"state": "MET" if isinstance(fact, DeadlineMet) else "CANCELLED", "closed_at": tx.now}
            await self._update_deadline(tx, fact.deadline_id, {**closed, "next_step_at": None, "next_action": None})
        elif isinstance(fact, (DeadlineReminded, DeadlineEscalated, DeadlineMissed)):
            clock = after.clocks.get(fact.deadline_id)
            changes = _next_step(clock.pending if clock else ())
            if isinstance(fact, DeadlineMissed):
                changes["missed_at"] = tx.now
            await self._update_deadline(tx, fact.deadline_id, changes)

    def _deadline_row(self, tx: Transaction, after: A, fact: DeadlineOpened) -> dict[str, Any]:
        return {
            "id": fact.deadline_id,
            "aggregate_kind": self.lifecycle.kind,
            "aggregate_id": after.id,
            "opening": fact.opening,
            "kind": fact.kind,
            "owner_role": fact.owner_role,
            "owner_organisation": fact.owner_organisation,
            "opened_at": tx.now,
            "due_at": fact.due_at,
            "reason": fact.reason.model_dump(mode="json"),
            "paragraph": fact.paragraph,
            "sourced": fact.sourced,
            "state": "OPEN",
            "steps": json.loads(fact.model_dump_json(include={"steps"}))["steps"],
            **_next_step(fact.steps),
        }

    async def _update_deadline(self, tx: Transaction, deadline: UUID, changes: Mapping[str, Any]) -> None:
        deadlines = self.spine.deadlines
        await tx.session.execute(sa.update(deadlines).where(deadlines.c.id == deadline).values(**changes))

    async def _write_access(self, tx: Transaction, after: A, facts: Sequence[Fact]) -> None:
        access = self.spine.access
        for change in (change for fact in facts for change in self._access(after, fact)):
            mine = (access.c.aggregate_id == after.id) & (access.c.organisation == change.organisation)
            await self._write_leave(tx, after, change)
            if change.ends and change.person is not None:
                continue
            if change.ends:
                ended = sa.update(access).where(mine, access.c.valid_to.is_(None)).values(valid_to=tx.now)
                await tx.session.execute(ended)
                continue
            row = {"aggregate_id": after.id, "organisation": change.organisation, "valid_from": tx.now}
            fresh = ~sa.exists().where(mine, access.c.valid_to.is_(None))
            source = sa.select(*(sa.literal(value, access.c[name].type) for name, value in row.items())).where(fresh)
            await tx.session.execute(upsert(access).from_select(list(row), source).on_conflict_do_nothing())

    async def _write_leave(self, tx: Transaction, after: A, change: AccessChange) -> None:
        """Keep the vault's leaves in step with sight."""
        if self._leaves is None:
            return
        unit = change.unit or after.id
        if change.ends:
            await self._leaves.revoke(tx.session, unit=unit, organisation=change.organisation, person=change.person)
        elif change.opens:
            grants = [Grant(change.organisation, role, opened, None, change.person) for role, opened in change.opens]
            await self._leaves.grant_many(tx.session, unit=unit, grants=grants)


def _next_step(pending: Sequence[Step]) -> dict[str, Any]:
    step = pending[0] if pending else None
    return {"next_step_at": step.at if step else None, "next_action": step.action.value if step else None}


# One round trip for all facts of a command and their pointers; the pointers take their order from the sequence.
_APPEND = """
with fact as (
    insert into {schema}.facts (event_id, aggregate_kind, aggregate_id, sequence, type, occurred_at, actor_ref, actor_role,
                                organisation, correlation_id, causation_id, traceparent, body)
    select row.event_id, cast(:kind as text), cast(:aggregate as uuid), row.sequence, row.type,
           cast(:occurred_at as timestamptz), row.actor_ref, row.actor_role, row.organisation,
           cast(:correlation as uuid), cast(:causation as uuid), cast(:traceparent as text), row.body
    from jsonb_to_recordset(:rows) as row(event_id uuid, sequence bigint, type text, actor_ref uuid, actor_role text,
                                          organisation text, body jsonb)
    returning event_id, recorded_at, aggregate_id, sequence
)
insert into {schema}.outbox (event_id, recorded_at, topic, key, sequence)
select event_id, recorded_at, cast(:topic as text), aggregate_id::text, sequence from fact order by sequence
"""
