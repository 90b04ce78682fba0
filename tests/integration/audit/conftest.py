"""The vault's Postgres, and one organisation for each test: chains are per organisation, so that tests do not meet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.vault import Vault
from tests.integration.audit.audit_world import World
from tests.integration.vault.conftest import cluster, intake, keystore, vault
from tests.integration.vault.world import Cluster

__all__ = ["cluster", "intake", "keystore", "vault"]


@pytest.fixture
async def sealer(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the sealer's role."""
    connection = await cluster.connect("audit_sealer")
    yield connection
    await connection.close()


@pytest.fixture
async def admin(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the superuser: the one who tampers."""
    connection = await cluster.connect("postgres")
    yield connection
    await connection.close()


@pytest.fixture
async def world(cluster: Cluster, intake: AsyncEngine, vault: Vault, tmp_path: Path) -> World:
    """An organisation with one text that its adviser may open."""
    return await World.made(cluster, intake, vault, tmp_path)
