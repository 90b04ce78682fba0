"""What the development issuer knows: its users, its key of this start, the codes it handed out, the tokens it signs."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import BaseModel, ConfigDict, TypeAdapter

from deploy.local.issuer_refresh import RefreshTokens

TOKEN_SECONDS = 300
CODE_SECONDS = 60
AUDIENCE = "tovholder"
OFFLINE = "offline_access"


class User(BaseModel):
    """A fictional member of staff; `label` is what the sign-in page shows."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person_ref: str
    organisation: str
    roles: tuple[str, ...]
    regime: str = "none"
    label: str = ""

    @property
    def deputy(self) -> bool:
        """Whether this is somebody's deputy, as the seed labels them."""
        return self.label.startswith("Stedfortræder")


class Users:
    """The users' file, read anew when it changed; a missing file means nobody."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp = (0, 0)
        self._users: dict[str, User] = {}

    def all(self) -> list[User]:
        """Every user in the order of the file."""
        self._refresh()
        return list(self._users.values())

    def get(self, person_ref: str) -> User | None:
        """The user with that reference."""
        self._refresh()
        return self._users.get(person_ref)

    def _refresh(self) -> None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            self._stamp, self._users = (0, 0), {}
            return
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            users = TypeAdapter(list[User]).validate_json(self._file.read_bytes())
            self._users = {user.person_ref: user for user in users}
            self._stamp = stamp


@dataclass(frozen=True)
class Grant:
    """What an authorization code stands for."""

    user: User
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    scope: str
    sign_in: str
    until: float


class Issuer:
    """Signs with a key that lives as long as this process; `browser_url` is where browsers reach it, if elsewhere."""

    def __init__(
        self, url: str, users: Users, clock: Callable[[], float] = time.time, *, browser_url: str | None = None
    ) -> None:
        self.url = url
        self.browser_url = browser_url or url
        self.refresh_tokens = RefreshTokens(clock)
        self.users = users
        self._clock = clock
        self._key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})
        self._grants: dict[str, Grant] = {}

    def jwks(self) -> dict[str, Any]:
        """The public half of the key."""
        return {"keys": [self._key.as_dict(private=False)]}

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect discovery."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.browser_url}/authorize",
            "end_session_endpoint": f"{self.browser_url}/end-session",
            "token_endpoint": f"{self.url}/token",
            "revocation_endpoint": f"{self.url}/revoke",
            "jwks_uri": f"{self.url}/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", DEV_GRANT],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": ["openid", OFFLINE],
            "ui_locales_supported": ["da", "en"],
        }

    def access_token(self, user: User, client_id: str) -> str:
        """A token for the services: at+jwt, five minutes."""
        claims = {
            **self._claims(AUDIENCE, user),
            "client_id": client_id,
            "azp": client_id,
            "jti": secrets.token_hex(16),
        }
        claims |= {"organisation": user.organisation, "roles": list(user.roles), "regime": user.regime}
        return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": self._key.kid}, claims, self._key)

    def id_token(self, grant: Grant) -> str:
        """Who signed in, for the client."""
        claims = self._claims(grant.client_id, grant.user) | {"sid": grant.sign_in}
        claims |= {"nonce": grant.nonce} if grant.nonce else {}
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self._key.kid}, claims, self._key)

    def sign_in_of(self, id_token: str) -> str | None:
        """The sign-in that an identity token of ours is of, also one whose time is over; None for any other text."""
        try:
            claims = jwt.decode(id_token, self._key, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return None
        return str(claims["sid"]) if "sid" in claims else None

    def grant(
        self, user: User, client_id: str, redirect_uri: str, challenge: str, nonce: str | None, scope: str = "openid"
    ) -> str:
        """A code that is good once, for a minute."""
        now = self._clock()
        self._grants = {code: grant for code, grant in self._grants.items() if grant.until > now}
        code = secrets.token_urlsafe(32)
        self._grants[code] = Grant(
            user, client_id, redirect_uri, challenge, nonce, scope, secrets.token_hex(16), now + CODE_SECONDS
        )
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> Grant | None:
        """What the code stands for, if client, address and PKCE verifier are the ones that it was made for."""
        grant = self._grants.pop(code, None)
        if grant is None or grant.until <= self._clock():
            return None
        fits = (grant.client_id, grant.redirect_uri) == (client_id, redirect_uri)
        proven = secrets.compare_digest(challenge_of(verifier), grant.challenge)
        return grant if fits and proven else None

    def _claims(self, audience: str, user: User) -> dict[str, Any]:
        now = int(self._clock())
        return {"iss": self.url, "aud": audience, "sub": user.person_ref, "iat": now, "exp": now + TOKEN_SECONDS}


DEV_GRANT = "urn:tovholder:dev-user"


def challenge_of(verifier: str) -> str:
    """PKCE's S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def write_users(file: Path, users: list[dict[str, Any]]) -> None:
    """Replace the users' file whole; the running issuer sees it at its next request."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps([User.model_validate(user).model_dump(mode="json") for user in users], indent=1))
    partial.replace(file)
