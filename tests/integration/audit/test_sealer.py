"""The sealer at work: within a second, signed outside the database, through the loss of its server, key or folder."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from shared.audit.checkpoints import Checkpoint, CheckpointFolder, CheckpointRefused
from shared.audit.keys import Signer, holds
from shared.audit.sealer import Sealer, SealerMetrics, from_settings
from shared.errors import Invalid
from shared.settings import Settings
from shared.vault import keyset
from tests.integration.audit.audit_world import World


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)


def sealer_of(world: World, **options: float) -> Sealer:
    file = world.folder / "audit-keys.json"
    keyset.create_if_missing(file)
    registry = CollectorRegistry()
    folder = CheckpointFolder(world.folder / "checkpoints")
    return Sealer(world.cluster.dsn("audit_sealer"), file, folder, SealerMetrics(registry), **options)


@asynccontextmanager
async def running(sealer: Sealer):
    stop = asyncio.Event()
    task = asyncio.create_task(sealer.run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(5):
            await task


async def sealed(admin: asyncpg.Connection, world: World) -> int:
    return await admin.fetchval("select count(*) from audit.entries where organisation = $1", world.organisation)


async def test_a_look_is_chained_within_a_second(world: World, admin: asyncpg.Connection) -> None:
    sealer = sealer_of(world)
    async with running(sealer):
        await world.look()
        await until(lambda: _is(sealed(admin, world), 1))
        for _ in range(5):
            await world.look()
            began = time.monotonic()
            before = await sealed(admin, world)
            await until(lambda before=before: _more(sealed(admin, world), before), 5)
            assert time.monotonic() - began < 1.0


async def _is(count: Awaitable[int], wanted: int) -> bool:
    return await count == wanted


async def _more(count: Awaitable[int], before: int) -> bool:
    return await count >= before


async def test_a_checkpoint_is_signed_and_names_the_last_entry(world: World, admin: asyncpg.Connection) -> None:
    sealer = sealer_of(world, every_seconds=0.05)
    await world.look(3)
    async with running(sealer):
        await until(lambda: _checkpointed(sealer, world, 3))
        await until(lambda: _is(_waiting(sealer), 0))

    last = sealer.folder.last(world.organisation)
    assert last is not None
    found = await admin.fetchval("select audit.hash_at($1, 3)", world.organisation)
    assert last.entry_hash == found.hex()
    assert holds(sealer.folder.published()[last.key], last.signature, last.content)


async def _waiting(sealer: Sealer) -> int:
    return int(sealer.metrics.unsealed._value.get())


async def _checkpointed(sealer: Sealer, world: World, number: int) -> bool:
    last = sealer.folder.last(world.organisation)
    return last is not None and last.number >= number


async def test_many_entries_are_signed_before_the_minute_is_over(world: World) -> None:
    sealer = sealer_of(world, every_entries=5, every_seconds=3600)
    await world.look()
    async with running(sealer):
        await until(lambda: _checkpointed(sealer, world, 1))
        await world.look(2)
        await world.look(4)
        await until(lambda: _checkpointed(sealer, world, 6))


async def test_the_sealer_survives_the_loss_of_its_connection(world: World, admin: asyncpg.Connection) -> None:
    sealer = sealer_of(world)
    async with running(sealer):
        await world.look()
        await until(lambda: _is(sealed(admin, world), 1))
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'access-log-sealer'"
        )
        await world.look()
        await until(lambda: _is(sealed(admin, world), 2))


async def test_without_its_key_it_goes_on_chaining_and_signs_later(world: World, admin: asyncpg.Connection) -> None:
    sealer = sealer_of(world, every_seconds=0.05)
    away = world.folder / "away.json"
    sealer.keyset_file.rename(away)
    async with running(sealer):
        await world.look(2)
        await until(lambda: _is(sealed(admin, world), 2))
        await until(lambda: _positive(sealer))
        assert sealer.folder.last(world.organisation) is None
        away.rename(sealer.keyset_file)
        await until(lambda: _checkpointed(sealer, world, 2))


async def _positive(sealer: Sealer) -> bool:
    return sealer.metrics.unsigned_age._value.get() > 0


async def test_a_key_of_another_installation_signs_nothing(world: World, admin: asyncpg.Connection) -> None:
    sealer = sealer_of(world, every_seconds=0.05)
    await world.look()
    async with running(sealer):
        await until(lambda: _checkpointed(sealer, world, 1))
    sealer.keyset_file.unlink()
    keyset.create_if_missing(sealer.keyset_file)  # the same id, another key

    async with running(sealer):
        await world.look()
        await until(lambda: _is(sealed(admin, world), 2))
        await until(lambda: _positive(sealer))

    assert [each.number for each in sealer.folder.read(world.organisation)] == [1]
    with pytest.raises(CheckpointRefused, match="audit_key_differs"):
        sealer.folder.publish(Signer.from_file(sealer.keyset_file).public())


async def test_a_chain_that_contradicts_its_checkpoint_is_told_of_and_not_signed_again(
    world: World, admin: asyncpg.Connection
) -> None:
    sealer = sealer_of(world, every_seconds=0.05)
    await world.look(2)
    async with running(sealer):
        await until(lambda: _checkpointed(sealer, world, 2))
        await admin.execute("alter table audit.entries disable trigger append_only")
        await admin.execute(
            "update audit.entries set entry_hash = sha256('x') where organisation = $1 and number = 2",
            world.organisation,
        )
        await admin.execute("alter table audit.entries enable trigger append_only")
        await world.look()
        await until(lambda: _broken(sealer))

    assert [each.number for each in sealer.folder.read(world.organisation)] == [2]


async def _broken(sealer: Sealer) -> bool:
    return sealer.metrics.broken._value.get() == 1


async def test_a_sealer_killed_under_load_leaves_one_chain_that_the_next_goes_on_with(
    world: World, admin: asyncpg.Connection
) -> None:
    sealer = sealer_of(world)
    child = _spawn(world, sealer)
    try:
        looking = asyncio.create_task(world.look(60))
        await until(lambda: _more(sealed(admin, world), 5), 30)
        os.kill(child.pid, signal.SIGKILL)
        await looking
    finally:
        child.kill()
        child.wait()
    async with running(sealer):
        await until(lambda: _is(sealed(admin, world), 60))

    rows = await admin.fetch("select * from audit.entries where organisation = $1 order by number", world.organisation)
    assert [row["number"] for row in rows] == list(range(1, 61))
    assert all(rows[place]["previous"] == rows[place - 1]["entry_hash"] for place in range(1, 60))


def _spawn(world: World, sealer: Sealer) -> subprocess.Popen[bytes]:
    code = (
        "import asyncio, os, pathlib; from prometheus_client import CollectorRegistry;"
        "from shared.audit.checkpoints import CheckpointFolder; from shared.audit.sealer import *;"
        "s = Sealer(os.environ['DSN'], pathlib.Path(os.environ['KEYS']), CheckpointFolder(pathlib.Path(os.environ['OUT'])),"
        " SealerMetrics(CollectorRegistry())); asyncio.run(s.run(asyncio.Event()))"
    )
    env = {"DSN": sealer.dsn, "KEYS": str(sealer.keyset_file), "OUT": str(sealer.folder.path)}
    root = Path(__file__).parents[3]
    return subprocess.Popen([sys.executable, "-c", code], cwd=root, env=os.environ | env, stderr=subprocess.DEVNULL)


def test_a_line_torn_by_a_crash_is_left_out_and_the_next_stands_alone(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    first = Checkpoint("kommune:0253", 1, "00", "2026-11-21T00:00:00.000000Z", "k1", "x")
    folder.append(first)
    file = next(tmp_path.glob("*.jsonl"))
    with file.open("a") as out:
        out.write('{"organisation": "kommu')
    folder.append(second := Checkpoint("kommune:0253", 2, "00", "2026-11-21T00:01:00.000000Z", "k1", "x"))

    assert list(folder.read("kommune:0253")) == [first, second]
    assert folder.last("kommune:0253") == second
    assert folder.last("kommune:02") is None


def test_half_of_the_settings_is_refused(tmp_path: Path) -> None:
    given = Settings(
        database_url="postgresql://x",
        keystore_url="postgresql://x",
        oidc_issuer="x",
        oidc_jwks_url="x",
        http_port=1,
        keyset_file=tmp_path,
        codec_keyset_file=tmp_path,
        idempotency_secret_file=tmp_path,
    )
    assert from_settings(given, CollectorRegistry()) == []
    with pytest.raises(Invalid, match="audit_settings_incomplete"):
        from_settings(given.model_copy(update={"audit_url": given.database_url}), CollectorRegistry())
