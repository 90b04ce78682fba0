"""Ways to Postgres: statements in a transaction, and connections of our own for locks that last and for listening."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import sqlalchemy as sa

from shared.persistence.work import Transaction

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KEEP_ALIVE = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
"""Postgres notices within about 11 s that we have vanished, and gives our lock to somebody else."""


@contextlib.asynccontextmanager
async def connected(dsn: str, name: str) -> AsyncIterator[Connection]:
    """Open a connection; `dsn` is asyncpg's or SQLAlchemy's form, `name` is what Postgres shows."""
    connection: Connection = await asyncpg.connect(
        dsn.replace("postgresql+asyncpg://", "postgresql://", 1),
        timeout=10,
        command_timeout=30,
        server_settings={"application_name": name, **KEEP_ALIVE},
    )
    try:
        yield connection
    finally:
        try:
            await connection.close(timeout=2)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError):
            connection.terminate()


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than until `stop` is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def run(tx: Transaction, statement: sa.Executable, values: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
    """Run a statement on the spine's tables, which are Core tables, in the transaction."""
    connection = await tx.session.connection()
    return await connection.execute(statement, values)
