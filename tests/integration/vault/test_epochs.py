"""Epochs of the key-encryption key: keys move in batches that survive a kill, and an older copy opens nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.errors import Invalid
from shared.persistence import roles
from shared.vault import KeysetProvider, PostgresKeyStore, Unopenable, Vault
from shared.vault.epochs import Epochs, Rewrapped
from shared.vault.errors import EpochClosed, EpochInUse, KeysetUnusable
from shared.vault.keyset import create_if_missing, load
from shared.vault.keystore import WrappedKey
from shared.vault.sealing import Holder
from tests.integration.vault.test_person_keys import put_one
from tests.integration.vault.world import Cluster, Sealed, open_one

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A keyset file of its own."""
    create_if_missing(tmp_path / "keyset.json")
    return tmp_path / "keyset.json"


@pytest.fixture
async def emptied(cluster: Cluster) -> None:
    """A key store without the keys and epochs of other tests, whose keysets are gone."""
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    await keys.execute("truncate keystore.unit_keys, keystore.person_keys, keystore.epochs")
    await keys.close()


@pytest.fixture
def epochs(cluster: Cluster, file: Path, emptied: None) -> Epochs:
    """The keeper."""
    return Epochs(cluster.dsn("keystore_keeper", roles.KEYSTORE_DATABASE), file)


@pytest.fixture
def living(keystore: PostgresKeyStore, file: Path) -> Vault:
    """A vault of a process that started before anything was rotated."""
    return Vault(keystore, KeysetProvider.from_file(file))


async def test_keys_move_to_a_new_epoch_while_a_running_process_goes_on(
    living: Vault, epochs: Epochs, intake: AsyncEngine, file: Path
) -> None:
    units = [uuid4() for _ in range(3)]
    await living.new_unit(units[0])
    await living.new_unit(units[1], uuid4())
    blobs = [await put_one(living, intake, unit) for unit in units[:2]]

    assert await epochs.rotate(NOW) == "e2026-11"
    assert await epochs.rotate(NOW) == "e2026-11-2"
    await living.new_unit(units[2])
    assert await epochs.rewrap(batch=1) == Rewrapped(moved=3, unopenable=0)
    await epochs.retire("k1")
    await epochs.retire("e2026-11")

    blobs.append(await put_one(living, intake, units[2]))
    assert [(await open_one(living, intake, blob)).reveal() for blob in blobs] == [Sealed.text] * 3
    assert set(load(file).keys) == {"e2026-11-2"}
    status = {each.epoch: each for each in await epochs.status()}
    assert (status["e2026-11-2"].units, status["e2026-11-2"].persons, status["e2026-11-2"].current) == (3, 1, True)
    assert status["k1"].destroyed_at is not None
    assert not status["k1"].held


async def test_an_epoch_that_keys_depend_on_stays_and_takes_no_more(
    living: Vault, epochs: Epochs, keystore: PostgresKeyStore, file: Path
) -> None:
    await living.new_unit(uuid4())
    late, unit = KeysetProvider(load(file)), uuid4()
    await epochs.rotate(NOW)

    with pytest.raises(EpochInUse) as refused:
        await epochs.retire("k1")

    assert refused.value.count == 1
    assert "k1" in load(file).keys
    epoch, wrapped = await late.wrap(Holder(unit), b"x" * 32)
    with pytest.raises(EpochClosed):
        await keystore.add(WrappedKey(unit, epoch, wrapped))


async def test_the_current_epoch_and_an_unknown_one_are_not_retired(epochs: Epochs, file: Path) -> None:
    for epoch in ("k1", "k7"):
        with pytest.raises(Invalid):
            await epochs.retire(epoch)

    assert set(load(file).keys) == {"k1"}


async def test_retiring_again_after_a_stop_between_file_and_store_ends_it(
    epochs: Epochs, cluster: Cluster, file: Path
) -> None:
    await epochs.rotate(NOW)
    await epochs.retire("k1")
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    await keys.execute("update keystore.epochs set destroyed_at = null")
    await keys.close()

    await epochs.retire("k1")

    assert {each.epoch for each in await epochs.status() if each.destroyed_at} == {"k1"}


async def test_a_key_that_nobody_can_move_is_counted_and_left(
    living: Vault, epochs: Epochs, keystore: PostgresKeyStore
) -> None:
    await living.new_unit(uuid4())
    await keystore.add(WrappedKey(uuid4(), "k1", b"\x01" * 61))
    await epochs.rotate(NOW)

    assert await epochs.rewrap(batch=1) == Rewrapped(moved=1, unopenable=1)
    with pytest.raises(EpochInUse):
        await epochs.retire("k1")


async def test_a_unit_erased_while_keys_move_does_not_come_back(
    living: Vault, epochs: Epochs, keystore: PostgresKeyStore, cluster: Cluster, file: Path
) -> None:
    unit = uuid4()
    await living.new_unit(unit)

    class ErasesMeanwhile(KeysetProvider):
        async def rewrap(self, holder: Holder, epoch: str, wrapped: bytes) -> tuple[str, bytes]:
            await cluster.destroy("unit", unit)
            return await super().rewrap(holder, epoch, wrapped)

    await epochs.rotate(NOW)
    slow = Epochs(cluster.dsn("keystore_keeper", roles.KEYSTORE_DATABASE), file, ErasesMeanwhile.from_file(file))
    await slow.rewrap()

    assert await keystore.find([unit]) == {}


STOPPED = """
import asyncio, sys
from pathlib import Path
from shared.vault.epochs import Epochs
from shared.vault.provider import KeysetProvider

class Slow(KeysetProvider):
    async def rewrap(self, *what):
        await asyncio.sleep(0.03)
        return await super().rewrap(*what)

file = Path(sys.argv[1])
asyncio.run(Epochs(sys.argv[2], file, Slow.from_file(file)).rewrap(batch=2))
"""


async def test_rewrapping_that_was_killed_goes_on_where_it_was(
    living: Vault, epochs: Epochs, cluster: Cluster, file: Path, intake: AsyncEngine
) -> None:
    units = [uuid4() for _ in range(30)]
    for unit in units:
        await living.new_unit(unit, uuid4() if unit.int % 2 else None)
    blob = await put_one(living, intake, units[0])
    await epochs.rotate(NOW)
    dsn = cluster.dsn("keystore_keeper", roles.KEYSTORE_DATABASE)
    process = subprocess.Popen([sys.executable, "-c", STOPPED, str(file), dsn], cwd=Path(__file__).parents[3])
    deadline = time.monotonic() + 30
    while await _moved(epochs) < 4 and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    between = await _moved(epochs)

    total = sum(each.units + each.persons for each in await epochs.status())
    rest = await epochs.rewrap()

    assert 4 <= between < total
    assert rest == Rewrapped(moved=total - between, unopenable=0)
    await epochs.retire("k1")
    assert (await open_one(living, intake, blob)).reveal() == Sealed.text


async def _moved(epochs: Epochs) -> int:
    return sum(each.units + each.persons for each in await epochs.status() if each.current)


async def test_an_older_copy_of_the_key_store_opens_nothing_once_its_epoch_is_destroyed(
    living: Vault, epochs: Epochs, intake: AsyncEngine, cluster: Cluster
) -> None:
    person, erased, kept = uuid4(), uuid4(), uuid4()
    for unit in (erased, kept):
        await living.new_unit(unit, person)
    blobs = [await put_one(living, intake, unit) for unit in (erased, kept)]
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    copy = await keys.fetch("select unit, epoch, wrapped, person from keystore.unit_keys")

    await cluster.destroy("unit", erased)
    await epochs.rotate(NOW)
    await epochs.rewrap()
    await epochs.retire("k1")
    await _put_back(keys, copy, erased)
    await keys.close()

    # The person's key lives on, in the new epoch: the old row of the erased unit still needs the epoch that is gone.
    with pytest.raises(Unopenable):
        await open_one(living, intake, blobs[0])
    assert (await open_one(living, intake, blobs[1])).reveal() == Sealed.text


async def _put_back(keys: asyncpg.Connection, copy: list[asyncpg.Record], unit: UUID) -> None:
    await keys.execute("alter table keystore.unit_keys disable trigger guard")
    [row] = [row for row in copy if row["unit"] == unit]
    await keys.execute("insert into keystore.unit_keys (unit, epoch, wrapped, person) values ($1, $2, $3, $4)", *row)
    await keys.execute("alter table keystore.unit_keys enable trigger guard")


async def test_a_process_refuses_a_keyset_that_became_readable_by_others(
    living: Vault, file: Path, emptied: None
) -> None:
    await living.new_unit(uuid4())
    file.chmod(0o644)

    with pytest.raises(KeysetUnusable):
        await living.new_unit(uuid4())
