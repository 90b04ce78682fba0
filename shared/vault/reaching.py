"""A transaction of the vault's own, apart from the caller's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.errors import Transient


@asynccontextmanager
async def reaching(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction. Raises `Transient` (`database_unavailable`) when Postgres cannot be reached, or goes away."""
    try:
        async with engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, OSError, TimeoutError) as error:
        raise Transient("database_unavailable", "the database did not answer", remedy="Try again.") from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise Transient("database_unavailable", "the database went away", remedy="Try again.") from error
