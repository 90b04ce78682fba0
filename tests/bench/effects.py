"""From the 201 of a school's form to its effect in another service: the case in assessment, the work item in notify.

Forms come at an even pace, whether or not the last one has had its effect. The effects are looked for in Postgres every few
milliseconds: a figure can be too long by one look, never too short.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import uvloop

from tests.bench.counting import WrongResult
from tests.bench.load import Connection, percentiles
from tests.bench.machine import watched
from tests.bench.report import Goal, Report
from tests.bench.world import FORM, SCHOOL, World, concerns

SECTION = "effect"
FORMS, A_SECOND, WARM_UP = 200, 2.0, 10
LOOK_SECONDS = 0.003
PATIENCE_SECONDS = 60.0

LOOKS = {
    "case in assessment": "select concern_id from assessment.case_record where concern_id = any($1::uuid[])",
    "work item in notify": "select distinct aggregate_id from notify.work_item where aggregate_id = any($1::uuid[])",
}


@dataclass
class Waiting:
    """Concerns that have not been seen in a place, with the moment of their 201, and the seconds of those that were."""

    query: str
    since: dict[UUID, float] = field(default_factory=dict)
    taken: list[float] = field(default_factory=list)

    async def look(self, connection: asyncpg.Connection) -> None:
        """Look once."""
        if self.since:
            rows = await connection.fetch(self.query, list(self.since))
            now = time.perf_counter()
            self.taken += [now - self.since.pop(row[0]) for row in rows]


def measure(report: Report, world: World) -> None:
    """Measure with the whole stack running and nothing else to do."""
    token = world.tokens(SCHOOL, count=1)[0]
    uvloop.run(_send(world, token, WARM_UP))
    with watched(world.pids) as surroundings:
        seen = uvloop.run(_send(world, token, FORMS))
    for place, taken in seen.items():
        report.add(SECTION, f"201 to {place}", percentiles(taken), Goal("p99_ms", 250))
    report.describe(SECTION, surroundings, forms=FORMS, forms_a_second=A_SECOND, looked_every_ms=1000 * LOOK_SECONDS)


async def _send(world: World, token: str, count: int) -> dict[str, list[float]]:
    """Send forms and wait until all have had their effects; return the seconds that each took, by place."""
    places = {place: Waiting(query) for place, query in LOOKS.items()}
    looking = await world.admin()
    done = asyncio.Event()

    async def look() -> None:
        while not done.is_set() or any(place.since for place in places.values()):
            for place in places.values():
                await place.look(looking)
            await asyncio.sleep(LOOK_SECONDS)

    looker = asyncio.create_task(look())
    sending = await Connection.to(world.url("intake"))
    source, began = concerns(token, FORM), time.perf_counter()
    try:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
            answer = await sending.send(next(source))
            if answer.status != 201:
                raise WrongResult(f"a form was answered {answer.status}")
            concern, now = UUID(json.loads(answer.body)["id"]), time.perf_counter()
            for place in places.values():
                place.since[concern] = now
        done.set()
        await asyncio.wait_for(looker, PATIENCE_SECONDS)
    except TimeoutError:
        missing = {name: len(place.since) for name, place in places.items()}
        raise WrongResult(f"effects that did not come within {PATIENCE_SECONDS:.0f} s: {missing}") from None
    finally:
        looker.cancel()
        sending.close()
        await looking.close()
    return {name: place.taken for name, place in places.items()}
