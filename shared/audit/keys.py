"""The keys that sign checkpoints (Ed25519): a private file like the other keysets, and what a stranger verifies with.

The file has the form of `shared.vault.keyset`; a key in it is the 32 bytes of an Ed25519 seed.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.vault import keyset


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with the current key; shows the public half of every key."""

    current: str
    keys: Mapping[str, Ed25519PrivateKey] = field(repr=False)

    @classmethod
    def from_file(cls, path: Path) -> Signer:
        """Read the file; raise `KeysetUnusable` when it is absent, not ours alone, or malformed."""
        found = keyset.load(path)
        return cls(found.current, {name: Ed25519PrivateKey.from_private_bytes(key) for name, key in found.keys.items()})

    def sign(self, content: bytes) -> str:
        """Return the signature by the current key, in base64."""
        return b64encode(self.keys[self.current].sign(content)).decode()

    def public(self) -> dict[str, str]:
        """Return the public key of every key, 32 bytes in base64, by id."""
        return {name: b64encode(key.public_key().public_bytes_raw()).decode() for name, key in self.keys.items()}


def holds(public: str, signature: str, content: bytes) -> bool:
    """Say whether the signature is that key's over these bytes; what cannot be read is no signature."""
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True)).verify(
            b64decode(signature, validate=True), content
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def rotate(path: Path, published: Mapping[str, str]) -> str:
    """Add a fresh key under a name that was never published and make it current; return the name.

    Without a file a new one is made that holds this key alone: the old private keys are lost, their signatures still hold.
    """
    lost = not path.exists()
    keyset.create_if_missing(path)
    with keyset.changing(path):
        held = keyset.load(path)
        numbers = [int(name[1:]) for name in {*held.keys, *published} if name[1:].isdigit()]
        name = f"k{max(numbers, default=0) + 1}"
        fresh = held.with_current(name)
        keyset.replace(path, fresh.without(held.current) if lost else fresh)
    return name
