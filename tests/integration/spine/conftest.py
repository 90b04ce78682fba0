"""One Postgres for the session; tests make concerns of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.spine import spine_world


@pytest.fixture(scope="session")
def spine_cluster() -> Iterator[spine_world.Cluster]:
    """Postgres with every role and the tables of intake."""
    with spine_world.cluster() as found:
        yield found


@pytest.fixture
async def intake(spine_cluster: spine_world.Cluster, tmp_path: Path) -> AsyncIterator[spine_world.Intake]:
    """The api of intake."""
    async with spine_world.intake(spine_cluster, tmp_path) as found:
        yield found
