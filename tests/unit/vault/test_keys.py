"""Keys of units: made in one call, remembered briefly and for sealing alone, refused when they cannot be trusted."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.vault import DevKeyProvider, KeysetProvider, MemoryKeyStore, Unopenable
from shared.vault.errors import KeysetUnusable
from shared.vault.keys import REMEMBERED_KEYS, REMEMBERED_SECONDS, UnitKeys
from shared.vault.keyset import create_if_missing, load
from shared.vault.keystore import WrappedKey


class CountingStore(MemoryKeyStore):
    """Counts round trips."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    async def add(self, key: WrappedKey) -> bool:
        self.calls += 1
        return await super().add(key)

    async def find(self, units: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        self.calls += 1
        return await super().find(units)


class Ticking:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def keys(store: CountingStore, ticking: Ticking) -> UnitKeys:
    return UnitKeys(store, DevKeyProvider(), monotonic=ticking)


async def test_a_new_unit_is_sealed_for_with_one_round_trip(keys: UnitKeys, store: CountingStore) -> None:
    unit = uuid4()

    await keys.make(unit)
    await keys.for_sealing(unit)
    await keys.for_sealing(unit)

    assert store.calls == 1


async def test_a_remembered_key_is_read_again_after_its_time(
    keys: UnitKeys, store: CountingStore, ticking: Ticking
) -> None:
    unit = uuid4()
    await keys.make(unit)
    first = await keys.for_sealing(unit)

    ticking.now += REMEMBERED_SECONDS

    assert await keys.for_sealing(unit) == first
    assert store.calls == 2


async def test_only_so_many_keys_are_remembered(keys: UnitKeys, store: CountingStore) -> None:
    units = [uuid4() for _ in range(REMEMBERED_KEYS + 1)]
    for unit in units:
        await keys.make(unit)
    before = store.calls

    await keys.for_sealing(units[-1])
    assert store.calls == before
    await keys.for_sealing(units[0])
    assert store.calls == before + 1


async def test_opening_reads_the_store_every_time(keys: UnitKeys, store: CountingStore) -> None:
    unit = uuid4()
    await keys.make(unit)
    del store.rows[unit]

    with pytest.raises(Unopenable):
        await keys.for_opening({unit})


async def test_a_second_making_keeps_the_first_key(store: CountingStore) -> None:
    provider, unit = DevKeyProvider(), uuid4()
    first, second = UnitKeys(store, provider), UnitKeys(store, provider)

    await first.make(unit)
    await second.make(unit)

    assert await first.for_sealing(unit) == await second.for_sealing(unit)


async def test_a_key_swapped_with_that_of_another_unit_does_not_open(keys: UnitKeys, store: CountingStore) -> None:
    mine, other = uuid4(), uuid4()
    await keys.make(mine)
    await keys.make(other)
    store.rows[mine] = store.rows[other]._replace(unit=mine)

    with pytest.raises(Unopenable):
        await keys.for_opening({mine})


async def test_an_epoch_that_is_gone_opens_nothing(keys: UnitKeys, store: CountingStore) -> None:
    unit = uuid4()
    await keys.make(unit)
    store.rows[unit] = store.rows[unit]._replace(epoch="k0")

    with pytest.raises(Unopenable):
        await keys.for_opening({unit})


async def test_a_keyset_file_outlives_the_process(tmp_path: Path, store: CountingStore) -> None:
    file, unit = tmp_path / "keyset.json", uuid4()
    create_if_missing(file)
    await UnitKeys(store, KeysetProvider.from_file(file)).make(unit)

    assert len((await UnitKeys(store, KeysetProvider.from_file(file)).for_opening({unit}))[unit]) == 32


def test_a_new_keyset_is_for_its_owner_alone_and_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "keyset.json"

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: create_if_missing(file).keys["k1"], range(8)))

    assert len(set(made)) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keyset.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666])
def test_a_keyset_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "keyset.json"
    create_if_missing(file)
    file.chmod(mode)

    with pytest.raises(KeysetUnusable, match="others"):
        load(file)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"current": "k1", "keys": {}}',
        '{"current": "k2", "keys": {"k1": "%s"}}' % ("A" * 43 + "="),
        '{"current": "k1", "keys": {"k1": "QUJD"}}',
        '{"current": "k1", "keys": {"k1": "not base64 at all"}}',
        '{"current": "k1", "keys": {"k1": 7}}',
        '{"current": ["k1"], "keys": {"k1": "%s"}}' % ("A" * 43 + "="),
        '{"current": "k 1", "keys": {"k 1": "%s"}}' % ("A" * 43 + "="),
    ],
)
def test_a_malformed_keyset_is_refused_without_showing_it(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keyset.json"
    file.write_text(content)
    file.chmod(0o600)

    with pytest.raises(KeysetUnusable, match="malformed") as error:
        load(file)

    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None


def test_an_absent_keyset_a_link_and_a_folder_are_refused(tmp_path: Path) -> None:
    file, link = tmp_path / "keyset.json", tmp_path / "link.json"
    create_if_missing(file)
    os.symlink(file, link)

    for path in (tmp_path / "absent.json", link, tmp_path):
        with pytest.raises(KeysetUnusable):
            load(path)


def test_a_keyset_shows_no_key(tmp_path: Path) -> None:
    file = tmp_path / "keyset.json"
    keyset = create_if_missing(file)

    assert json.loads(file.read_text())["keys"]["k1"] not in repr(keyset)
    assert "keys" not in repr(keyset)
