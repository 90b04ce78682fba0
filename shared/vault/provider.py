"""Who wraps the units' keys: a local keyset, a KMS by the same interface, or a development provider that says so."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Protocol

import structlog

from shared.vault import keyset, sealing
from shared.vault.errors import KeysetUnusable, Unopenable
from shared.vault.sealing import Holder

_log = structlog.get_logger(__name__)


class KeyProvider(Protocol):
    """Wraps and unwraps keys under key-encryption keys that never leave it. Async, since a KMS is a call.

    A KMS fills it with its own Encrypt, Decrypt and ReEncrypt; the holder's `wrapping` is its encryption context.
    """

    @property
    def epoch(self) -> str:
        """The id of the key-encryption key under which new keys are wrapped."""

    @property
    def epochs(self) -> frozenset[str]:
        """The ids of all key-encryption keys that still unwrap."""

    async def wrap(self, holder: Holder, key: bytes) -> tuple[str, bytes]:
        """Return the epoch used and the wrapped key."""

    async def unwrap(self, holder: Holder, epoch: str, wrapped: bytes) -> bytes:
        """Return the holder's key, or raise `Unopenable` (an epoch that is gone, an altered or swapped key)."""

    async def rewrap(self, holder: Holder, epoch: str, wrapped: bytes) -> tuple[str, bytes]:
        """Return the current epoch and the same key wrapped under it, or raise `Unopenable`."""

    async def index(self, value: bytes) -> bytes:
        """Return the keyed digest (32 bytes) under which a person is found again; its key never changes (R14)."""


class KeysetProvider:
    """Key-encryption keys held in memory, from a keyset; one from a file follows the file without a restart."""

    def __init__(self, keys: keyset.Keyset, file: Path | None = None, seen: Seen | None = None) -> None:
        self._keys = keys
        self._file = file
        self._seen = seen

    @classmethod
    def from_file(cls, path: Path) -> KeysetProvider:
        """Use the keyset file at `path`; raise `KeysetUnusable` when it may not be used."""
        seen = _seen(path)
        return cls(keyset.load(path), path, seen)

    @property
    def epoch(self) -> str:
        """The id of the current key."""
        return self._fresh().current

    @property
    def epochs(self) -> frozenset[str]:
        """The ids of the keys in the keyset."""
        return frozenset(self._fresh().keys)

    async def wrap(self, holder: Holder, key: bytes) -> tuple[str, bytes]:
        """Wrap under the current key."""
        keys = self._fresh()
        return keys.current, sealing.wrap(keys.keys[keys.current], key, holder, keys.current)

    async def unwrap(self, holder: Holder, epoch: str, wrapped: bytes) -> bytes:
        """Unwrap with the key of `epoch`. An epoch that we do not have is refused: never guessed with another key."""
        key = self._fresh().keys.get(epoch)
        if key is None:
            raise Unopenable
        return sealing.unwrap(key, wrapped, holder, epoch)

    async def rewrap(self, holder: Holder, epoch: str, wrapped: bytes) -> tuple[str, bytes]:
        """Unwrap and wrap again."""
        return await self.wrap(holder, await self.unwrap(holder, epoch, wrapped))

    async def index(self, value: bytes) -> bytes:
        """HMAC-SHA-256 under the keyset's index key; raise `KeysetUnusable` where an old keyset has none."""
        key = self._fresh().index
        if key is None:
            raise KeysetUnusable("The keyset holds no key to find persons by.", "Run `tovholder keys rotate` once.")
        return hmac.digest(key, value, "sha256")

    def _fresh(self) -> keyset.Keyset:
        """Return the keys as the file has them now. A file that was changed and may not be used stops every use of keys."""
        if self._file is not None:
            seen = _seen(self._file)
            if seen != self._seen:
                # Looked at before it is read: a change in between is noticed at the next use.
                self._keys, self._seen = keyset.load(self._file), seen
                _log.info("keyset_read", epoch=self._keys.current, epochs=len(self._keys.keys))
        return self._keys


Seen = tuple[int, int, int]
"""Inode, size and time of change (ns) of a file: a keyset is replaced whole, so each has an inode of its own."""


def _seen(path: Path) -> Seen | None:
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_ctime_ns


class DevKeyProvider(KeysetProvider):
    """A key that lives as long as the process: everything sealed is lost with it. For tests; it says so in the log."""

    def __init__(self) -> None:
        super().__init__(keyset.Keyset("dev", {"dev": sealing.new_key()}, sealing.new_key()))
        _log.warning("vault_key_provider_forgets_its_key_at_exit", provider=type(self).__name__)
