"""The key store: wrapped keys of erasable units, in a database apart from what they open, with a backup of its own.

Each call is one statement in its own transaction, one round trip. Deleting a row is what erases a unit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

import asyncpg
import structlog

from shared.vault.errors import KeyStoreUnavailable

_log = structlog.get_logger(__name__)

COMMAND_TIMEOUT_SECONDS = 5.0


class WrappedKey(NamedTuple):
    """A unit's key as the store holds it: sealed under the key-encryption key of `epoch`."""

    unit: UUID
    epoch: str
    wrapped: bytes


class KeyStore(Protocol):
    """Where wrapped keys live."""

    async def add(self, key: WrappedKey) -> bool:
        """Keep the key; return False, changing nothing, when the unit has one already."""

    async def find(self, units: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        """Return the keys that are there; an erased unit is not in the answer."""

    async def destroy(self, unit: UUID) -> bool:
        """Delete the key; return whether there was one."""


class PostgresKeyStore:
    """The real store, over its own small pool to the database `tovholder_keys`."""

    def __init__(self, url: str, *, pool_size: int = 4) -> None:
        self._url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._pool_size = pool_size
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def add(self, key: WrappedKey) -> bool:
        """Keep the key; return False when the unit has one already."""
        rows = await self._fetch(_ADD, key.unit, key.epoch, key.wrapped)
        return bool(rows)

    async def find(self, units: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        """Return the keys that are there."""
        rows = await self._fetch(_FIND, list(units))
        return {row["unit"]: WrappedKey(row["unit"], row["epoch"], row["wrapped"]) for row in rows}

    async def destroy(self, unit: UUID) -> bool:
        """Delete the key; the row itself leaves the heap with VACUUM and the backups with their age."""
        return bool(await self._fetch(_DESTROY, unit))

    async def ready(self) -> bool:
        """Say whether the store answers; for `/readyz`."""
        try:
            await self._fetch("select 1")
        except KeyStoreUnavailable:
            return False
        return True

    async def close(self) -> None:
        """Close the pool; a later call opens it again."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    async def _fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        try:
            pool = self._pool or await self._open()
            rows: list[asyncpg.Record] = await pool.fetch(statement, *values)
            return rows
        except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
            _log.warning("key_store_unavailable", error=type(error).__name__)
        except asyncpg.PostgresError as error:
            # Without its cause: the detail of a constraint error quotes the row.
            _log.error("key_store_failed", sqlstate=error.sqlstate)
        raise KeyStoreUnavailable

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=self._pool_size,
                    command_timeout=COMMAND_TIMEOUT_SECONDS,
                    timeout=COMMAND_TIMEOUT_SECONDS,
                    reset=_leave_as_it_is,
                    server_settings={"application_name": "tovholder-keystore"},
                )
            return self._pool


async def _leave_as_it_is(connection: object) -> None:
    """Skip asyncpg's reset, a second round trip: single autocommitted statements leave no session state behind."""


_ADD = """
insert into keystore.unit_keys (unit, epoch, wrapped) values ($1, $2, $3)
on conflict (unit) do nothing returning unit
"""
_FIND = "select unit, epoch, wrapped from keystore.unit_keys where unit = any($1::uuid[])"
_DESTROY = "delete from keystore.unit_keys where unit = $1 returning unit"


class MemoryKeyStore:
    """Keys that live as long as the process. For tests; it says so in the log."""

    def __init__(self) -> None:
        self.rows: dict[UUID, WrappedKey] = {}
        _log.warning("vault_key_store_forgets_at_exit", store=type(self).__name__)

    async def add(self, key: WrappedKey) -> bool:
        """Keep the key; return False when the unit has one already."""
        return self.rows.setdefault(key.unit, key) is key

    async def find(self, units: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        """Return the keys that are there."""
        return {unit: self.rows[unit] for unit in units if unit in self.rows}

    async def destroy(self, unit: UUID) -> bool:
        """Forget the key."""
        return self.rows.pop(unit, None) is not None
