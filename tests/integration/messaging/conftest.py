"""Real Postgres and Kafka, and one service schema `fjord` with nothing but the spine."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.backends import Backends, start_backends
from shared.clock import WallClock
from shared.messaging.topics import ensure_topics
from shared.persistence.spine import Spine, spine_tables
from shared.persistence.work import UnitOfWork, build_engine
from tests.integration.messaging.world import SCHEMA, World

TRIGGER = f"""
create function {SCHEMA}.wake_relay() returns trigger language plpgsql as
$$ begin perform pg_notify('{SCHEMA}_outbox', ''); return null; end $$;
create trigger wake after insert on {SCHEMA}.outbox for each statement execute function {SCHEMA}.wake_relay();
"""


@pytest.fixture(scope="session")
def servers() -> Iterator[Backends]:
    """Postgres and Kafka for the session."""
    with tempfile.TemporaryDirectory(prefix="tovholder-messaging-") as folder:
        found = start_backends(Path(folder), extras=False)
        try:
            yield found
        finally:
            found.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def world(servers: Backends) -> AsyncIterator[World]:
    """A fresh database with the spine, and a fresh topic."""
    database = f"messaging_{uuid4().hex[:8]}"
    await _run(servers.pg_admin_dsn, f'create database "{database}"')
    dsn = servers.pg_admin_dsn.rsplit("/", 1)[0] + f"/{database}"
    spine = await _make_spine(dsn)
    topic = f"fjord.boat.{uuid4().hex[:8]}"
    await ensure_topics(servers.bootstrap, [topic], partitions=3, replication=1)
    engine = build_engine(dsn.replace("postgresql://", "postgresql+asyncpg://"), name="test", pool_size=8)
    yield World(dsn, servers.bootstrap, topic, spine, UnitOfWork(engine, WallClock()))
    await engine.dispose()


async def _make_spine(dsn: str) -> Spine:
    metadata = MetaData(schema=SCHEMA)
    spine = spine_tables(metadata)
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"create schema {SCHEMA}")
        await connection.run_sync(metadata.create_all)
        await connection.exec_driver_sql(f"create table {SCHEMA}.facts_all partition of {SCHEMA}.facts default")
        await connection.exec_driver_sql(f"create table {SCHEMA}.effects (id bigserial, boat uuid, text text)")
    await engine.dispose()
    await _run(dsn, TRIGGER)
    return spine


async def _run(dsn: str, sql: str) -> None:
    for attempt in range(20):
        try:
            connection = await asyncpg.connect(dsn)
            break
        except (OSError, asyncpg.PostgresError):
            if attempt == 19:
                raise
            await asyncio.sleep(0.1)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
