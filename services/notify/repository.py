"""The SQL of notify: deliveries, work items, counters. The staff directory has `directory`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.notify.access import DELIVERY_POLICY, changes
from services.notify.domain.counters import month_of
from services.notify.domain.delivery import OPEN, Delivery, Stage
from services.notify.domain.table import DELIVERY
from services.notify.domain.work import WorkItem
from services.notify.sight import in_sight
from services.notify.tables import SPINE, CounterRow, DeliveryRow, PersonRow, WorkItemRow
from shared.lifecycle.actor import Role
from shared.persistence.store import Store
from shared.persistence.work import MAY_MISS, Transaction

_DELIVERY: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
_WORK: sa.Table = WorkItemRow.__table__  # type: ignore[attr-defined]  # as above
_PERSON: sa.Table = PersonRow.__table__  # type: ignore[attr-defined]  # as above
_COUNTER: sa.Table = CounterRow.__table__  # type: ignore[attr-defined]  # as above

_ITEM_FIELDS = tuple(WorkItem.model_fields)


def delivery_store() -> Store[Delivery]:
    """Return the store of deliveries. They have no sealed texts."""
    return Store(DELIVERY, DeliveryRow, SPINE, DELIVERY_POLICY, columns=_columns, access=changes)


def _columns(delivery: Delivery) -> dict[str, Any]:
    return {"deadline_id": delivery.deadline_id, "audience": delivery.audience, "action": delivery.action}


async def delivery_exists(tx: Transaction, delivery: UUID) -> bool:
    """Say whether the delivery was planned already."""
    found = await tx.session.execute(sa.select(sa.literal(1)).where(_DELIVERY.c.id == delivery))
    return found.scalar_one_or_none() is not None


async def open_deliveries(tx: Transaction, deadline: UUID) -> Sequence[UUID]:
    """Return the deliveries of a deadline that are not over, in a fixed order."""
    query = sa.select(_DELIVERY.c.id).where(_DELIVERY.c.deadline_id == deadline, _DELIVERY.c.stage.in_(OPEN))
    return (await tx.session.execute(query.order_by(_DELIVERY.c.id))).scalars().all()


async def deliveries_told_to(tx: Transaction, person: UUID) -> Sequence[UUID]:
    """Return the deliveries that wait for an answer and were told to this person, in a fixed order."""
    told = _DELIVERY.c.body["told"].contains([str(person)])
    waiting = _DELIVERY.c.stage.in_((Stage.SENT, Stage.HANDED_TO_DEPUTY))
    query = sa.select(_DELIVERY.c.id).where(told, waiting).order_by(_DELIVERY.c.id)
    return (await tx.session.execute(query)).scalars().all()


async def work_item(tx: Transaction, deadline: UUID, *, lock: bool = False) -> WorkItem | None:
    """Return the work item, or None."""
    query = sa.select(*(_WORK.c[name] for name in _ITEM_FIELDS)).where(_WORK.c.deadline_id == deadline)
    if lock:
        query = query.with_for_update()
    row = (await tx.session.execute(query)).mappings().one_or_none()
    return None if row is None else WorkItem.model_validate(dict(row))


async def items_of(tx: Transaction, aggregate: UUID, organisation: str) -> Sequence[WorkItem]:
    """Return an organisation's open items about an aggregate, in a fixed order."""
    query = sa.select(*(_WORK.c[name] for name in _ITEM_FIELDS)).where(
        _WORK.c.aggregate_id == aggregate, _WORK.c.owner_organisation == organisation, _WORK.c.state == "OPEN"
    )
    rows = await tx.session.execute(query.order_by(_WORK.c.deadline_id))
    return [WorkItem.model_validate(dict(row)) for row in rows.mappings()]


async def put_work_item(tx: Transaction, item: WorkItem) -> None:
    """Insert or replace a work item; what a person has seen of it stays."""
    values: dict[str, Any] = item.model_dump() | {
        "reason": item.reason.model_dump(mode="json") if item.reason else None
    }
    statement = insert(_WORK).values(**values)
    await tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["deadline_id"], set_={name: values[name] for name in values if name != "deadline_id"}
        )
    )


async def mark_seen(tx: Transaction, deadline: UUID) -> None:
    """Note who saw an item first, and when; a repeat changes nothing."""
    first = sa.update(_WORK).where(_WORK.c.deadline_id == deadline, _WORK.c.seen_at.is_(None))
    seen = first.values(seen_at=tx.now, seen_by=tx.actor.person_ref)
    await tx.session.execute(seen.execution_options(**MAY_MISS))


async def count_up(tx: Transaction, code: str, at: datetime) -> None:
    """Add one to a national counter."""
    statement = insert(_COUNTER).values(month=month_of(at), code=code, count=1)
    more = statement.on_conflict_do_update(
        index_elements=["month", "code"], set_={"count": _COUNTER.c.count + statement.excluded["count"]}
    )
    await tx.session.execute(more)


async def counters(tx: Transaction, first: date, last: date) -> Sequence[sa.RowMapping]:
    """Return the counters of the months from `first` to `last`, newest month first."""
    query = sa.select(_COUNTER).where(_COUNTER.c.month.between(first, last))
    return (await tx.session.execute(query.order_by(_COUNTER.c.month.desc(), _COUNTER.c.code))).mappings().all()


REASONS = frozenset({"OWNER", "DEPUTY", "LEADER"})
"""Why an item waits for somebody; what colleagues have taken (UNIT) is asked for apart."""


@dataclass(frozen=True, slots=True)
class WorkQuery:
    """What of somebody's work is asked for. `after` is the (due, deadline) of the last row seen; filters are equalities."""

    limit: int
    filters: dict[str, Any]
    because: str | tuple[str, ...] | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    after: tuple[datetime, UUID] | None = None
    unit: bool = False
    """What colleagues of the same role have taken as well (`because` UNIT)."""
    only: tuple[UUID, ...] | None = None


async def my_work(tx: Transaction, query: WorkQuery) -> Sequence[sa.RowMapping]:
    """Return open items of the actor, earliest due first, which puts what is overdue on top; one row more than `limit`."""
    mine = await _mine(tx, unit=query.unit)
    statement = sa.select(mine).where(*(mine.c[name] == value for name, value in query.filters.items()))
    if query.because is not None:
        wanted = (query.because,) if isinstance(query.because, str) else query.because
        if not REASONS.issubset(wanted) or query.unit:  # a condition that all of them meet is not worked out for each
            statement = statement.where(mine.c.because.in_(wanted))
    if query.only is not None:
        statement = statement.where(mine.c.deadline_id.in_(query.only))
    if query.due_from is not None:
        statement = statement.where(mine.c.due_at >= query.due_from)
    if query.due_before is not None:
        statement = statement.where(mine.c.due_at < query.due_before)
    if query.after is not None:
        due, last = query.after
        statement = statement.where(
            sa.tuple_(mine.c.due_at, mine.c.deadline_id) > sa.tuple_(sa.literal(due), sa.literal(last))
        )
    ordered = statement.order_by(mine.c.due_at, mine.c.deadline_id).limit(query.limit + 1)
    return (await tx.session.execute(ordered)).mappings().all()


async def my_item(tx: Transaction, deadline: UUID, *, closed: bool = False) -> sa.RowMapping | None:
    """Return one item if it is open (or `closed` ones are asked for too) and the actor's, else None."""
    mine = await _mine(tx, closed=closed)
    found = await tx.session.execute(sa.select(mine).where(mine.c.deadline_id == deadline))
    return found.mappings().one_or_none()


async def my_counts(tx: Transaction, today: datetime, week: datetime) -> sa.RowMapping:
    """Return how much waits: overdue, until `today` ends, until `week` ends, later, all, and by reason of being theirs."""
    mine = await _mine(tx)
    due, because = mine.c.due_at, mine.c.because

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(condition)

    query = sa.select(
        sa.func.count().label("all"),
        count(due < tx.now).label("overdue"),
        count(sa.and_(due >= tx.now, due < today)).label("today"),
        count(sa.and_(due >= tx.now, due >= today, due < week)).label("week"),
        count(sa.and_(due >= tx.now, due >= week)).label("later"),
        *(count(because == reason).label(reason.lower()) for reason in ("OWNER", "DEPUTY", "LEADER")),
    )
    return (await tx.session.execute(query)).mappings().one()


async def my_groups(tx: Transaction, today: datetime, week: datetime) -> Sequence[sa.RowMapping]:
    """Return how much waits, by `because` (UNIT too), `bucket` (overdue, today, week, later), service and kind."""
    mine = await _mine(tx, unit=True)
    due = mine.c.due_at
    bucket = sa.case((due < tx.now, "overdue"), (due < today, "today"), (due < week, "week"), else_="later").label(
        "bucket"
    )
    by = (mine.c.because, bucket, mine.c.service, mine.c.aggregate_kind, mine.c.kind)
    query = sa.select(*by, sa.func.count().label("count")).group_by(*by)
    return (await tx.session.execute(query)).mappings().all()


async def my_count(tx: Transaction) -> int:
    """Return how much waits."""
    mine = await _mine(tx)
    return int((await tx.session.execute(sa.select(sa.func.count()).select_from(mine))).scalar_one())


async def my_mark(tx: Transaction) -> str:
    """Return a mark that is another when something in the list is, what colleagues have in hand included; it tells nothing of it."""
    mine = await _mine(tx, unit=True)
    changing = ("because", "sequence", "due_at", "reminded_at", "escalated_at", "missed_at", "seen_at", "taken_at")
    row = sa.func.concat_ws(
        "|", mine.c.deadline_id, *(sa.func.coalesce(mine.c[name].cast(sa.Text), "") for name in changing)
    )
    marks = sa.select(sa.func.count(), sa.func.sum(sa.func.hashtextextended(row, 0))).select_from(mine)
    count, total = (await tx.session.execute(marks)).one()
    return hashlib.sha256(f"{count}|{total}".encode()).hexdigest()[:24]


async def deliveries_of(tx: Transaction, deadline: UUID) -> Sequence[Delivery]:
    """Return every delivery about a deadline, oldest first."""
    query = sa.select(_DELIVERY.c.body).where(_DELIVERY.c.deadline_id == deadline)
    rows = await tx.session.execute(query.order_by(_DELIVERY.c.created_at, _DELIVERY.c.id))
    return [Delivery.model_validate(body) for body in rows.scalars()]


_LATER = _DELIVERY.alias("later")


def _followed() -> sa.Exists:
    """Return the condition that a message about the same deadline to the same audience came after it."""
    return sa.exists().where(
        _LATER.c.deadline_id == _DELIVERY.c.deadline_id,
        _LATER.c.audience == _DELIVERY.c.audience,
        _LATER.c.created_at > _DELIVERY.c.created_at,
    )


async def sent_since(tx: Transaction, delivery: Delivery) -> bool:
    """Say whether a message about the same deadline to the same audience came after this one."""
    query = sa.select(sa.literal(1)).where(_DELIVERY.c.id == delivery.id, _followed())
    return (await tx.session.execute(query)).scalar_one_or_none() is not None


async def failed_deliveries(tx: Transaction, most: int) -> Sequence[tuple[Delivery, bool]]:
    """Return messages that nobody could be reached with and that none has followed, newest first, and whether it still waits."""
    waits = sa.exists().where(_WORK.c.deadline_id == _DELIVERY.c.deadline_id, _WORK.c.state == "OPEN")
    query = sa.select(_DELIVERY.c.body, waits).where(_DELIVERY.c.stage == Stage.FAILED, sa.not_(_followed()))
    rows = await tx.session.execute(query.order_by(_DELIVERY.c.created_at.desc()).limit(most))
    return [(Delivery.model_validate(body), still) for body, still in rows]


async def delivery_stages(tx: Transaction) -> dict[str, int]:
    """Return how many deliveries are in each stage that is not over, and in FAILED."""
    stages = (*OPEN, Stage.FAILED)
    query = (
        sa.select(_DELIVERY.c.stage, sa.func.count()).where(_DELIVERY.c.stage.in_(stages)).group_by(_DELIVERY.c.stage)
    )
    return {row[0]: row[1] for row in await tx.session.execute(query)}


async def overdue_mail(tx: Transaction) -> int:
    """Return how many messages should have gone out an hour ago and have not."""
    hour = tx.now - timedelta(hours=1)
    due = sa.cast(_DELIVERY.c.body["send_at"].astext, sa.DateTime(timezone=True)) < hour
    query = sa.select(sa.func.count()).where(_DELIVERY.c.stage == Stage.PLANNED, due)
    return int((await tx.session.execute(query)).scalar_one())


async def _mine(tx: Transaction, *, closed: bool = False, unit: bool = False) -> sa.Subquery:
    """Return the actor's items: by role, as deputy of somebody away, as leader of what was escalated or missed.

    With `unit` also what colleagues of the same role have taken (UNIT).

    None of a record that the organisation, the actor or whom the actor stands in for sees no longer. A leader sees that it was
    escalated, of which unit and by when; which record it is only where leaders see such records (`explaining`).
    """
    actor, here = tx.actor, _WORK.c.owner_organisation == tx.actor.organisation
    by_role = sa.and_(here, _WORK.c.owner_role.in_([str(role) for role in actor.roles]))
    own = sa.and_(by_role, _is_for(actor.person_ref), in_sight(actor.person_ref))
    ours = sa.and_(by_role, _WORK.c.owner_person.is_(None), in_sight(actor.person_ref)) if unit else sa.false()
    absent = await _absent_for(tx)
    stands_in = [
        (sa.and_(_belongs_to(row), in_sight(row["person_ref"], actor.person_ref)), row["person_ref"]) for row in absent
    ]
    heard = sa.or_(_WORK.c.escalated_at.is_not(None), _WORK.c.missed_at.is_not(None))
    leads = sa.and_(here, heard, in_sight()) if Role.LEADER in actor.roles else sa.false()
    deputises = sa.or_(sa.false(), *(condition for condition, _ in stands_in))
    because = sa.case((own, "OWNER"), (deputises, "DEPUTY"), (ours, "UNIT"), else_="LEADER").label("because")
    refs = [(condition, sa.literal(ref, sa.Uuid)) for condition, ref in stands_in]
    whom = sa.case(*refs, else_=None) if refs else sa.null()
    query = sa.select(*_WORK.c, because, sa.cast(whom, sa.Uuid).label("standing_in_for"))
    query = query.where(_WORK.c.due_at.is_not(None)).where(sa.or_(own, deputises, ours, leads))
    return (query if closed else query.where(_WORK.c.state == "OPEN")).subquery("mine")


async def _absent_for(tx: Transaction) -> Sequence[sa.RowMapping]:
    """Return the people of the actor's own organisation whom the actor stands in for now."""
    query = sa.select(_PERSON.c.person_ref, _PERSON.c.organisation, _PERSON.c.roles).where(
        _PERSON.c.deputy_ref == tx.actor.person_ref,
        _PERSON.c.organisation == tx.actor.organisation,
        _PERSON.c.away_from <= tx.now,
        _PERSON.c.away_to > tx.now,
    )
    return (await tx.session.execute(query.order_by(_PERSON.c.person_ref))).mappings().all()


def _belongs_to(row: sa.RowMapping) -> sa.ColumnElement[bool]:
    """Return the condition that an item is that person's by role."""
    return sa.and_(
        _WORK.c.owner_organisation == row["organisation"],
        _WORK.c.owner_role.in_(row["roles"]),
        _is_for(row["person_ref"]),
    )


def _is_for(person: UUID) -> sa.ColumnElement[bool]:
    """Return the condition that an item is this person's: by name, because they took it, or nobody's of its role yet.

    Whoever took it and has left the role or the organisation has it no longer.
    """
    holder = sa.exists().where(
        _PERSON.c.person_ref == _WORK.c.taken_by,
        _PERSON.c.organisation == _WORK.c.owner_organisation,
        _WORK.c.owner_role == sa.any_(_PERSON.c.roles),
    )
    free = sa.or_(_WORK.c.taken_by.is_(None), _WORK.c.taken_by == person, sa.not_(holder))
    return sa.or_(sa.and_(_WORK.c.owner_person.is_(None), free), _WORK.c.owner_person == person)
