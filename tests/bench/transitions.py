"""Lifecycle transitions a second: commands on concerns that exist, complete when each workflow has been told, beside bare Temporal."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from itertools import cycle
from uuid import UUID, uuid4

import uvloop

from tests.bench import bare_temporal, counting
from tests.bench.intakes import make
from tests.bench.load import Request, closed_loop, percentiles
from tests.bench.machine import watched
from tests.bench.report import Report
from tests.bench.world import HOTLINE, QUESTION, World

SECTION = "transitions"
CONCERNS, CLIENTS = 400, 8
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 180.0


def measure(report: Report, world: World) -> None:
    """Advise and close concerns (`domain.md` 2.3 row 2: two facts, a clock met, a workflow told and ended)."""
    urls = [world.url("intake")]
    made = make(urls, world.tokens(HOTLINE), QUESTION, CONCERNS)
    commands = _commands(world.tokens(HOTLINE), uvloop.run(_told(world, made)))
    with watched(world.pids) as surroundings:
        began = time.perf_counter()
        run = uvloop.run(closed_loop(urls, [iter(share) for share in commands]))
        uvloop.run(_told(world, made))
        seconds = time.perf_counter() - began
        bare = uvloop.run(bare_temporal.run(world.config.temporal_target, CONCERNS, CLIENTS))
    counting.ids_of(run.answers, status=200)
    if {json.loads(answer.body)["stage"] for answer in run.answers} != {"C1"}:
        raise counting.WrongResult("a concern was not closed by its advice")
    answered = {"per_second": len(made) / run.seconds, **percentiles([answer.seconds for answer in run.answers])}
    report.add(
        SECTION, f"complete, workflow told, {CLIENTS} clients", {"per_second": len(made) / seconds, "seconds": seconds}
    )
    report.add(SECTION, f"answered over HTTP, {CLIENTS} clients, one api process", answered)
    report.add(SECTION, f"bare Temporal: signal, activity, end, {CLIENTS} clients", bare)
    report.describe(SECTION, surroundings, concerns=CONCERNS, clients=CLIENTS)


def _commands(tokens: Sequence[str], versions: Mapping[UUID, int]) -> list[list[Request]]:
    """Return for each client the commands that it gives, each on the version that a concern has (at night one more than by day)."""
    shares: list[list[Request]] = [[] for _ in range(CLIENTS)]
    body = json.dumps({"advice": "Et råd."}, ensure_ascii=False).encode()
    for number, ((concern, version), token) in enumerate(zip(versions.items(), cycle(tokens), strict=False)):
        headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4()), "if-match": f'"{version}"'}
        shares[number % CLIENTS].append(Request.of("POST", f"/v1/concerns/{concern}/give-advice", headers, body))
    return shares


async def _told(world: World, concerns: Sequence[UUID]) -> dict[UUID, int]:
    """Wait until the workflow of each concern has been told of everything; return the version of each."""
    looking = await world.admin()
    end = time.perf_counter() + PATIENCE_SECONDS
    try:
        while len(told := await looking.fetch(_TOLD, concerns)) < len(concerns):
            if time.perf_counter() > end:
                raise counting.WrongResult(f"workflows were not told of everything within {PATIENCE_SECONDS:.0f} s")
            await asyncio.sleep(LOOK_SECONDS)
        return {row["id"]: row["version"] for row in told}
    finally:
        await looking.close()


_TOLD = """
select c.id, c.version from intake.concern c join intake.last_seen s on s.aggregate_id = c.id
where c.id = any($1::uuid[]) and s.consumer = 'intake.workflows' and s.sequence >= c.version
"""
