"""Who is signed in: sessions that Postgres keeps, known by the digest of a random value that only the browser holds.

What a session says is whose it is; roles and organisation come from the access token that is fetched with it, which lives five
minutes at most. A person whose tokens are revoked has no session any more at the next request.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncSession

IDLE: Final = timedelta(minutes=30)
"""How long a session waits for its person [P]."""

LIFE: Final = timedelta(hours=12)
"""How long a session lasts at most: a shift, and nobody's tomorrow [P]."""

SECRET_BYTES: Final = 32

_BEGIN: Final = sa.text("select identity.begin_session(:digest, :person, :idle, :life)")
_USE: Final = sa.text("select person, begun_at, idle_until from identity.use_session(:digest)")
_END: Final = sa.text("select identity.end_session(:digest)")
_END_ALL: Final = sa.text("select identity.end_sessions(:person)")
_READ: Final = sa.text("select * from identity.read_session(:digest, :used)")
_RENEW: Final = sa.text("select identity.renew_session(:digest, cast(:claims as jsonb), :until, null)")
_KEEP: Final = sa.text("select identity.keep_tokens(:digest, :refresh, :identity)")
_LEAVE: Final = sa.text("select refresh, identity from identity.leave_session(:digest, :everywhere)")
_BEGIN_SIGN_IN: Final = sa.text("select identity.begin_sign_in(:digest, :verifier, :nonce, :return_to)")
_TAKE_SIGN_IN: Final = sa.text("select verifier, nonce, return_to from identity.take_sign_in(:digest)")
NONCE_BYTES: Final = 12
REFRESH: Final = b"tovholder console refresh"
IDENTITY: Final = b"tovholder console identity"
"""What a sealed token is for: each kind has a key of its own, so that none is taken for the other."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that counts: whose, since when, and when it ends if nobody uses it (wall time)."""

    person: UUID
    begun_at: datetime
    idle_until: datetime


async def begin(session: AsyncSession, person: UUID, *, idle: timedelta = IDLE, life: timedelta = LIFE) -> str:
    """Sign a person in, in the caller's transaction; return the value for the cookie, which is nowhere else."""
    value = secrets.token_urlsafe(SECRET_BYTES)
    await session.execute(_BEGIN, {"digest": _digest(value), "person": person, "idle": idle, "life": life})
    return value


async def use(session: AsyncSession, value: str) -> SignedIn | None:
    """Return whose session this is and note that it was used; None if it is over, revoked, or was never one."""
    row = (await session.execute(_USE, {"digest": _digest(value)})).one_or_none()
    return None if row is None else SignedIn(row.person, row.begun_at, row.idle_until)


async def end(session: AsyncSession, value: str) -> bool:
    """Sign out of one session; return whether it had not ended before."""
    return bool((await session.execute(_END, {"digest": _digest(value)})).scalar_one())


async def end_all(session: AsyncSession, person: UUID) -> int:
    """Sign a person out everywhere, tokens included; return how many sessions had not ended before."""
    return int((await session.execute(_END_ALL, {"person": person})).scalar_one())


@dataclass(frozen=True, slots=True)
class Held:
    """A session with what it says of its person: the claims of the token that was fetched last, and until when they count."""

    person: UUID
    idle_until: datetime
    claims: Mapping[str, Any] | None
    claims_until: datetime | None
    refresh: str | None
    """What a new token is fetched with; None if there is none, or if it does not open under the browser's value."""


async def read(session: AsyncSession, value: str, *, used: bool = True) -> Held | None:
    """Return the session if it counts; `used` notes that its person is there, and listening alone is not."""
    row = (await session.execute(_READ, {"digest": _digest(value), "used": used})).one_or_none()
    if row is None:
        return None
    refresh = _opened(value, row.refresh, REFRESH)
    return Held(row.person, row.idle_until, row.claims, row.claims_until, refresh)


async def keep(session: AsyncSession, value: str, *, refresh: str | None, identity: str | None) -> bool:
    """Keep what the sign-in service gave, sealed; what is None stays as it was. False if the session is over."""
    values = {
        "digest": _digest(value),
        "refresh": None if refresh is None else _sealed(value, refresh, REFRESH),
        "identity": None if identity is None else _sealed(value, identity, IDENTITY),
    }
    return bool((await session.execute(_KEEP, values)).scalar_one())


async def renew(session: AsyncSession, value: str, *, claims: Mapping[str, Any], until: datetime) -> bool:
    """Give the session the claims of a new token; False if it is over."""
    values = {"digest": _digest(value), "claims": json.dumps(dict(claims)), "until": until}
    return bool((await session.execute(_RENEW, values)).scalar_one())


@dataclass(frozen=True, slots=True)
class Left:
    """What a session held of the sign-in service when it was ended; None for what it did not."""

    refresh: str | None = None
    identity: str | None = None


async def leave(session: AsyncSession, value: str, *, everywhere: bool = False) -> Left:
    """Sign out of one session, or of all of its person's; return what this one is to give back at the sign-in service, once."""
    row = (await session.execute(_LEAVE, {"digest": _digest(value), "everywhere": everywhere})).one_or_none()
    if row is None:
        return Left()
    return Left(_opened(value, row.refresh, REFRESH), _opened(value, row.identity, IDENTITY))


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What must come back from the sign-in service, and where its person wanted to go."""

    verifier: str
    nonce: str
    return_to: str


async def begin_sign_in(session: AsyncSession, state: str, asked: SigningIn) -> None:
    """Remember a sign-in for ten minutes under its state, which only the browser and the sign-in service hold."""
    values = {"verifier": asked.verifier, "nonce": asked.nonce, "return_to": asked.return_to}
    await session.execute(_BEGIN_SIGN_IN, {"digest": _digest(state), **values})


async def take_sign_in(session: AsyncSession, state: str) -> SigningIn | None:
    """Return a sign-in and forget it; None if there was none, or too long ago."""
    row = (await session.execute(_TAKE_SIGN_IN, {"digest": _digest(state)})).one_or_none()
    return None if row is None else SigningIn(row.verifier, row.nonce, row.return_to)


def _sealed(value: str, token: str, kind: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key(value, kind)).encrypt(nonce, token.encode(), None)


def _opened(value: str, sealed: bytes | None, kind: bytes) -> str | None:
    if sealed is None:
        return None
    try:
        return AESGCM(_key(value, kind)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        return None


def _key(value: str, kind: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=kind).derive(value.encode())


def _digest(value: str) -> bytes:
    # The value is random and long: a plain digest cannot be tried through.
    return hashlib.sha256(value.encode()).digest()
