"""The reference code: with it a reporter without a name comes back, and nothing else leads back to the reporter.

A code is 80 random bits, written in Crockford's base32 in fours: `7K3F-0QXM-92ZT-AE5B`. It is derived from the concern, the
Idempotency-Key of the request (a random UUID that the caller made, forgotten after a day) and a secret of ours, so that a repeated
request is answered with the same code although the code is stored nowhere. What is stored is a slow hash. It has no salt of its
own: 80 random bits can neither be enumerated nor computed beforehand, and so checking a code is one hash and one look into an
index, whether it exists or not.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS: Final = 80
LENGTH: Final = BITS // 5
COST: Final = {"n": 2**14, "r": 8, "p": 1}
"""scrypt (RFC 7914): about 50 ms and 16 MB."""
AT_ONCE: Final = 2
"""Hashes that one process computes at once."""

_SALT: Final = b"tovholder/reference-code/v1"
_ALIKE: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def code_from(material: bytes) -> str:
    """Return the code that the first 80 bits of `material` spell."""
    number = int.from_bytes(material[: BITS // 8])
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -5, -5))
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))


def digest_of(code: str) -> bytes:
    """Return what is stored of a code; small letters, blanks, and O for 0 or I for 1 make no difference (Crockford)."""
    plain = code.upper().translate(_ALIKE).encode("utf-8", "replace")
    return hashlib.scrypt(plain, salt=_SALT, dklen=32, maxmem=2**26, **COST)


class Digests:
    """Computes digests beside the event loop, a few at once."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    async def of(self, code: str) -> bytes:
        """Return what is stored of a code."""
        async with self._room:
            return await asyncio.to_thread(digest_of, code)
