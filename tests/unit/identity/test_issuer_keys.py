"""New keys of the issuer are found, and while it is away tokens with made-up key ids hold nobody up."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shared.errors import Transient, Unauthenticated
from shared.identity.tokens import TokenVerifier


def token(key: RSAKey) -> str:
    now = int(time.time())
    claims = {"iss": "i", "aud": "t", "iat": now, "exp": now + 200, "sub": str(uuid4())}
    claims |= {"roles": ["LEADER"], "organisation": "kommune:0253"}
    return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": key.kid}, claims, key)


async def test_keys_are_asked_for_at_most_every_ten_seconds_also_when_nobody_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, made_up = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("ours", "made-up"))
    verifier = TokenVerifier(issuer="i", audience="t", jwks_url="http://127.0.0.1:1/")
    asked = 0

    async def away() -> KeySet:
        nonlocal asked
        asked += 1
        raise Transient("issuer_unavailable", "nobody answers")

    monkeypatch.setattr(verifier, "_fetch", away)
    verifier._keys = KeySet([ours])
    for refused in (Transient, Unauthenticated, Unauthenticated):
        with pytest.raises(refused):
            await verifier.actor(token(made_up))
    assert asked == 1
    assert (await verifier.actor(token(ours))).organisation == "kommune:0253"


async def test_a_token_under_a_new_key_of_the_issuer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("old", "new"))
    verifier = TokenVerifier(issuer="i", audience="t", jwks_url="http://127.0.0.1:1/")

    async def rotated() -> KeySet:
        return KeySet([new])

    monkeypatch.setattr(verifier, "_fetch", rotated)
    verifier._keys = KeySet([old])
    assert (await verifier.actor(token(new))).organisation == "kommune:0253"
