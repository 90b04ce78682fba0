"""Loading and saving an aggregate: one row lock, one state row with its version, facts, clocks, access, outbox pointers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
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
    SightChanged,
    Step,
)
from shared.errors import NotFound
from shared.lifecycle.actor import Actor
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.table import Lifecycle
from shared.persistence.sight import AccessChange, AccessRule, sight_facts
from shared.persistence.spine import MOMENT, Spine
from shared.persistence.work import Transaction
from shared.persistence.writing import Cause, Change, Leave, Writer
from shared.policy.sights import Policy, Tie
from shared.vault.model import Grant, Sealed

__all__ = ("AccessChange", "AccessRule", "AggregateRow", "Leaves", "Store")

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

    `policy` says who sees a row; `columns` gives the extra columns of the row from the state; `access` gives who gains or loses
    sight with a fact.
    """

    def __init__(
        self,
        lifecycle: Lifecycle[A],
        row: type[AggregateRow],
        spine: Spine,
        policy: Policy,
        *,
        columns: Callable[[A], Mapping[str, Any]] = lambda state: {},
        access: AccessRule = lambda state, fact: (),
        leaves: Leaves | None = None,
    ) -> None:
        self.lifecycle = lifecycle
        self.policy = policy
        self.table: sa.Table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
        self.spine = spine
        self._columns = columns
        self._access = access
        self._leaves = leaves
        self._writer = Writer(self.table, spine, kind=lifecycle.kind, topic=lifecycle.topic)

    async def load(self, tx: Transaction, aggregate_id: UUID, *, lock: bool = True) -> A:
        """Return the state, locked until the transaction ends: to change it, which who visits may not (R7).

        Raises `NotFound` if there is none, or if the actor's organisation has no access now: the answer is the same.
        """
        table = self.table
        query = sa.select(table.c.body).where(table.c.id == aggregate_id)
        if not tx.actor.is_system:
            query = query.where(self.visible(tx, visits=not lock))
        if lock:
            query = query.with_for_update(of=table)
        body = (await tx.session.execute(query)).scalar_one_or_none()
        if body is None:
            raise NotFound(f"{self.lifecycle.kind}_not_found", "there is nothing here that you may see")
        return self.lifecycle.state.model_validate(body)

    def visible(
        self, tx: Transaction, *, visits: bool = True, of: sa.FromClause | None = None
    ) -> sa.ColumnElement[bool]:
        """Return the condition that a row is visible to the actor: participation, and a tie that the policy names (R6).

        `visits` says whether sight that is one person's for a while (R7) will do; `of` has the rows if it is not the table itself.
        """
        rows = self.table if of is None else of
        ties = [self._tied(tie, tx.actor, rows) for tie in sorted(self.policy.ties_of(tx.actor))]
        if not ties:
            return sa.false()
        return sa.and_(self.takes_part(tx.actor, tx.now, visits=visits, of=of), sa.or_(*ties))

    def takes_part(
        self, actor: Actor, now: datetime, *, visits: bool = True, of: sa.FromClause | None = None
    ) -> sa.ColumnElement[bool]:
        """Return the condition that the actor's organisation takes part now (`domain.md` 3.4), or `visits`: the actor in person."""
        access = self.spine.case_access
        return sa.exists().where(
            access.c.aggregate_id == (self.table if of is None else of).c.id,
            access.c.organisation == actor.organisation,
            access.c.valid_from <= now,
            sa.or_(access.c.valid_to.is_(None), access.c.valid_to > now),
            sa.or_(access.c.person.is_(None), access.c.person == actor.person_ref if visits else sa.false()),
        )

    def _tied(self, tie: Tie, actor: Actor, rows: sa.FromClause) -> sa.ColumnElement[bool]:
        if tie is Tie.TAKES_PART:
            return sa.true()
        column = rows.c[self.policy.columns[tie]]
        if tie is Tie.NAMED:
            return sa.and_(self._tied(Tie.DECIDES, actor, rows), column == actor.person_ref)
        return column == (actor.person_ref if tie is Tie.ENGAGED else actor.organisation)

    def with_sight(self, after: A, facts: list[Fact]) -> tuple[A, list[Fact]]:
        """Return state and facts with what the facts do to others' sight stated as well, for services that hold things about it."""
        sights = [sight for fact in facts for sight in self._access(after, fact)]
        told = sight_facts(after, sights, self.policy.roles, facts[-1]) if sights else []
        for fact in told:
            after = self.lifecycle.evolve(after, after.id, fact)
        return after, [*facts, *told]

    async def save(
        self, tx: Transaction, before: A | None, after: A, facts: Sequence[Fact], sealed: Sealed | None = None
    ) -> None:
        """Write what `decide` returned, and the texts that were sealed for it, in the caller's transaction.

        Raises `StaleVersion` if the row is not at the version that was loaded; where the transaction holds its last write, that
        comes with the next statement or the end.
        """
        if not facts:
            return
        change = Change(self._row(tx, after), before.version if before else None, self._facts(before, facts))
        for fact in facts:
            self._project(tx, after, fact, change)
        sights = [sight for fact in facts if not isinstance(fact, SightChanged) for sight in self._access(after, fact)]
        lasting = {
            sight.organisation: sight.ends
            for sight in sights
            if not (sight.ends and sight.person) and sight.until is None
        }
        change.visits = [
            {"organisation": sight.organisation, "person": sight.person, "until": sight.until}
            for sight in sights
            if sight.until is not None
        ]
        change.begins = [organisation for organisation, ends in lasting.items() if not ends]
        change.ends = [organisation for organisation, ends in lasting.items() if ends]
        leaves = self._in_turn(after, sights)
        change.sealed = sealed
        if leaves and leaves[0].grants and (sealed is None or sealed.unit == leaves[0].unit):
            change.leave = leaves.pop(0)
        cause = Cause(after.id, tx.now, tx.correlation_id, tx.causation_id, tx.traceparent)
        await tx.save(self._writer.prepare(cause, change))
        for leave in leaves:
            await self._write_leave(tx, leave)
        tx.published.extend(fact.type for fact in facts)

    def _row(self, tx: Transaction, after: A) -> dict[str, Any]:
        return {
            "id": after.id,
            "stage": after.stage,
            "version": after.version,
            "opening": after.opening,
            "organisation": after.organisation,
            "body": after,
            "created_at": tx.now,
            "updated_at": tx.now,
            **self._columns(after),
        }

    def _facts(self, before: A | None, facts: Sequence[Fact]) -> list[Mapping[str, Any]]:
        return [
            {
                "event_id": uuid4(),
                "sequence": number,
                "type": fact.type,
                "actor_ref": fact.by,
                "actor_role": fact.by_role,
                "organisation": fact.organisation,
                "body": fact.model_dump(mode="json", exclude_none=True),
            }
            for number, fact in enumerate(facts, start=(before.version if before else 0) + 1)
        ]

    def _project(self, tx: Transaction, after: A, fact: Fact, change: Change) -> None:
        """Keep the row of a clock in step with its fact."""
        if isinstance(fact, DeadlineOpened):
            change.opened.append(
                {
                    **{name: getattr(fact, name) for name in _OF_CLOCK},
                    "id": fact.deadline_id,
                    **_next_step(fact.steps),
                }
            )
        elif isinstance(fact, (DeadlineMet, DeadlineCancelled)):
            state = "MET" if isinstance(fact, DeadlineMet) else "CANCELLED"
            change.moved.append({"id": fact.deadline_id, "state": state, "closed_at": tx.now})
        elif isinstance(fact, (DeadlineReminded, DeadlineEscalated, DeadlineMissed)):
            clock = after.clocks.get(fact.deadline_id)
            missed = {"missed_at": tx.now} if isinstance(fact, DeadlineMissed) else {}
            change.moved.append({"id": fact.deadline_id, **missed, **_next_step(clock.pending if clock else ())})

    def _in_turn(self, after: A, sights: Sequence[AccessChange]) -> list[Leave]:
        """Return what changes in the vault, in the order of the changes of sight; neighbours that grant are one."""
        leaves: list[Leave] = []
        for sight in sights if self._leaves else ():
            unit = sight.unit or after.id
            grants = [
                Grant(sight.organisation, role, opened, sight.until, sight.person) for role, opened in sight.opens
            ]
            if sight.ends:
                leaves.append(Leave(unit, [], sight.organisation, sight.person))
            elif grants and leaves and leaves[-1].grants and leaves[-1].unit == unit:
                leaves[-1].grants.extend(grants)
            elif grants:
                leaves.append(Leave(unit, grants))
        return leaves

    async def _write_leave(self, tx: Transaction, leave: Leave) -> None:
        assert self._leaves is not None
        if leave.grants:
            await self._leaves.grant_many(tx.session, unit=leave.unit, grants=leave.grants)
        else:
            await self._leaves.revoke(tx.session, unit=leave.unit, organisation=leave.taken, person=leave.person)


_OF_CLOCK = ("opening", "kind", "owner_role", "owner_organisation", "due_at", "reason", "paragraph", "sourced", "steps")


def _next_step(pending: Sequence[Step]) -> dict[str, Any]:
    step = pending[0] if pending else None
    return {"next_step_at": step.at if step else None, "next_action": step.action.value if step else None}
