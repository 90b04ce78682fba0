"""The console's pages among 10,000 rows: the server's time for each as its user, what a first page weighs, and what listening costs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import uvloop
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.config import SERVICES
from services.notify.api.work import encode
from shared.identity import sessions
from shared.lifecycle.actor import Actor, Role
from shared.persistence.work import build_engine
from shared.web.console.session import COOKIE
from tests.bench import console_rows, listening, weight
from tests.bench.console_rows import BORROWER, HOME, LEADER, TOVHOLDER, somebody
from tests.bench.counting import WrongResult
from tests.bench.load import Answer, Request, closed_loop, percentiles
from tests.bench.machine import watched
from tests.bench.report import Goal, Report
from tests.bench.world import World

SECTION: Final = "console"
CLIENTS: Final = (1, 4)
WARM_UP: Final = 10
DEEP: Final = 8_000
"""Rows that come before a deep page."""

LIMIT_MS: Final = 100
"""Server time of a list of 50 among 10,000 rows, 95 of 100 times."""

COORDINATOR: Final = somebody(Role.LOCAL_COORDINATOR, f"kommune:{BORROWER}")
DPO: Final = somebody(Role.DPO, f"kommune:{HOME}")
DESK: Final = somebody(Role.NATIONAL_DESK, "centre:national")


OLD_CASE: Final = f"""
select created_at, id from assessment.case_record where organisation = '{TOVHOLDER.organisation}'
order by created_at desc, id desc offset {DEEP} limit 1
"""
LATE_ITEM: Final = f"""
select due_at, deadline_id from notify.work_item where owner_organisation = '{TOVHOLDER.organisation}' and state = 'OPEN'
order by due_at, deadline_id offset {DEEP} limit 1
"""


@dataclass(frozen=True)
class Page:
    """A page, whose it is, and what it is called in the table."""

    service: str
    path: str
    who: Actor
    what: str = ""
    behind: str = ""
    """Not itself is asked for but the page that goes on behind `DEEP` rows: the query that finds the moment and id of that row."""


def pages(case: UUID) -> Sequence[Page]:
    """Return the pages that are measured."""
    work = (
        Page("notify", "/work", TOVHOLDER),
        Page("notify", "/work", TOVHOLDER, "a deep page", LATE_ITEM),
        Page("notify", "/work?when=overdue&service=assessment&kind=case.meeting", TOVHOLDER, "three filters"),
        Page("notify", "/work?whose=unit", TOVHOLDER, "the unit's"),
        Page("notify", "/work?whose=leader", LEADER, "as leader"),
        Page("notify", "/work/rows", TOVHOLDER, "the rows anew"),
        Page("notify", "/work/count", TOVHOLDER, "the number in the menu"),
    )
    assessment = (
        Page("assessment", "/cases", TOVHOLDER),
        Page("assessment", "/cases?stage=K3", TOVHOLDER, "one stage"),
        Page("assessment", "/cases", TOVHOLDER, "a deep page", OLD_CASE),
        Page("assessment", "/underretninger", TOVHOLDER),
        Page("assessment", "/overview", TOVHOLDER),
        Page("assessment", f"/cases/{case}", TOVHOLDER, f"a case of {console_rows.FACTS} facts"),
        Page("assessment", "/access-log", DPO, "to choose a case"),
        Page("assessment", f"/access-log?case={case}", DPO, "of a case"),
    )
    return (
        *work,
        *assessment,
        Page("intake", "/concerns", TOVHOLDER),
        Page("intake", "/concerns?stage=C2&channel=HOTLINE", TOVHOLDER, "two filters"),
        Page("corps", "/interventions", COORDINATOR, "requests"),
        Page("corps", "/interventions?stage=", COORDINATOR, "all"),
        Page("corps", "/members", COORDINATOR),
        Page("corps", "/members?competence=HOEJRE&free=1", COORDINATOR, "two filters"),
        Page("corps", "/members", DESK, "of the whole country"),
        Page("corps", "/loans", COORDINATOR),
    )


def measure(report: Report, world: World, requests: int) -> None:
    """Plant the rows, then ask for each page so many times, with each number of clients."""
    case = uvloop.run(console_rows.plant(world))
    urls = {service: world.start(service, "api") for service in SERVICES}
    with watched(world.pids) as surroundings:
        for page in pages(case):
            _measure(report, world, urls[page.service], page, requests)
    report.describe(SECTION, surroundings, rows=console_rows.OURS, others=console_rows.OURS, requests=requests)
    weight.measure(report, world, case)
    listening.measure(report, world, urls["notify"])


def _measure(report: Report, world: World, url: str, page: Page, requests: int) -> None:
    cookie = uvloop.run(signed_in(world, page.who))
    path = uvloop.run(address(world, page))
    request = asked(path, cookie)
    uvloop.run(closed_loop([url], [itertools.repeat(request, WARM_UP)]))
    name = f"/{page.service}{page.path}" + (f" ({page.what})" if page.what else "")
    for clients in CLIENTS:
        with watched(world.pids) as used:
            run = uvloop.run(
                closed_loop([url], [itertools.repeat(request, requests // clients) for _ in range(clients)])
            )
        _require_pages(name, run.answers)
        spent = {
            f"{what}_cpu_ms": 1000 * used.processes[process] / len(run.answers)
            for what, process in (("api", f"{page.service}-api"), ("postgres", "postgres"))
        }
        figures = {**percentiles([answer.seconds for answer in run.answers]), **spent}
        goals = (Goal("p95_ms", LIMIT_MS),) if clients == 1 else ()
        report.add(SECTION, f"{name}, {clients} client{'s' if clients > 1 else ''}", figures, *goals)


def asked(path: str, cookie: str) -> Request:
    """Return the request of a browser for a page."""
    return Request.of("GET", path, {"cookie": f"{COOKIE}={cookie}"})


async def signed_in(world: World, who: Actor) -> str:
    """Begin a session, as after a sign-in, which is long enough for a measurement; return the cookie's value."""
    engine = build_engine(world.config.dsn("notify_api", driver="postgresql+asyncpg"), name="bench")
    until = datetime.now(UTC) + timedelta(hours=1)
    claims: dict[str, Any] = {"sub": str(who.person_ref), "organisation": who.organisation, "roles": sorted(who.roles)}
    claims |= {"iat": int(datetime.now(UTC).timestamp()), "exp": int(until.timestamp())}
    try:
        async with AsyncSession(engine) as session, session.begin():
            value = await sessions.begin(session, who.person_ref)
            await sessions.renew(session, value, claims=claims, until=until)
    finally:
        await engine.dispose()
    return value


async def address(world: World, page: Page) -> str:
    """Return the path of a page; of a deep one with its cursor."""
    if not page.behind:
        return page.path
    admin = await world.admin()
    try:
        at, last = await admin.fetchrow(page.behind)
    finally:
        await admin.close()
    return f"{page.path}?cursor={quote(encode({'due_at': at, 'deadline_id': last}))}"


def _require_pages(name: str, answers: Sequence[Answer]) -> None:
    for answer in answers:
        if answer.status != 200:
            raise WrongResult(f"{name} was answered {answer.status}")
