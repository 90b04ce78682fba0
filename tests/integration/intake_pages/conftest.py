"""One Postgres for the pages of intake."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.intake_pages import pages_world
from tests.integration.spine import spine_world


@pytest.fixture(scope="session")
def pages_cluster() -> Iterator[spine_world.Cluster]:
    """Postgres with every role and the tables of intake."""
    with spine_world.cluster() as found:
        yield found


@pytest.fixture
async def site(pages_cluster: spine_world.Cluster, tmp_path: Path) -> AsyncIterator[pages_world.Site]:
    """The pages of intake."""
    async with pages_world.site(pages_cluster, tmp_path) as found:
        yield found
