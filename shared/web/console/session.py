"""Who looks at a page: a cookie that names a session, and the actor that the session's claims name.

The cookie holds a random value; roles and organisation come from an access token of the sign-in service, fetched anew every five
minutes with what the session keeps. No token ever reaches the browser.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Forbidden, Transient, Unauthenticated
from shared.identity import sessions
from shared.identity.tokens import TokenVerifier, actor_of
from shared.lifecycle.actor import Actor
from shared.web.console.provider import Provider, Tokens

COOKIE: Final = "__Host-tovholder"
"""Sent over TLS (or on this machine) alone, to this host alone, and hidden from scripts."""

CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf-token"
KEPT_CLAIMS: Final = ("sub", "organisation", "roles", "regime", "iat", "exp")
RENEWALS: Final = 2
"""Tokens that one process fetches at the same time."""

SALT_BYTES: Final = 8
SAME_SITE: Final = ("same-origin", "none")
"""What `Sec-Fetch-Site` says of our own pages' requests, and of those that somebody typed."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is signed in, and until when if nothing more is done (wall time)."""

    actor: Actor
    idle_until: datetime
    value: str

    @property
    def idle_seconds(self) -> int:
        """Return how long the session waits from now on: a browser's clock may be another than ours."""
        return max(0, int((self.idle_until - datetime.now(UTC)).total_seconds()))

    @property
    def who(self) -> str:
        """Return a mark of the person and place of work, by which a page knows whose it is; it tells nobody who that is."""
        named = f"{self.actor.person_ref} {self.actor.organisation}"
        return hashlib.sha256(named.encode()).hexdigest()[:16]

    @property
    def csrf(self) -> str:
        """What a form of this session carries, and no other site can know.

        Another one each time: pages are compressed, and a secret that stood the same in each beside what an address says could be
        guessed by who watches their length.
        """
        salt = secrets.token_hex(SALT_BYTES)
        return salt + self._proof(salt)

    def gave(self, shown: str) -> bool:
        """Say whether this session gave what a form carries."""
        salt, proof = shown[: 2 * SALT_BYTES], shown[2 * SALT_BYTES :]
        return hmac.compare_digest(proof.encode(), self._proof(salt).encode())

    def _proof(self, salt: str) -> str:
        return hmac.digest(self.value.encode(), f"csrf {salt}".encode(), hashlib.sha256).hex()


@dataclass(frozen=True)
class Sessions:
    """Finds, begins and ends sessions, each in a transaction of its own."""

    engine: AsyncEngine
    verifier: TokenVerifier
    provider: Provider
    renewing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RENEWALS))

    async def find(self, request: Request, *, used: bool = True) -> Present | None:
        """Return who looks; None without a session that counts. `used` as in `sessions.read`.

        Raises `Transient` if a new token is due and the sign-in service does not answer.
        """
        value = request.cookies.get(COOKIE, "")
        if not value:
            return None
        async with AsyncSession(self.engine) as session, session.begin():
            held = await sessions.read(session, value, used=used)
        claims = None if held is None else _counting(held)
        if held is not None and claims is None:
            # Few at once: each keeps a connection for as long as the sign-in service takes, and other work needs some as well.
            async with self.renewing, AsyncSession(self.engine) as session, session.begin():
                # The row stays locked: of two requests that find the token too old, one fetches the next.
                held = await sessions.read(session, value, used=used)
                claims = None if held is None else _counting(held) or await self._renewed(session, value, held)
        return None if held is None or claims is None else Present(actor_of(claims), held.idle_until, value)

    async def begin(self, tokens: Tokens, nonce: str) -> str:
        """Begin a session for who was given these tokens; return the cookie's value.

        Raises `Unauthenticated` unless both tokens hold, name one person, and answer the sign-in with this nonce.
        """
        claims = await self.verifier.claims(tokens.access)
        actor = actor_of(claims)
        await self.verifier.require_identity(
            tokens.identity or "", client=self.provider.client_id, nonce=nonce, person=actor.person_ref
        )
        async with AsyncSession(self.engine) as session, session.begin():
            value = await sessions.begin(session, actor.person_ref)
            await sessions.keep(session, value, refresh=tokens.refresh, identity=tokens.identity)
            await sessions.renew(session, value, claims=_kept(claims), until=_until(claims))
        return value

    async def leave(self, value: str, *, everywhere: bool = False) -> sessions.Left:
        """End a session, or all of its person's; return what it held of the sign-in service. Leaving what is over is no error."""
        async with AsyncSession(self.engine) as session, session.begin():
            return await sessions.leave(session, value, everywhere=everywhere)

    async def _renewed(self, session: AsyncSession, value: str, held: sessions.Held) -> dict[str, Any] | None:
        """Fetch a new token; None, and no session any more, if the sign-in service gives none."""
        try:
            if held.refresh is None:
                raise Unauthenticated("session_over", "the sign-in has ended", remedy="Sign in again.")
            tokens = await self.provider.refresh(held.refresh)
            await sessions.keep(session, value, refresh=tokens.refresh, identity=tokens.identity)
            claims = await self._verified(session, tokens.access)
            if actor_of(claims).person_ref != held.person:
                raise Unauthenticated("session_over", "the sign-in is another person's", remedy="Sign in again.")
        except Unauthenticated:
            await sessions.end(session, value)
            return None
        await sessions.renew(session, value, claims=_kept(claims), until=_until(claims))
        return claims

    async def _verified(self, session: AsyncSession, access: str) -> dict[str, Any]:
        """Return the claims of a token just fetched. What was kept with it stays when the issuer's keys are away: it is good once."""
        try:
            return await self.verifier.claims(access)
        except Transient:
            await session.commit()
            raise


def from_own_page(request: Request) -> bool:
    """Say whether a page of ours sent this, by the browser's own word. Without it what came may be what somebody else wrote: it is
    not shown as the visitor's words, and never offered to be sent again under the visitor's name.
    """
    return request.headers.get("sec-fetch-site") == "same-origin"


def require_own_form(request: Request, present: Present, field: str | None) -> None:
    """Raise `Forbidden` (`form_not_ours`) unless an unsafe request comes from a page of this very session."""
    site = request.headers.get("sec-fetch-site")
    shown = field or request.headers.get(CSRF_HEADER, "")
    if (site is not None and site not in SAME_SITE) or not present.gave(shown):
        raise Forbidden(
            "form_not_ours",
            "the form does not belong to this sign-in; nothing was saved",
            remedy="Look at what you typed, and send it again.",
        )


def _counting(held: sessions.Held) -> Mapping[str, Any] | None:
    """Return what the session's last token claims, if it still counts."""
    return held.claims if held.claims_until is not None and held.claims_until > datetime.now(UTC) else None


def set_cookie(response: Response, value: str) -> None:
    """Give the browser its session. It ends with the browser; the server ends it before that."""
    response.set_cookie(COOKIE, value, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _kept(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: claims[name] for name in KEPT_CLAIMS if name in claims}


def _until(claims: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(claims["exp"], UTC)
