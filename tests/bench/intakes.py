"""Durable intakes a second, beside the same inserts in bare Postgres in the same run."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from uuid import UUID

import uvloop

from tests.bench import bare_postgres, counting
from tests.bench.load import Run, closed_loop
from tests.bench.machine import watched
from tests.bench.report import Goal, Report
from tests.bench.world import CALL, HOTLINE, World, concerns

CLIENTS = (1, 2, 8)
TEXTS = 3
WARM_UP_SECONDS = 3.0
BARE = 3000
"""Intakes that bare Postgres writes in one round, at most."""


def measure(
    report: Report, world: World, urls: Sequence[str], *, seconds: float, section: str, goals: bool, only: bool
) -> None:
    """Measure with each number of clients, first in bare Postgres, then over HTTP; then count.

    `only` says that no concern may be there but these. Raises `WrongResult` for a lost one.
    """
    tokens = world.tokens(HOTLINE)
    warm = uvloop.run(_load(urls, tokens, 8, WARM_UP_SECONDS))
    answered = counting.ids_of(warm.answers)
    sample = uvloop.run(bare_postgres.sample(world, answered[0]))
    with watched(world.pids) as surroundings:
        for clients in CLIENTS:
            bare = uvloop.run(bare_postgres.run(world, sample, clients, min(BARE, int(seconds * 300))))
            run = uvloop.run(_load(urls, tokens, clients, seconds))
            answered += counting.ids_of(run.answers)
            wanted = goals and clients == CLIENTS[-1]
            limits = (Goal("per_second", 400, at_least=True), Goal("p99_ms", 50)) if wanted else ()
            report.add(section, f"intakes, {clients} clients", run.figures(), *limits)
            report.add(section, f"the same {sample.rows} rows, bare, {clients} clients", bare)
    counted = uvloop.run(counting.verify(world, answered, texts=TEXTS, only=only))
    report.describe(section, surroundings, counted=counted, sent_bytes=_size(tokens[0]), api_processes=len(urls))


async def _load(urls: Sequence[str], tokens: Sequence[str], clients: int, seconds: float) -> Run:
    return await closed_loop(urls, [concerns(token, CALL) for token in tokens[:clients]], seconds=seconds)


def _size(token: str) -> int:
    return len(next(concerns(token, CALL)).wire)


def make(urls: Sequence[str], tokens: Sequence[str], body: dict[str, str], count: int) -> list[UUID]:
    """Make `count` concerns as fast as it goes, with as many clients as there are tokens; return their references."""
    shares = [count // len(tokens) + (number < count % len(tokens)) for number in range(len(tokens))]
    sources = [itertools.islice(concerns(token, body), share) for token, share in zip(tokens, shares, strict=True)]
    return counting.ids_of(uvloop.run(closed_loop(urls, sources)).answers)
