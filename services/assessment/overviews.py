"""The SQL of the overview: one statement counts the open cases that the actor sees, and their running deadlines, where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from services.assessment.domain.case import OPEN_CASE, Stage
from services.assessment.repository import CaseStore
from shared.persistence.work import Transaction
from shared.reference.calendar import local

OPEN: Final = (Stage.ARRIVED, *OPEN_CASE)
AGE_DAYS: Final = (14, 91, 366)
"""Whole days from which a case is of the next age."""

WEEK: Final = timedelta(days=7)

Counts = Counter[tuple[str, int]]
"""How many, by what is counted and by its part of the bar."""


async def counted(tx: Transaction, store: CaseStore) -> tuple[Counts, Counts, Counts]:
    """Return the open cases by stage and age, their deadlines by kind and nearness, the cases by organisation and pressure.

    An age is how many of `AGE_DAYS` have passed; nearness is overdue, today (a Danish day), within a week, later; pressure is none
    within a week, within a week, overdue.
    """
    now, seen = tx.now, _seen(tx, store)
    running = _running(store)
    told = sa.select(running).join(seen, sa.and_(seen.c.id == running.c.aggregate_id, seen.c.told))
    waits = told.cte("waits").prefix_with("materialized")
    first = sa.select(waits.c.aggregate_id, sa.func.min(waits.c.due_at).label("due_at")).group_by(waits.c.aggregate_id)
    soonest = first.subquery("soonest")
    ages = [(seen.c.arrived_at > now - timedelta(days=days), place) for place, days in enumerate(AGE_DAYS)]
    due = waits.c.due_at
    nearness = [(due < now, 0), (due < _midnight(now), 1), (due < now + WEEK, 2)]
    pressure = [(soonest.c.due_at < now, 2), (soonest.c.due_at < now + WEEK, 1)]
    pressed = seen.outerjoin(soonest, soonest.c.aggregate_id == seen.c.id)
    query = sa.union_all(
        _by("stage", seen.c.stage, sa.case(*ages, else_=len(AGE_DAYS)), seen),
        _by("due", waits.c.kind, sa.case(*nearness, else_=3), waits),
        _by("owner", seen.c.organisation, sa.case(*pressure, else_=0), pressed),
    )
    found: dict[str, Counts] = {"stage": Counter(), "due": Counter(), "owner": Counter()}
    for row in await tx.session.execute(query):
        found[row.chart][row.what, row.part] = row.number
    return found["stage"], found["due"], found["owner"]


def _seen(tx: Transaction, store: CaseStore) -> sa.CTE:
    """Return the open cases that the actor sees.

    All open ones are read first, as a statement of its own: so the wall around the table is worked out once and not for each row.
    """
    table = store.table
    columns = [table.c[name] for name in ("id", "stage", "arrived_at", "organisation", *_tied(store))]
    rows = sa.select(*columns, _told(tx, table).label("told")).where(table.c.stage.in_([str(stage) for stage in OPEN]))
    still = rows.cte("still_open").prefix_with("materialized")
    return sa.select(still).where(store.visible(tx, of=still)).cte("seen").prefix_with("materialized")


def _told(tx: Transaction, table: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition that what runs in a case is told to this organisation: of one that police have alone, to nobody else (T08)."""
    return sa.or_(table.c.stage != str(Stage.POLICE_ONLY), table.c.body["police"].astext == tx.actor.organisation)


def _tied(store: CaseStore) -> Sequence[str]:
    return sorted(set(store.policy.columns.values()) - {"organisation"})


def _running(store: CaseStore) -> sa.CTE:
    """Return the running clocks of cases, read first for the same reason."""
    clocks = store.spine.deadlines
    query = sa.select(clocks.c.aggregate_id, clocks.c.kind, clocks.c.due_at)
    running = query.where(clocks.c.state == "OPEN", clocks.c.aggregate_kind == store.lifecycle.kind)
    return running.cte("running").prefix_with("materialized")


def _by(chart: str, what: sa.ColumnElement[Any], part: sa.ColumnElement[Any], of: sa.FromClause) -> sa.Select[Any]:
    counted = sa.select(what.label("what"), part.label("part")).select_from(of).subquery()
    columns: Sequence[Any] = (counted.c.what, counted.c.part)
    return sa.select(sa.literal(chart).label("chart"), *columns, sa.func.count().label("number")).group_by(*columns)


def _midnight(now: datetime) -> datetime:
    """Return when the Danish day of `now` ends."""
    day = local(now)
    return (day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(days=1)).replace(
        tzinfo=day.tzinfo
    )
