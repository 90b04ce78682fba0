"""What the walls cost: row-level security, sealing and the access log, each with and without, side by side in one run.

With and without take turns, so that what else the machine does meets both. Row-level security is lifted from the real tables by the
superuser and put back. Sealing is weighed by itself, in processor time. A look "without the log" reads the sealed values as the
superuser and opens them with the same keys from the key store; no service could.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import uvloop

from deploy.config import KEYSTORE
from deploy.seed import issuer_users
from shared.persistence.work import build_engine
from shared.vault import KeysetProvider, PostgresKeyStore, Vault
from shared.vault.keys import UnitKeys
from shared.vault.model import FieldClass, Looker, LookReason, Place
from shared.vault.scan import check_text
from shared.vault.sealing import Holder, new_key, seal, unseal, wrap
from tests.bench import counting
from tests.bench.load import Request, Run, closed_loop, percentiles
from tests.bench.machine import watched
from tests.bench.report import Report
from tests.bench.world import CALL, HOTLINE, TOVHOLDER, World, concerns

SECTION = "what the walls cost"
CLIENTS = 8
ROUNDS = 4
LOOKS = 300
SEALED = 2000
TEXTS = ("description", "subject", "reporter")

WALLED = (
    "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace"
    " where nspname = 'intake' and relrowsecurity"
)


def measure(report: Report, world: World, urls: Sequence[str], *, seconds: float) -> None:
    """Measure all three; the pages are those of a municipality whose concerns are there already."""
    tokens, readers = world.tokens(HOTLINE), world.tokens(TOVHOLDER)

    def intake() -> Run:
        return uvloop.run(
            closed_loop(urls, [concerns(token, CALL) for token in tokens[:CLIENTS]], seconds=seconds / ROUNDS)
        )

    def page() -> Run:
        asked = [_pages(token) for token in readers[:1]]
        return uvloop.run(closed_loop(urls, asked, seconds=seconds / ROUNDS))

    with watched(world.pids) as surroundings:
        made = counting.ids_of(intake().answers)
        for what, load in ((f"intakes, {CLIENTS} clients", intake), ("pages of 100 concerns, 1 client", page)):
            for name, figures in _in_turn(world, load).items():
                report.add(SECTION, f"{what}, {name}", figures)
        report.add(SECTION, f"seal {len(TEXTS)} texts and wrap their key, processor time", _sealing())
        for name, taken in uvloop.run(_looks(world, made[0])).items():
            report.add(SECTION, f"open a text, {name}", percentiles(taken))
    report.describe(SECTION, surroundings, rounds=ROUNDS)


def _pages(token: str) -> Iterator[Request]:
    return itertools.repeat(Request.of("GET", "/v1/concerns?limit=100", {"authorization": f"Bearer {token}"}))


def _in_turn(world: World, load: Callable[[], Run]) -> dict[str, dict[str, float]]:
    """Return the figures with the wall and without it, and what Postgres took for each answer."""
    walls = {"with row-level security": "enable", "without": "disable"}
    runs: dict[str, list[Run]] = {name: [] for name in walls}
    spent = dict.fromkeys(walls, 0.0)
    try:
        for number in range(ROUNDS):
            for name in sorted(walls, reverse=bool(number % 2)):
                uvloop.run(_wall(world, walls[name]))
                with watched(world.pids) as used:
                    runs[name].append(load())
                spent[name] += used.processes["postgres"]
    finally:
        uvloop.run(_wall(world, "enable"))
    return {name: _together(found, spent[name]) for name, found in runs.items()}


def _together(runs: Sequence[Run], postgres: float) -> dict[str, float]:
    answers = [answer for run in runs for answer in run.answers]
    return {
        "per_second": len(answers) / sum(run.seconds for run in runs),
        **percentiles([answer.seconds for answer in answers]),
        "postgres_cpu_ms": 1000 * postgres / len(answers),
    }


async def _wall(world: World, verb: str) -> None:
    admin = await world.admin()
    try:
        tables = [row[0] for row in await admin.fetch(WALLED)] if verb == "disable" else _LIFTED
        for table in tables:
            await admin.execute(f"alter table {table} {verb} row level security")
        _LIFTED[:] = tables if verb == "disable" else []
    finally:
        await admin.close()


_LIFTED: list[str] = []
"""Tables without their wall just now."""


def _sealing() -> dict[str, float]:
    unit, outer = uuid4(), new_key()
    began = time.process_time()
    for _ in range(SEALED):
        key = new_key()
        wrap(outer, key, Holder(unit), "bench")
        for field in TEXTS:
            check_text(field, CALL[field])
            seal(key, CALL[field], Place(unit, FieldClass.CASE_TEXT, field, unit))
    return {"mean_ms": 1000 * (time.process_time() - began) / SEALED}


async def _looks(world: World, unit: UUID) -> dict[str, list[float]]:
    person = next(user for user in issuer_users() if HOTLINE in user["roles"])
    looker = Looker(UUID(person["person_ref"]), person["organisation"], HOTLINE)
    engine = build_engine(world.config.dsn("intake_api", driver="postgresql+asyncpg"), name="bench")
    async with _keys(world) as (store, provider):
        vault, keys, admin = Vault(store, provider), UnitKeys(store, provider), await world.admin()
        try:
            blob = await admin.fetchval("select blob from vault.sealed where unit = $1 and field = 'description'", unit)

            async def logged() -> None:
                await vault.look(engine, looker=looker, blobs=[blob], reason=LookReason.TRIAGE)

            async def unlogged() -> None:
                await _open(admin, keys, unit, blob)

            ways = {"on record first (the product)": logged, "without the log": unlogged}
            taken: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(LOOKS):
                for name, way in ways.items():
                    taken[name].append(await _timed(way))
            return taken
        finally:
            await admin.close()
            await engine.dispose()


async def _open(admin: asyncpg.Connection, keys: UnitKeys, unit: UUID, blob: UUID) -> None:
    row = await admin.fetchrow("select class, field, sealed from vault.sealed where blob = $1", blob)
    found = await keys.for_opening({unit})
    unseal(found[unit], row["sealed"], Place(unit, FieldClass(row["class"]), row["field"], blob))


@asynccontextmanager
async def _keys(world: World) -> AsyncIterator[tuple[PostgresKeyStore, KeysetProvider]]:
    store = PostgresKeyStore(world.config.dsn("keystore_app", KEYSTORE))
    try:
        yield store, KeysetProvider.from_file(world.config.keyset_file)
    finally:
        await store.close()


async def _timed(act: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began
