"""The overview counts in Postgres what a reader would count by hand: here it is counted by hand beside it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.assessment.domain.case import Stage
from services.assessment.overviews import OPEN
from services.assessment.repository import case_store
from services.assessment.tables import SPINE
from shared.lifecycle.actor import Role
from shared.reference.calendar import local
from shared.web.console.language import DANISH
from shared.web.console.saying import Say
from tests.integration.assessment.assessment_world import TO_OFFER, World, person, routed
from tests.support.visiting import Visitor

CASES = case_store(None).table
SAY = Say(DANISH)
WEEK = timedelta(days=7)
AGES = (timedelta(0), timedelta(days=14, minutes=-1), timedelta(days=14, minutes=1), timedelta(days=91, minutes=1))
"""How old the cases are made: on both sides of a limit."""

DUES = (timedelta(minutes=-1), timedelta(minutes=1), WEEK - timedelta(minutes=1), WEEK + timedelta(minutes=1))
ROW = re.compile(r'<tr><th scope="row">([^<]+)</th>((?:<td class="number">\d+</td>)+)</tr>')


async def test_every_number_of_the_overview_is_what_one_counts_by_hand(world: World) -> None:
    await _varied(world)
    reader = person(Role.TOVHOLDER_KOMMUNE)

    page = await Visitor(world.http, reader.token).get("/overview")

    cases, clocks = await _rows(world, reader.organisation)
    charts = [dict(ROW.findall(part)) for part in page.html.split("<table")[1:]]
    shown = [{label: [int(n) for n in re.findall(r"\d+", cells)] for label, cells in chart.items()} for chart in charts]
    now = world.now()
    assert shown[0] == _by((SAY.stage("case", case.stage), _age(now - case.arrived_at)) for case in cases)
    assert shown[1] == _by((SAY.clock("case", clock.kind), _near(clock.due_at, now)) for clock in clocks)
    first = {clock.aggregate_id: clock.due_at for clock in sorted(clocks, key=lambda clock: clock.due_at, reverse=True)}
    pressing = ((SAY.organisation(case.organisation), _pressing(first.get(case.id), now)) for case in cases)
    assert shown[2] == {label: parts[:3] for label, parts in _by(pressing).items()}
    assert f"{len(cases)} åbne sager og {len(clocks)} løbende frister" in page.text
    assert len(cases) >= len(AGES)


async def test_who_takes_no_part_counts_nothing(world: World) -> None:
    await _varied(world)
    stranger = Visitor(world.http, person(Role.TOVHOLDER_KOMMUNE, "kommune:0400").token)
    assert "0 åbne sager og 0 løbende frister" in (await stranger.get("/overview")).text


async def _varied(world: World) -> None:
    """Let cases be of all ages, at several stages, with deadlines on both sides of every limit; one is closed, one is elsewhere."""
    made: list[UUID] = []
    for number, age in enumerate(AGES):
        case = await world.routed()
        await world.walk(case, *TO_OFFER[:number])
        made.append(case)
        async with world.work.begin() as tx:
            change: Any = sa.update(CASES).where(CASES.c.id == case).values(arrived_at=world.now() - age)
            await tx.session.execute(change)
            clocks = SPINE.deadlines
            due: Any = sa.update(clocks).where(clocks.c.aggregate_id == case)
            await tx.session.execute(due.values(due_at=world.now() + DUES[number]).execution_options(may_miss=True))
    police = await world.routed()
    await world.walk(police, "open-case", "request-clearance", "take-over")
    closed = await world.routed()
    async with world.work.begin() as tx:
        over: Any = sa.update(CASES).where(CASES.c.id == closed).values(stage=str(Stage.CLOSED))
        await tx.session.execute(over)
    await world.tell(routed(world.now(), municipality="0265"), f"concern/{uuid4()}", sequence=2)


async def _rows(world: World, organisation: str) -> tuple[list[Any], list[Any]]:
    """Return the open cases in which an organisation takes part, and their running clocks, as the worker sees them."""
    access, clocks = SPINE.case_access, SPINE.deadlines
    part = sa.select(access.c.aggregate_id).where(
        access.c.organisation == organisation, access.c.valid_to.is_(None), access.c.person.is_(None)
    )
    query = sa.select(CASES).where(CASES.c.id.in_(part), CASES.c.stage.in_([str(stage) for stage in OPEN]))
    async with world.work.begin() as tx:
        cases = list((await tx.session.execute(query)).all())
        running = sa.select(clocks).where(
            # Of a case that police have alone the municipality is told nothing that runs (T08).
            clocks.c.aggregate_id.in_([case.id for case in cases if case.stage != Stage.POLICE_ONLY]),
            clocks.c.state == "OPEN",
        )
        return cases, list((await tx.session.execute(running)).all())


def _by(pairs: Any) -> dict[str, list[int]]:
    found = Counter(pairs)
    return {label: [found[label, part] for part in range(4)] for label, _ in found}


def _age(age: timedelta) -> int:
    return sum(age.days >= limit for limit in (14, 91, 366))


def _near(due: datetime, now: datetime) -> int:
    if due < now:
        return 0
    if local(due).date() == local(now).date():
        return 1
    return 2 if due < now + WEEK else 3


def _pressing(due: datetime | None, now: datetime) -> int:
    if due is None or due >= now + WEEK:
        return 0
    return 2 if due < now else 1
