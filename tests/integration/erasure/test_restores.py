"""Backups taken before an erasure, restored after it: with the ledger applied, or with the epoch destroyed, nothing opens."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.local.postgres import programs
from shared.erasure.ledger import Ledger
from shared.erasure.model import Kind, LedgerUnapplied
from shared.erasure.start import ErasureGate
from shared.persistence import roles
from shared.vault import LookRefused, PostgresKeyStore, Unopenable, Vault
from tests.integration.erasure.conftest import Keeping
from tests.integration.erasure.test_ledger import written
from tests.integration.vault.world import Cluster, Sealed, open_one

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Dumps:
    """Dumps of both databases, and databases made of them."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder

    def take(self, *databases: str) -> None:
        """Dump each database."""
        for database in databases:
            self._run("pg_dump", "--format=custom", f"--file={self.folder / database}", database)

    async def restore(self, database: str) -> str:
        """Restore the dump into a database of its own; return its name."""
        name = f"{database}_{uuid4().hex[:8]}"
        admin = await self.cluster.connect("postgres", "postgres")
        await admin.execute(f"create database {name} template template0")
        await admin.close()
        self._run("pg_restore", f"--dbname={name}", "--exit-on-error", str(self.folder / database))
        return name

    def _run(self, program: str, *words: str) -> None:
        env = {**os.environ, "PGHOST": str(self.cluster.socket), "PGUSER": "postgres"}
        done = subprocess.run(
            [str(programs() / program), *words],
            env={**env, "PGPASSWORD": self.cluster.passwords["postgres"]},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


@pytest.fixture
def dumps(cluster: Cluster, tmp_path: Path) -> Dumps:
    """Dumps of this cluster."""
    return Dumps(cluster, tmp_path)


@contextmanager
def _engine(cluster: Cluster, database: str) -> Iterator[AsyncEngine]:
    yield create_async_engine(cluster.dsn("intake_api", database), poolclass=NullPool, hide_parameters=True)


async def _rows(cluster: Cluster, database: str, unit: UUID) -> int:
    admin: asyncpg.Connection = await cluster.connect("postgres", database)
    count: int = await admin.fetchval("select count(*) from vault.sealed where unit = $1", unit)
    await admin.close()
    return count


@pytest.mark.parametrize("kind", Kind)
async def test_a_backup_from_before_an_erasure_opens_nothing_once_the_ledger_is_applied(
    keeping: Keeping, intake: AsyncEngine, dumps: Dumps, kind: Kind
) -> None:
    person = uuid4()
    unit, blob = await written(keeping, intake, person)
    _, kept = await written(keeping, intake)
    dumps.take(roles.DATABASE, roles.KEYSTORE_DATABASE)
    await keeping.erase(unit if kind is Kind.UNIT else person, kind)

    cluster = dumps.cluster
    main, keys = [await dumps.restore(name) for name in (roles.DATABASE, roles.KEYSTORE_DATABASE)]
    store = PostgresKeyStore(cluster.dsn("keystore_app", keys))
    restored = Vault(store, keeping.provider)
    ledger = Ledger(
        cluster.dsn("vault_keeper", main), cluster.dsn("keystore_keeper", keys), keeping.provider, keeping.ledger_file
    )
    with _engine(cluster, main) as engine:
        # The restore brought it back; that is why no service may start.
        assert (await open_one(restored, engine, blob)).reveal() == Sealed.text
        with pytest.raises(LedgerUnapplied):
            await ErasureGate(engine, store, keeping.ledger_file).refuse()

        await ledger.apply()

        await ErasureGate(engine, store, keeping.ledger_file).refuse()
        with pytest.raises(LookRefused):
            await open_one(restored, engine, blob)
        assert (await open_one(restored, engine, kept)).reveal() == Sealed.text
        assert await _rows(cluster, main, unit) == 0
        assert {entry.state for entry in await ledger.entries([unit])} == {"requested"}
        await engine.dispose()
    await store.close()


async def test_a_restored_database_alone_opens_nothing_even_before_the_ledger_is_applied(
    keeping: Keeping, intake: AsyncEngine, dumps: Dumps
) -> None:
    unit, blob = await written(keeping, intake)
    dumps.take(roles.DATABASE)
    await keeping.erase(unit)

    main = await dumps.restore(roles.DATABASE)

    with _engine(dumps.cluster, main) as engine:
        assert await _rows(dumps.cluster, main, unit) == 1
        with pytest.raises(Unopenable):
            await open_one(keeping.vault, engine, blob)
        await engine.dispose()


async def test_an_old_copy_of_both_databases_opens_nothing_once_its_epoch_is_destroyed_without_any_ledger(
    keeping: Keeping, intake: AsyncEngine, dumps: Dumps
) -> None:
    unit, blob = await written(keeping, intake, uuid4())
    _, kept = await written(keeping, intake)
    dumps.take(roles.DATABASE, roles.KEYSTORE_DATABASE)
    await keeping.erase(unit)
    await keeping.epochs.rotate(NOW)
    await keeping.epochs.rewrap()
    await keeping.epochs.retire("k1")
    await keeping.ledger.finalise()
    assert [entry.state for entry in await keeping.ledger.entries([unit])] == ["final"]

    main, keys = [await dumps.restore(name) for name in (roles.DATABASE, roles.KEYSTORE_DATABASE)]

    store = PostgresKeyStore(dumps.cluster.dsn("keystore_app", keys))
    with _engine(dumps.cluster, main) as engine:
        for text in (blob, kept):
            with pytest.raises(Unopenable):
                await open_one(Vault(store, keeping.provider), engine, text)
        # What survives is opened by the living key store, which has it under the new epoch.
        assert (await open_one(keeping.vault, engine, kept)).reveal() == Sealed.text
        await engine.dispose()
    await store.close()
