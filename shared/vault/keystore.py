"""The key store: wrapped keys of erasable units, in a database apart from what they open, with a backup of its own.

Each call is one statement in its own transaction, one round trip. Deleting a row is what erases a unit: the keeper alone does,
with an entry in the ledger (`shared.erasure`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol
from uuid import UUID

import asyncpg
import structlog

from shared.vault.errors import EpochClosed, KeyStoreUnavailable, UnitErased, VaultError

_log = structlog.get_logger(__name__)

COMMAND_TIMEOUT_SECONDS = 5.0


class PersonKey(NamedTuple):
    """A person's key as the store holds it."""

    person: UUID
    epoch: str
    wrapped: bytes


class WrappedKey(NamedTuple):
    """A unit's key as the store holds it: sealed under the key-encryption key of `epoch`.

    With a `person`, what is inside is itself sealed under the person's key; `person_key` is that key as the store has it
    now, None when the person was erased.
    """

    unit: UUID
    epoch: str
    wrapped: bytes
    person: UUID | None = None
    person_key: PersonKey | None = None


class KeyStore(Protocol):
    """Where wrapped keys live. Adding and re-binding raise `EpochClosed` and `UnitErased`; all raise `KeyStoreUnavailable`."""

    async def add(self, key: WrappedKey) -> bool:
        """Keep the key; return False, changing nothing, when the unit has one already."""

    async def find(self, units: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        """Return the keys that are there, with those of their persons; an erased unit is not in the answer."""

    async def person(self, person: UUID, fresh: PersonKey) -> PersonKey:
        """Return the person's key, `fresh` where there was none."""

    async def rebind(self, key: WrappedKey, seen: bytes) -> bool:
        """Replace the key by one under another person's or nobody's, if it is still the one that was seen; return whether it was."""


class PostgresKeyStore:
    """The real store, over its own small pool to the database `tovholder_keys`."""

    def __init__(self, url: str, *, pool_size: int = 4) -> None:
        self._url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._pool_size = pool_size
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def add(self, key: WrappedKey) -> bool:
        """Keep the key; return False when the unit has one already."""
        rows = await self._fetch(_ADD, key.unit, key.epoch, key.wrapped, key.person)
        return bool(rows)

    async def find(self, units: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        """Return the keys that are there."""
        rows = await self._fetch(_FIND, list(units))
        return {row["unit"]: _wrapped(row) for row in rows}

    async def person(self, person: UUID, fresh: PersonKey) -> PersonKey:
        """Return the person's key, `fresh` where there was none; of two that come at once, both get the first."""
        rows = await self._fetch(_PERSON, person, fresh.epoch, fresh.wrapped)
        # Another's row that was committed while our insert waited for it is seen by a statement of its own only.
        rows = rows or await self._fetch(_PERSON, person, fresh.epoch, fresh.wrapped)
        if not rows:
            raise KeyStoreUnavailable
        return PersonKey(rows[0]["person"], rows[0]["epoch"], rows[0]["wrapped"])

    async def rebind(self, key: WrappedKey, seen: bytes) -> bool:
        """Replace the key, if it is still the one that was seen."""
        [row] = await self._fetch(
            "select keystore.rebind($1, $2, $3, $4, $5)", key.unit, key.person, key.epoch, key.wrapped, seen
        )
        return bool(row[0])

    async def holding(self, refs: Sequence[UUID]) -> list[UUID]:
        """Return those of these units and persons that have a key here, or a key under theirs."""
        return [row[0] for row in await self._fetch("select keystore.holding($1::uuid[])", list(refs))]

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
            if error.sqlstate in _REFUSALS:
                refusal = _REFUSALS[error.sqlstate]()
                raise refusal from None
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


_REFUSALS: Final[Mapping[str, Callable[[], VaultError]]] = {"TK001": EpochClosed, "TK002": UnitErased}
_ADD = """
insert into keystore.unit_keys (unit, epoch, wrapped, person) values ($1, $2, $3, $4)
on conflict (unit) do nothing returning unit
"""
_FIND = """
select u.unit, u.epoch, u.wrapped, u.person, p.epoch as person_epoch, p.wrapped as person_wrapped
  from keystore.unit_keys u left join keystore.person_keys p on p.person = u.person
 where u.unit = any($1::uuid[])
"""
_PERSON = """
with there as (
  select person, epoch, wrapped from keystore.person_keys where person = $1
), made as (
  insert into keystore.person_keys (person, epoch, wrapped) select $1, $2, $3 where not exists (select from there)
  on conflict (person) do nothing returning person, epoch, wrapped
)
select * from there union all select * from made
"""


def _wrapped(row: asyncpg.Record) -> WrappedKey:
    held = row["person_wrapped"] is not None
    person = PersonKey(row["person"], row["person_epoch"], row["person_wrapped"]) if held else None
    return WrappedKey(row["unit"], row["epoch"], row["wrapped"], row["person"], person)


class MemoryKeyStore:
    """Keys that live as long as the process. For tests; it says so in the log."""

    def __init__(self) -> None:
        self.rows: dict[UUID, WrappedKey] = {}
        self.persons: dict[UUID, PersonKey] = {}
        _log.warning("vault_key_store_forgets_at_exit", store=type(self).__name__)

    async def add(self, key: WrappedKey) -> bool:
        """Keep the key; return False when the unit has one already."""
        return self.rows.setdefault(key.unit, key) is key

    async def find(self, units: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        """Return the keys that are there."""
        found = {unit: self.rows[unit] for unit in units if unit in self.rows}
        return {
            unit: row._replace(person_key=self.persons.get(row.person) if row.person else None)
            for unit, row in found.items()
        }

    async def person(self, person: UUID, fresh: PersonKey) -> PersonKey:
        """Return the person's key."""
        return self.persons.setdefault(person, fresh)

    async def rebind(self, key: WrappedKey, seen: bytes) -> bool:
        """Replace the key, if it is still the one that was seen."""
        found = self.rows.get(key.unit)
        if found is None or found.wrapped != seen:
            return False
        self.rows[key.unit] = key
        return True
