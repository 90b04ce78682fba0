"""Lifecycle transitions a second: commands on concerns that exist, complete when each workflow has been told, beside bare Temporal."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from itertools import cycle, islice
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
    uvloop.run(_told(world, made, version=2))
    commands = _commands(world.tokens(HOTLINE), made)
    with watched(world.pids) as surroundings:
        began = time.perf_counter()
        run = uvloop.run(closed_loop(urls, [iter(share) for share in commands]))
        uvloop.run(_told(world, made, version=4))
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


def _commands(tokens: Sequence[str], concerns: Sequence[UUID]) -> list[list[Request]]:
    """Return for each client the commands that it gives."""
    shares: list[list[Request]] = [[] for _ in range(CLIENTS)]
    body = json.dumps({"advice": "Et råd."}, ensure_ascii=False).encode()
    for number, (concern, token) in enumerate(zip(concerns, islice(cycle(tokens), len(concerns)), strict=True)):
        headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4()), "if-match": '"2"'}
        shares[number % CLIENTS].append(Request.of("POST", f"/v1/concerns/{concern}/give-advice", headers, body))
    return shares


async def _told(world: World, concerns: Sequence[UUID], version: int) -> None:
    """Wait until the workflow of each concern has been told of everything up to a version, which each concern then has."""
    looking = await world.admin()
    end = time.perf_counter() + PATIENCE_SECONDS
    try:
        while await looking.fetchval(_TOLD, concerns, version) < len(concerns):
            if time.perf_counter() > end:
                raise counting.WrongResult(
                    f"workflows were not told of version {version} within {PATIENCE_SECONDS:.0f} s"
                )
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await looking.close()


_TOLD = """
select count(*) from intake.last_seen
where consumer = 'intake.workflows' and aggregate_id = any($1::uuid[]) and sequence >= $2
"""
