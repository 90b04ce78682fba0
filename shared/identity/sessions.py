"""Who is signed in: sessions that Postgres keeps, known by the digest of a random value that only the browser holds.

What a session says is whose it is; roles and organisation come from the access token that is fetched with it, which lives five
minutes at most. A person whose tokens are revoked has no session any more at the next request.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
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


def _digest(value: str) -> bytes:
    # The value is random and long: a plain digest cannot be tried through.
    return hashlib.sha256(value.encode()).digest()
