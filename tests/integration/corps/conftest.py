"""One Postgres for the session, one emptied schema a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.corps.corps_people import FAR, HOST, THIRD
from tests.integration.corps.corps_world import CorpsWorld, Database, database, world


@pytest.fixture(scope="session")
def corps_database() -> Iterator[Database]:
    """Postgres with the tables of corps."""
    with database() as found:
        yield found


@pytest.fixture
async def corps(corps_database: Database, tmp_path: Path) -> AsyncIterator[CorpsWorld]:
    """Corps on a Monday in November, with three corps municipalities and no member."""
    async with world(corps_database, tmp_path) as found:
        await found.hosts(HOST, FAR, THIRD)
        yield found
