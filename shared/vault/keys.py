"""Keys of erasable units as the process sees them: made, fetched, unwrapped, and remembered briefly for sealing.

What is remembered serves sealing alone. Opening reads the key store every time: from the moment its row is gone, a
destroyed key opens nothing, in no process.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from uuid import UUID

from shared.vault import sealing
from shared.vault.errors import Unopenable
from shared.vault.keystore import KeyStore, WrappedKey
from shared.vault.provider import KeyProvider

REMEMBERED_SECONDS = 30.0
REMEMBERED_KEYS = 2_048


class UnitKeys:
    """Makes and finds the keys of units."""

    def __init__(
        self, store: KeyStore, provider: KeyProvider, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._provider = provider
        self._monotonic = monotonic
        self._remembered: OrderedDict[UUID, tuple[float, bytes]] = OrderedDict()

    async def make(self, unit: UUID) -> None:
        """Give the unit a key, in one round trip. A unit that has one keeps it, so that a retry is harmless."""
        key = sealing.new_key()
        epoch, wrapped = await self._provider.wrap(unit, key)
        if await self._store.add(WrappedKey(unit, epoch, wrapped)):
            self._remember(unit, key)

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
        return {unit: await self._provider.unwrap(unit, row.epoch, row.wrapped) for unit, row in held.items()}

    async def destroy(self, unit: UUID) -> bool:
        """Destroy the unit's key for good; return whether there was one."""
        self._remembered.pop(unit, None)
        return await self._store.destroy(unit)

    def _remember(self, unit: UUID, key: bytes) -> None:
        self._remembered[unit] = (self._monotonic() + REMEMBERED_SECONDS, key)
        self._remembered.move_to_end(unit)
        while len(self._remembered) > REMEMBERED_KEYS:
            self._remembered.popitem(last=False)
