"""Who wraps the units' keys: a local keyset, a KMS by the same interface, or a development provider that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from uuid import UUID

import structlog

from shared.vault import keyset, sealing
from shared.vault.errors import Unopenable

_log = structlog.get_logger(__name__)


class KeyProvider(Protocol):
    """Wraps and unwraps units' keys under key-encryption keys that never leave it. Async, since a KMS is a call."""

    @property
    def epoch(self) -> str:
        """The id of the key-encryption key under which new keys are wrapped."""

    async def wrap(self, unit: UUID, key: bytes) -> tuple[str, bytes]:
        """Return the epoch used and the wrapped key."""

    async def unwrap(self, unit: UUID, epoch: str, wrapped: bytes) -> bytes:
        """Return the unit's key, or raise `Unopenable` (an epoch that is gone, an altered or swapped key)."""


class KeysetProvider:
    """Key-encryption keys held in memory, from a keyset."""

    def __init__(self, keys: keyset.Keyset) -> None:
        self._keys = keys

    @classmethod
    def from_file(cls, path: Path) -> KeysetProvider:
        """Use the keyset file at `path`; raise `KeysetUnusable` when it may not be used."""
        return cls(keyset.load(path))

    @property
    def epoch(self) -> str:
        """The id of the current key."""
        return self._keys.current

    async def wrap(self, unit: UUID, key: bytes) -> tuple[str, bytes]:
        """Wrap under the current key."""
        epoch = self._keys.current
        return epoch, sealing.wrap(self._keys.keys[epoch], key, unit, epoch)

    async def unwrap(self, unit: UUID, epoch: str, wrapped: bytes) -> bytes:
        """Unwrap with the key of `epoch`. An epoch that we do not have is refused: never guessed with another key."""
        key = self._keys.keys.get(epoch)
        if key is None:
            raise Unopenable
        return sealing.unwrap(key, wrapped, unit, epoch)


class DevKeyProvider(KeysetProvider):
    """A key that lives as long as the process: everything sealed is lost with it. For tests; it says so in the log."""

    def __init__(self) -> None:
        super().__init__(keyset.Keyset("dev", {"dev": sealing.new_key()}))
        _log.warning("vault_key_provider_forgets_its_key_at_exit", provider=type(self).__name__)
