"""AES-256-GCM for values and for keys: pure functions, no I/O.

A sealed value is `version (1 byte, 0x01) || nonce (12) || ciphertext and tag (n + 16)`; its associated data names its
place. A wrapped key has the same form; its associated data names its holder and the key-encryption key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.vault.errors import Unopenable
from shared.vault.model import Place, Plain

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
VERSION = b"\x01"
OVERHEAD = len(VERSION) + NONCE_BYTES + TAG_BYTES
"""How many bytes longer a sealed value is than its plaintext in UTF-8."""


def new_key() -> bytes:
    """Return a fresh 256-bit key from the operating system."""
    return os.urandom(KEY_BYTES)


def encrypt(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Seal `plaintext` under a nonce of its own. A unit holds few values, so random nonces do not meet."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def decrypt(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Return the plaintext, or raise `Unopenable` whatever is wrong."""
    if len(sealed) < OVERHEAD or sealed[:1] != VERSION or len(key) != KEY_BYTES:
        raise Unopenable
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, associated)
    except InvalidTag:
        raise Unopenable from None


def seal(key: bytes, text: str, place: Place) -> bytes:
    """Seal a text for its place. The text is encodable: `shared.vault.scan.check_text` refused what is not."""
    return encrypt(key, text.encode(), place.associated_data())


def unseal(key: bytes, sealed: bytes, place: Place) -> Plain:
    """Open a text in its place; in any other place, or with any other key, raise `Unopenable`."""
    return Plain(decrypt(key, sealed, place.associated_data()).decode())


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key is wrapped: a unit, a unit under a person's key, or (`unit` is None) a person."""

    unit: UUID | None
    person: UUID | None = None

    def wrapping(self, epoch: str) -> bytes:
        """Return the associated data that ties a wrapped key to its holder and epoch; a KMS takes it as its context."""
        if self.person is None:
            return f"tvk1|{self.unit}|{epoch}".encode()
        return f"tvk2|{self.unit or 'person'}|{self.person}|{epoch}".encode()


def wrap(key_encryption_key: bytes, key: bytes, holder: Holder, epoch: str) -> bytes:
    """Seal a holder's key under the key-encryption key of `epoch`."""
    return encrypt(key_encryption_key, key, holder.wrapping(epoch))


def unwrap(key_encryption_key: bytes, wrapped: bytes, holder: Holder, epoch: str) -> bytes:
    """Return the holder's key, or raise `Unopenable`."""
    return decrypt(key_encryption_key, wrapped, holder.wrapping(epoch))


def wrap_for(person_key: bytes, unit_key: bytes, unit: UUID, person: UUID) -> bytes:
    """Seal a unit's key under the key of its person: the inner of two layers, so that either key gone is enough."""
    return encrypt(person_key, unit_key, _bond(unit, person))


def unwrap_for(person_key: bytes, wrapped: bytes, unit: UUID, person: UUID) -> bytes:
    """Return the unit's key from under its person's, or raise `Unopenable`."""
    return decrypt(person_key, wrapped, _bond(unit, person))


def _bond(unit: UUID, person: UUID) -> bytes:
    return f"tvp1|{unit}|{person}".encode()
