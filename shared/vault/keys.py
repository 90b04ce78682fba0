"""Keys of erasable units and of persons as the process sees them: made, fetched, unwrapped, and remembered for sealing.

What is remembered serves sealing alone. Opening reads the key store every time: from the moment its row is gone, a
destroyed key opens nothing, in no process.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from uuid import UUID

from shared.vault import sealing
from shared.vault.errors import KeyStoreUnavailable, Unopenable
from shared.vault.keystore import KeyStore, PersonKey, WrappedKey
from shared.vault.provider import KeyProvider
from shared.vault.sealing import Holder

REMEMBERED_SECONDS = 30.0
REMEMBERED_KEYS = 2_048
REBIND_TRIES = 3


class UnitKeys:
    """Makes and finds the keys of units."""

    def __init__(
        self, store: KeyStore, provider: KeyProvider, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._provider = provider
        self._monotonic = monotonic
        self._remembered: OrderedDict[UUID, tuple[float, bytes]] = OrderedDict()

    async def make(self, unit: UUID, person: UUID | None = None) -> None:
        """Give the unit a key, in one round trip (two under a person's key). A unit that has one keeps it.

        Raises `UnitErased` when the unit or the person was erased, `EpochClosed` when this process' keyset is too old.
        """
        key = sealing.new_key()
        row = await self._wrapped(unit, person, key)
        if await self._store.add(row):
            self._remember(unit, key)

    async def rebind(self, unit: UUID, person: UUID | None) -> None:
        """Put the unit's key under the person's, or nobody's, whosever it was; what was sealed stays readable, by the same key.

        From then on the former person's erasure leaves the unit alone. Doing it again changes nothing. Raises `Unopenable`
        when there is no key or it does not open, and what `make` raises.
        """
        for _ in range(REBIND_TRIES):
            found = (await self._store.find([unit])).get(unit)
            if found is None:
                raise Unopenable
            if found.person == person:
                return
            key = await self._open(found)
            if await self._store.rebind(await self._wrapped(unit, person, key), found.wrapped):
                return
        # Re-wrapped under us each time: a matter of milliseconds.
        raise KeyStoreUnavailable

    async def for_sealing(self, unit: UUID) -> bytes:
        """Return the unit's key, remembered or fetched; raise `Unopenable` when it has none."""
        found = self._remembered.get(unit)
        if found is not None and found[0] > self._monotonic():
            self._remembered.move_to_end(unit)
            return found[1]
        key = (await self.for_opening({unit}))[unit]
        self._remember(unit, key)
        return key

    async def for_opening(self, units: Collection[UUID]) -> dict[UUID, bytes]:
        """Return the keys as the key store has them now; raise `Unopenable` unless every one is there."""
        held = await self._store.find(list(units))
        if len(held) != len(set(units)):
            raise Unopenable
        return {unit: await self._open(row) for unit, row in held.items()}

    async def _wrapped(self, unit: UUID, person: UUID | None, key: bytes) -> WrappedKey:
        if person is not None:
            key = sealing.wrap_for(await self._key_of(person), key, unit, person)
        epoch, wrapped = await self._provider.wrap(Holder(unit, person), key)
        return WrappedKey(unit, epoch, wrapped, person)

    async def _key_of(self, person: UUID) -> bytes:
        """Return the person's key, made where there is none."""
        holder = Holder(None, person)
        epoch, wrapped = await self._provider.wrap(holder, sealing.new_key())
        held = await self._store.person(person, PersonKey(person, epoch, wrapped))
        return await self._provider.unwrap(holder, held.epoch, held.wrapped)

    async def _open(self, row: WrappedKey) -> bytes:
        key = await self._provider.unwrap(Holder(row.unit, row.person), row.epoch, row.wrapped)
        if row.person is None:
            return key
        held = row.person_key
        if held is None:
            raise Unopenable
        person_key = await self._provider.unwrap(Holder(None, row.person), held.epoch, held.wrapped)
        return sealing.unwrap_for(person_key, key, row.unit, row.person)

    def _remember(self, unit: UUID, key: bytes) -> None:
        self._remembered[unit] = (self._monotonic() + REMEMBERED_SECONDS, key)
        self._remembered.move_to_end(unit)
        while len(self._remembered) > REMEMBERED_KEYS:
            self._remembered.popitem(last=False)
