"""Monthly epochs of the key-encryption key: a new one becomes current, keys move to it, an old one is destroyed.

    rotate   a fresh key in the keyset file; new keys are wrapped under it from now on, in every process
    rewrap   surviving keys move to the current epoch, in batches; each row says where it is, so a stop loses nothing
    retire   the epoch takes no keys any more; when none depends on it, its key leaves the file and nothing brings it back

An older copy of the key store needs the keys of its epochs. Once they are retired it opens nothing, whoever holds it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import structlog

from shared.errors import Invalid
from shared.vault import keyset
from shared.vault.errors import EpochInUse, KeyStoreUnavailable, Unopenable
from shared.vault.provider import KeyProvider, KeysetProvider
from shared.vault.sealing import Holder

_log = structlog.get_logger(__name__)

EPOCH_AGE: Final = timedelta(days=31)
"""After so long the current epoch is due to be followed by another; backups of the key store live at most 30 days."""
BATCH: Final = 500
NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class EpochStatus:
    """One epoch: whether it is current, whether its key is there, how many keys depend on it, and since when."""

    epoch: str
    current: bool
    held: bool
    """Whether the keyset still holds its key-encryption key."""
    units: int
    persons: int
    opened_at: datetime | None
    """None for the first epoch of an installation until it is rotated."""
    closed_at: datetime | None
    destroyed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What a run of re-wrapping did: keys moved, and keys that do not open and were left where they are."""

    moved: int
    unopenable: int
    named: tuple[Holder, ...] = field(default=(), compare=False)
    """The first of those that do not open, up to `NAMED`: each keeps its epoch from being retired until a person has it erased."""


class Epochs:
    """The keeper of the epochs, over a connection of `keystore_keeper` and the keyset file."""

    def __init__(self, url: str, file: Path, provider: KeyProvider | None = None) -> None:
        self._url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._file = file
        self._provider = provider or KeysetProvider.from_file(file)

    async def status(self) -> list[EpochStatus]:
        """Return every epoch that is held, depended on, or was ever destroyed, oldest first."""
        held, current = self._provider.epochs, self._provider.epoch
        async with self._connected() as keeper:
            rows = await keeper.fetch(_STATUS, sorted(held))
        return [EpochStatus(current=row["epoch"] == current, held=row["epoch"] in held, **row) for row in rows]

    async def rotate(self, now: datetime) -> str:
        """Make a fresh epoch and make it current; return its name, which no epoch had before.

        The name is known to the key store first: a stop in between leaves a name that is never used.
        """
        async with self._connected() as keeper:
            with keyset.changing(self._file):
                keys = keyset.load(self._file)
                for epoch in sorted(keys.keys):
                    await keeper.execute(_KNOWN, epoch)
                epoch = await self._new_name(keeper, f"e{now:%Y-%m}")
                keyset.replace(self._file, keys.with_current(epoch))
        _log.info("epoch_opened", epoch=epoch)
        return epoch

    async def rewrap(self, batch: int = BATCH) -> Rewrapped:
        """Move every key that is under another epoch to the current one. May be stopped anywhere and run again.

        A key whose epoch is gone, or that was altered, is counted, named and left: nobody can move it.
        """
        moved, left = 0, list[Holder]()
        async with self._connected() as keeper:
            for table, key in (("person_keys", "person"), ("unit_keys", "unit")):
                after = UUID(int=0)
                while rows := await keeper.fetch(
                    _BATCH.format(table=table, key=key), self._provider.epoch, after, batch
                ):
                    after = rows[-1]["id"]
                    stayed = await self._move(keeper, table, key, rows)
                    moved += len(rows) - len(stayed)
                    left += stayed
        _log.info("keys_rewrapped", epoch=self._provider.epoch, moved=moved, unopenable=len(left))
        return Rewrapped(moved, len(left), tuple(left[:NAMED]))

    async def retire(self, epoch: str) -> None:
        """Destroy the key of an epoch for good; nothing may depend on it.

        Raises `EpochInUse` with the number of keys that still do (the epoch takes no new ones from then on), `Invalid`
        for the current epoch and for one that was never there. May be run again after a stop.
        """
        async with self._connected() as keeper:
            with keyset.changing(self._file):
                keys = keyset.load(self._file)
                await self._refuse_unknown(keeper, epoch, keys)
                await keeper.execute("select keystore.close_epoch($1)", epoch)
                count = await keeper.fetchval(_DEPENDING, epoch)
                if count:
                    raise EpochInUse(epoch, count)
                if epoch in keys.keys:
                    keyset.replace(self._file, keys.without(epoch))
            await keeper.execute("update keystore.epochs set destroyed_at = now() where epoch = $1", epoch)
        _log.info("epoch_destroyed", epoch=epoch)

    async def _refuse_unknown(self, keeper: asyncpg.Connection, epoch: str, keys: keyset.Keyset) -> None:
        if epoch == keys.current:
            raise Invalid(
                "epoch_is_current",
                "New keys are wrapped under this epoch.",
                remedy="Run `tovholder keys rotate` first.",
            )
        known = await keeper.fetchval("select true from keystore.epochs where epoch = $1", epoch)
        if epoch not in keys.keys and not known:
            raise Invalid("epoch_unknown", "There is no such epoch.", remedy="See `tovholder keys status`.")

    async def _new_name(self, keeper: asyncpg.Connection, month: str) -> str:
        for number in range(1, 1000):
            name = month if number == 1 else f"{month}-{number}"
            if await keeper.fetchval(_FRESH, name):
                return name
        raise Invalid("epoch_too_many", "There are 999 epochs of this month already.")

    async def _move(
        self, keeper: asyncpg.Connection, table: str, key: str, rows: Sequence[asyncpg.Record]
    ) -> list[Holder]:
        """Re-wrap one batch and commit it; return whose key does not open.

        A row that was erased or changed in between is left to what changed it.
        """
        made: list[tuple[str, bytes, UUID, bytes]] = []
        stayed: list[Holder] = []
        for row in rows:
            holder = Holder(None, row["id"]) if key == "person" else Holder(row["id"], row["person"])
            try:
                epoch, wrapped = await self._provider.rewrap(holder, row["epoch"], row["wrapped"])
            except Unopenable:
                stayed.append(holder)
                continue
            made.append((epoch, wrapped, row["id"], row["wrapped"]))
        async with keeper.transaction():
            await keeper.executemany(_MOVE.format(table=table, key=key), made)
        return stayed

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            keeper = await asyncpg.connect(self._url, server_settings={"application_name": "tovholder-epochs"})
        except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as error:
            _log.warning("key_store_unavailable", error=type(error).__name__)
            raise KeyStoreUnavailable from None
        try:
            yield keeper
        finally:
            await keeper.close()


_KNOWN = "insert into keystore.epochs (epoch) values ($1) on conflict do nothing"
_FRESH = "insert into keystore.epochs (epoch) values ($1) on conflict do nothing returning true"
_BATCH = """
select {key} as id, person, epoch, wrapped from keystore.{table}
 where epoch <> $1 and {key} > $2 order by {key} limit $3
"""
_MOVE = "update keystore.{table} set epoch = $1, wrapped = $2 where {key} = $3 and wrapped = $4"
_DEPENDING = """
select (select count(*) from keystore.unit_keys where epoch = $1)
     + (select count(*) from keystore.person_keys where epoch = $1)
"""
_STATUS = """
with used as (
  select epoch, count(*) as units, 0 as persons from keystore.unit_keys group by epoch
  union all select epoch, 0, count(*) from keystore.person_keys group by epoch
), named as (
  select epoch from used union select epoch from keystore.epochs union select unnest($1::text[])
)
select n.epoch, coalesce(sum(u.units), 0)::bigint as units, coalesce(sum(u.persons), 0)::bigint as persons,
       e.opened_at, e.closed_at, e.destroyed_at
  from named n left join used u on u.epoch = n.epoch left join keystore.epochs e on e.epoch = n.epoch
 group by n.epoch, e.opened_at, e.closed_at, e.destroyed_at
 order by e.opened_at nulls first, n.epoch
"""
