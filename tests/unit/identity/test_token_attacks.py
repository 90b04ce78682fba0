"""Tokens that somebody made up, altered or kept, against the real verifier and keys of the real development issuer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from deploy.local.issuer_core import AUDIENCE, Issuer, User, Users
from shared.errors import Unauthenticated
from shared.identity.tokens import TokenVerifier
from shared.lifecycle.actor import PUBLIC, SYSTEM, Role

URL = "http://127.0.0.1:7/auth"
PERSON = str(uuid4())
USER = User(person_ref=PERSON, organisation="kommune:0253", roles=("LEADER",), regime="GDPR")
HEADER = {"alg": "RS256", "typ": "at+jwt"}


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Forge:
    """Makes tokens with the issuer's own key, or without it."""

    def __init__(self, folder: Path) -> None:
        self.issuer = Issuer(URL, Users(folder / "users.json"))
        self.key: RSAKey = self.issuer._key
        self.verifier = TokenVerifier(issuer=URL, audience=AUDIENCE, jwks_url="http://127.0.0.1:1/")
        self.fetched = 0

        async def fetch() -> KeySet:
            self.fetched += 1
            return KeySet.import_key_set(self.issuer.jwks())

        self.verifier._fetch = fetch  # type: ignore[method-assign]  # the issuer is in this process

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        found = {"iss": URL, "aud": AUDIENCE, "sub": PERSON, "iat": now, "exp": now + 300}
        found |= {"organisation": "kommune:0253", "roles": ["LEADER"], "regime": "GDPR", **more}
        return {name: value for name, value in found.items() if value is not ...}

    def signed(self, header: dict[str, Any] | None = None, key: RSAKey | None = None, **claims: Any) -> str:
        """Sign with the issuer's key unless another one is given: what is wrong is in the header or the claims."""
        header = {**HEADER, "kid": self.key.kid, **(header or {})}
        return jwt.encode(header, self.claims(**claims), key or self.key)

    def raw(self, header: dict[str, Any], payload: bytes, sign: Callable[[bytes], bytes]) -> str:
        """Put a token together by hand."""
        body = f"{coded(json.dumps(header).encode())}.{coded(payload)}"
        return f"{body}.{coded(sign(body.encode()))}"

    def rsa(self, content: bytes, digest: HashAlgorithm | None = None) -> bytes:
        """Sign as the issuer would."""
        private = self.key.private_key
        assert private is not None
        return bytes(private.sign(content, PKCS1v15(), digest or SHA256()))

    def hmac_with_the_public_key(self, content: bytes) -> bytes:
        return hmac.digest(self.key.as_pem(private=False), content, hashlib.sha256)


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def attacks(forge: Forge) -> dict[str, str]:
    """Return tokens that must not hold, by what is wrong with them."""
    now, kid = int(time.time()), forge.key.kid
    good = json.dumps(forge.claims()).encode()
    other = RSAKey.generate_key(2048, {"kid": kid})
    head, body, signature = forge.signed().split(".")
    twice = good[:-1] + b', "roles": ["TOVHOLDER_POLITI"]}'
    public_pem = forge.key.as_pem(private=False)
    embedded = {**HEADER, "kid": "mine", "jwk": other.as_dict(private=False)}
    return {
        "wrong issuer": forge.signed(iss="http://127.0.0.1:8/auth"),
        "issuer with a slash more": forge.signed(iss=f"{URL}/"),
        "no issuer": forge.signed(iss=...),
        "wrong audience": forge.signed(aud="another"),
        "no audience": forge.signed(aud=...),
        "no end": forge.signed(exp=...),
        "no beginning": forge.signed(iat=...),
        "no subject": forge.signed(sub=...),
        "expired": forge.signed(iat=now - 400, exp=now - 100),
        "issued in the future": forge.signed(iat=now + 120, exp=now + 300),
        "longer than five minutes": forge.signed(iat=now, exp=now + 301),
        "an end that is no number": forge.raw(
            {**HEADER, "kid": kid}, good.replace(b'"exp": %d' % (now + 300), b'"exp": NaN'), forge.rsa
        ),
        "not valid yet": forge.signed(nbf=now + 120),
        "an ID token": forge.signed({"typ": "JWT"}),
        "no type": forge.raw({"alg": "RS256", "kid": kid}, good, forge.rsa),
        "alg none": forge.raw({"alg": "none", "typ": "at+jwt", "kid": kid}, good, lambda _: b""),
        "alg None": forge.raw({"alg": "None", "typ": "at+jwt", "kid": kid}, good, lambda _: b""),
        "no alg": forge.raw({"typ": "at+jwt", "kid": kid}, good, forge.rsa),
        "no signature": f"{head}.{body}.",
        "HS256 with the public key": forge.raw(
            {**HEADER, "alg": "HS256", "kid": kid}, good, forge.hmac_with_the_public_key
        ),
        "HS256 with an empty key": forge.raw(
            {**HEADER, "alg": "HS256", "kid": kid}, good, lambda text: hmac.digest(b"", text, hashlib.sha256)
        ),
        "HS256 by the library": jwt.encode(
            {"alg": "HS256", "typ": "at+jwt", "kid": kid}, forge.claims(), OctKey.import_key(coded(public_pem))
        ),
        "RS384, which we do not take": forge.raw(
            {**HEADER, "alg": "RS384", "kid": kid}, good, lambda text: forge.rsa(text, SHA384())
        ),
        "RS256 with another key": forge.signed(key=other),
        "unknown key": forge.signed({"kid": "unknown"}, key=other),
        "a key of its own in the header": jwt.encode(embedded, forge.claims(), other),
        "a key at an address of its own": jwt.encode(
            {**HEADER, "kid": "mine", "jku": "http://127.0.0.1:9/"}, forge.claims(), other
        ),
        "altered claims": f"{head}.{coded(good.replace(b'LEADER', b'DPO'))}.{signature}",
        "roles twice": forge.raw({**HEADER, "kid": kid}, twice, forge.rsa),
        "a critical header that nobody knows": forge.raw(
            {**HEADER, "kid": kid, "crit": ["b64"], "b64": False}, good, forge.rsa
        ),
        "a list instead of claims": forge.raw({**HEADER, "kid": kid}, b"[]", forge.rsa),
        "three dots": f"{head}.{body}.{signature}.",
        "nothing": "..",
        "half a token": forge.signed()[:-20],
        "a token of 100 kB": "a" * 100_000,
        "letters that are no ASCII": "æ.ø.å",
        "SYSTEM": forge.signed(roles=["SYSTEM"]),
        "PUBLIC": forge.signed(roles=["PUBLIC"]),
        "a role that nobody knows": forge.signed(roles=["LEADER", "KING"]),
        "no role": forge.signed(roles=[]),
        "a role as a text": forge.signed(roles="LEADER"),
        "SYSTEM's organisation": forge.signed(organisation="system:tovholder"),
        "PUBLIC's organisation": forge.signed(organisation="public:web"),
        "two organisations in one": forge.signed(organisation="kommune:0253\nkommune:0461"),
        "SYSTEM's reference": forge.signed(sub=str(SYSTEM.person_ref)),
        "PUBLIC's reference": forge.signed(sub=str(PUBLIC.person_ref)),
        "a name as reference": forge.signed(sub="opdigtet.person"),
    }


async def test_a_token_that_somebody_made_up_or_altered_does_not_hold(forge: Forge) -> None:
    made = attacks(forge)
    held = []
    for name, token in made.items():
        try:
            await forge.verifier.actor(token)
        except Unauthenticated as refused:
            assert refused.code == "token_rejected", name
            assert token not in str(refused.detail), name
        else:
            held.append(name)

    assert len(made) > 40
    assert held == []


async def test_a_good_token_holds_so_that_the_attacks_fail_for_what_they_are(forge: Forge) -> None:
    for token in (forge.signed(), forge.issuer.access_token(USER, "console"), forge.signed(aud=["other", AUDIENCE])):
        actor = await forge.verifier.actor(token)
        assert (actor.organisation, actor.roles) == ("kommune:0253", {Role.LEADER})
    now = int(time.time())
    by_hand = forge.raw({**HEADER, "kid": forge.key.kid}, json.dumps(forge.claims(exp=now + 200)).encode(), forge.rsa)
    assert (await forge.verifier.actor(by_hand)).person_ref.hex == PERSON.replace("-", "")


async def test_when_a_token_was_issued_is_known_so_that_an_older_one_ends_with_a_role(forge: Forge) -> None:
    """What follows from it is proved in `tests/integration/wall/test_wall.py`: `identity.admitted` compares."""
    issued = int(time.time()) - 20

    actor = await forge.verifier.actor(forge.signed(iat=issued, exp=issued + 300))

    assert actor.issued_at == datetime.fromtimestamp(issued, UTC)


async def test_roles_that_cannot_come_from_outside_are_dropped_beside_others(forge: Forge) -> None:
    actor = await forge.verifier.actor(forge.signed(roles=["LEADER", "SYSTEM", "PUBLIC"]))

    assert actor.roles == {Role.LEADER}
    assert not actor.is_system


async def test_a_token_is_not_remembered_past_its_end(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    token = forge.signed()
    await forge.verifier.actor(token)
    later = time.time() + 331  # past its end and the leeway

    monkeypatch.setattr(time, "time", lambda: later)

    with pytest.raises(Unauthenticated):
        await forge.verifier.actor(token)


async def test_made_up_keys_do_not_make_us_ask_the_issuer_again_and_again(forge: Forge) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "x"})
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await forge.verifier.actor(forge.signed({"kid": f"made-up-{number}"}, key=stranger))

    assert forge.fetched == 1
