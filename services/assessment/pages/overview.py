"""The overview: open cases by stage and age, deadlines ahead, and the load of each tovholder. Of what the visitor sees alone (R5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import Response

from services.assessment.domain.case import OPEN_CASE, Stage
from services.assessment.pages import charts as drawing
from services.assessment.pages.charts import Row, bars
from services.assessment.repository import CaseStore
from shared.persistence.work import Transaction
from shared.reference.calendar import local
from shared.web.console.language import N_
from shared.web.console.saying import Say
from shared.web.console.site import Console, Visit

OPEN: Final = (Stage.ARRIVED, *OPEN_CASE)
AGES: Final = (N_("under 14 dage"), N_("14 til 90 dage"), N_("91 til 365 dage"), N_("over et år"))
AGE_DAYS: Final = (14, 91, 366)
AHEAD: Final = (N_("overskredet"), N_("i dag"), N_("de næste 7 dage"), N_("senere"))
LOAD: Final = (N_("ingen frist de næste 7 dage"), N_("frist inden for 7 dage"), N_("en frist er overskredet"))
WEEK: Final = timedelta(days=7)


def overview_pages(router: APIRouter, console: Console, store: CaseStore) -> None:
    """Add the page; its door is that of the list of cases, and it counts what that list shows."""

    async def show(visit: Visit) -> Response:
        """Show the charts."""
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            cases = await _cases(tx, store)
            clocks = await _clocks(tx, store)
        charts = [
            _chart(visit, N_("Åbne sager efter tilstand og alder"), AGES, drawing.AGES, by_stage(visit, cases)),
            _chart(visit, N_("Frister forude"), AHEAD, drawing.NEARNESS, by_due(visit, clocks)),
            _chart(
                visit, N_("Belastning pr. kommunal tovholder"), LOAD, drawing.PRESSURE, by_owner(visit, cases, clocks)
            ),
        ]
        return console.page(visit, "overview/show.html", charts=charts, cases=len(cases), clocks=len(clocks))

    console.get(router, "/overview", console.edge.doors["case-list"], show)


async def _cases(tx: Transaction, store: CaseStore) -> Sequence[Any]:
    table = store.table
    query = sa.select(table.c.id, table.c.stage, table.c.arrived_at, table.c.organisation)
    return (await tx.session.execute(query.where(store.visible(tx), table.c.stage.in_([str(s) for s in OPEN])))).all()


async def _clocks(tx: Transaction, store: CaseStore) -> Sequence[Any]:
    table, clocks = store.table, store.spine.deadlines
    query = (
        sa.select(clocks.c.kind, clocks.c.due_at, clocks.c.aggregate_id)
        .join(table, table.c.id == clocks.c.aggregate_id)
        .where(clocks.c.state == "OPEN", store.visible(tx), table.c.stage.in_([str(s) for s in OPEN]), _told(tx, table))
    )
    return (await tx.session.execute(query)).all()


def _told(tx: Transaction, table: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition that what runs in a case is told to this organisation: of one that police have alone, to nobody else (T08)."""
    return sa.or_(table.c.stage != str(Stage.POLICE_ONLY), table.c.body["police"].astext == tx.actor.organisation)


def by_stage(visit: Visit, cases: Iterable[Any]) -> list[Row]:
    """Return a row a stage, in the order of the way, each in four ages."""
    say, found = Say(visit.language), Counter((row.stage, _age(row.arrived_at, visit.now)) for row in cases)
    stages = [str(stage) for stage in OPEN]
    rows = [Row(say.stage("case", stage), tuple(found[stage, age] for age in range(len(AGES)))) for stage in stages]
    return [row for row in rows if row.total]


def by_due(visit: Visit, clocks: Iterable[Any]) -> list[Row]:
    """Return a row a kind of deadline, most first, each by how near it is."""
    say, found = Say(visit.language), Counter((row.kind, near(row.due_at, visit.now)) for row in clocks)
    kinds = sorted({kind for kind, _ in found})
    rows = [Row(say.clock("case", kind), tuple(found[kind, bucket] for bucket in range(len(AHEAD)))) for kind in kinds]
    return sorted(rows, key=lambda row: (-row.parts[0], -row.total, row.label))


def by_owner(visit: Visit, cases: Iterable[Any], clocks: Iterable[Any]) -> list[Row]:
    """Return a row a municipality, whose tovholder has the cases: how many of them wait for something now."""
    say = Say(visit.language)
    first: dict[UUID, datetime] = {}
    for clock in clocks:
        first[clock.aggregate_id] = min(first.get(clock.aggregate_id, clock.due_at), clock.due_at)
    found = Counter((row.organisation, _pressing(first.get(row.id), visit.now)) for row in cases)
    owners = sorted({owner for owner, _ in found})
    rows = [Row(say.organisation(code), tuple(found[code, part] for part in range(len(LOAD)))) for code in owners]
    return sorted(rows, key=lambda row: (-row.total, row.label))


def _pressing(due: datetime | None, now: datetime) -> int:
    if due is None or due >= now + WEEK:
        return 0
    return 2 if due < now else 1


def near(due: datetime, now: datetime) -> int:
    """Return which of `AHEAD` a deadline is."""
    if due < now:
        return 0
    if local(due).date() == local(now).date():
        return 1
    return 2 if due < now + WEEK else 3


def _age(begun: datetime, now: datetime) -> int:
    days = (now - begun).days
    return sum(days >= limit for limit in AGE_DAYS)


def _chart(visit: Visit, title: str, names: Sequence[str], tones: tuple[str, ...], rows: list[Row]) -> dict[str, Any]:
    said = [visit.say(name) for name in names]
    return {"title": visit.say(title), "names": said, "rows": rows, "drawn": bars(rows, tones)}
