"""OIDC access tokens, verified by joserfc against the issuer's keys (RFC 9068: `typ: at+jwt`).

Roles and organisation come from claims: `sub` (a reference, UUID), `organisation`, `roles`, `regime`. A token lives at most
five minutes. The keys are fetched once and again when an unknown key id turns up, at most every ten seconds.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from shared.errors import Transient, Unauthenticated
from shared.lifecycle.actor import ORGANISATION, PUBLIC, SYSTEM, Actor, Regime, Role

ALGORITHMS = ["RS256"]
LEEWAY = 30
LONGEST_LIFE = 300
REFETCH_AFTER = 10.0
REMEMBERED = 2_048
REMEDY = "Sign in again."


class Strictly(json.JSONDecoder):
    """Reads claims that every reader would read alike: no name twice, no number that is none (RFC 7519 section 4)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"object_pairs_hook": _once_each, "parse_constant": _no_number})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a claim stands twice")
    return found


def _no_number(name: str) -> float:
    raise ValueError("not a number")


class TokenVerifier:
    """Turns a bearer token into an actor."""

    def __init__(self, *, issuer: str, audience: str, jwks_url: str) -> None:
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()
        # A token is asked about once a request; its signature need only be checked once a life.
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()

    async def actor(self, token: str) -> Actor:
        """Return who the token names.

        Raises `Unauthenticated` (`token_rejected`) for whatever is wrong with it, `Transient` if the issuer's keys cannot be
        had. The message never repeats the token.
        """
        known = self._known.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        claims = await self.claims(token)
        actor = actor_of(claims)
        self._known[token] = (float(claims["exp"]), actor)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return actor

    async def claims(self, token: str) -> dict[str, Any]:
        """Return what a token claims that holds. Raises as `actor` does."""
        try:
            decoded = jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS, decoder_cls=Strictly)
        except (InvalidKeyIdError, ValueError):  # a key id that the set does not hold: the issuer may have new keys
            decoded = await self._decode_with_fresh_keys(token)
        except JoseError as error:
            raise _rejected(type(error).__name__) from None
        if decoded.header.get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
            raise _rejected("not an access token")
        try:
            self._claims.validate(decoded.claims)
        except JoseError as error:
            raise _rejected(type(error).__name__) from None
        if decoded.claims["exp"] - decoded.claims["iat"] > LONGEST_LIFE:
            raise _rejected("lives longer than five minutes")
        return dict(decoded.claims)

    async def require_identity(self, token: str, *, client: str, nonce: str, person: UUID) -> None:
        """Raise `Unauthenticated` unless an id token answers this very sign-in: this client, this nonce, this person."""
        try:
            decoded = jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS, decoder_cls=Strictly)
        except (InvalidKeyIdError, ValueError):
            decoded = await self._decode_with_fresh_keys(token)
        except JoseError as error:
            raise _rejected(type(error).__name__) from None
        asked = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": client},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True, "value": str(person)},
        )
        try:
            asked.validate(decoded.claims)
        except JoseError as error:
            raise _rejected(type(error).__name__) from None

    async def _decode_with_fresh_keys(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._key_set(refetch=True), algorithms=ALGORITHMS, decoder_cls=Strictly)
        except (ValueError, JoseError):
            raise _rejected("unknown key, or not a token") from None

    async def _key_set(self, *, refetch: bool = False) -> KeySet:
        async with self._lock:
            stale = refetch and time.monotonic() - self._fetched_at > REFETCH_AFTER
            if self._keys is None or stale:
                # Noted before: while the issuer is away, tokens with made-up key ids must not hold up everybody else's.
                self._fetched_at = time.monotonic()
                self._keys = await self._fetch()
            return self._keys

    async def _fetch(self) -> KeySet:
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                answer = await client.get(self._jwks_url)
                answer.raise_for_status()
                return KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, ValueError) as error:
            raise Transient("issuer_unavailable", "the sign-in service did not answer") from error


def _rejected(why: str) -> Unauthenticated:
    return Unauthenticated("token_rejected", f"the access token does not hold: {why}", remedy=REMEDY)


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """Read our claims; SYSTEM and PUBLIC cannot come from outside. Raises `Unauthenticated` (`token_rejected`)."""
    try:
        roles = frozenset(Role(role) for role in claims["roles"]) - {Role.SYSTEM, Role.PUBLIC}
        organisation = str(claims["organisation"])
        if not roles or not ORGANISATION.fullmatch(organisation) or organisation.startswith(("system:", "public:")):
            raise ValueError("no role or no organisation")
        person_ref = UUID(claims["sub"])
        if person_ref in (SYSTEM.person_ref, PUBLIC.person_ref):
            raise ValueError("a reference that names no person")
        issued_at = datetime.fromtimestamp(claims["iat"], UTC)
        return Actor(person_ref, organisation, roles, Regime(claims.get("regime", "GDPR")), issued_at)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise _rejected("the claims sub, organisation and roles are not as agreed") from None
