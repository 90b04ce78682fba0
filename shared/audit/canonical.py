"""The bytes that are hashed, as docs/access-log.md gives them to a stranger. The database computes the same (`audit.seal`).

    digest     = SHA-256(canonical look)
    entry_hash = SHA-256(entry_hash of the entry before, or 32 zero bytes || digest)

The chain covers digests, so that it can still be followed when a look itself has gone after five years (`domain.md` 4.5 RET-5).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

FORMAT: Final = "tovholder-look-1"
FIELDS: Final = (
    "organisation",
    "number",
    "look",
    "at",
    "judged_at",
    "person",
    "role",
    "service",
    "unit",
    "blob",
    "class",
    "reason",
    "reason_text",
    "sealed_at",
)
"""Fields of a look in their order; each is a line `field=value`, an absent value is empty."""

BEGINNING: Final = bytes(32)
"""What stands for the hash before the first entry."""


def instant(at: datetime) -> str:
    """Return a moment as it is hashed: UTC, six digits of the second, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(look: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of a look whose values are text, numbers or None."""
    lines = (f"{field}={'' if look.get(field) is None else look[field]}\n" for field in FIELDS)
    return (f"{FORMAT}\n" + "".join(lines)).encode()


def digest_of(look: Mapping[str, Any]) -> bytes:
    """Return the digest of a look."""
    return sha256(canonical(look)).digest()


def link(previous: bytes, digest: bytes) -> bytes:
    """Return the hash of an entry."""
    return sha256(previous + digest).digest()
