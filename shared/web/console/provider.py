"""The sign-in service as the console sees it: OIDC authorization code flow with PKCE, by Authlib."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from shared.errors import Transient, Unauthenticated
from shared.settings import Settings

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

SCOPE: Final = "openid offline_access"
SECONDS: Final = 5.0
KIND: Final = "refresh_token"
"""What is given back, as RFC 7009 calls it."""

AWAY: Final = ("temporarily_unavailable", "server_error")
"""Errors of OAuth (RFC 6749 4.1.2.1) that say nothing of whoever signs in: nobody is signed out for them."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the sign-in service gave: an access token for the services, and what the next one is fetched with."""

    access: str
    refresh: str | None
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in that begins: where the browser is sent, and what must come back with it."""

    url: str
    state: str
    verifier: str
    nonce: str


@dataclass(frozen=True)
class Provider:
    """Sends browsers to sign in, and changes what they bring back for tokens."""

    client_id: str
    client_secret: str | None
    authorize_url: str
    token_url: str
    revocation_url: str | None = None
    end_session_url: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Provider:
        """Read where the sign-in service is."""
        file = settings.oidc_client_secret_file
        return cls(
            client_id=settings.oidc_client_id,
            client_secret=file.read_text().strip() if file else None,
            authorize_url=settings.oidc_authorize_url or f"{settings.oidc_issuer}/authorize",
            token_url=settings.oidc_token_url or f"{settings.oidc_issuer}/token",
            revocation_url=settings.oidc_revocation_url,
            end_session_url=settings.oidc_end_session_url,
        )

    def begin(self, redirect_uri: str, *, anew: bool = False) -> Asked:
        """Begin a sign-in; `anew`: the sign-in service asks who it is even where it remembers somebody."""
        verifier, state, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        client = self._client(redirect_uri)
        asked = {"prompt": "login"} if anew else {}
        url, _ = client.create_authorization_url(
            self.authorize_url, state=state, code_verifier=verifier, nonce=nonce, **asked
        )
        return Asked(url, state, verifier, nonce)

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Change a code for tokens. Raises `Unauthenticated` (`sign_in_refused`), `Transient` (`issuer_unavailable`)."""
        return await self._fetch(redirect_uri, grant_type="authorization_code", code=code, code_verifier=verifier)

    async def refresh(self, refresh: str) -> Tokens:
        """Fetch the next access token. Raises as `redeem`."""
        return await self._fetch(None, grant_type="refresh_token", refresh_token=refresh)

    async def give_back(self, refresh: str | None) -> bool:
        """Revoke a refresh token (RFC 7009), where the service takes any; False if it did not answer that it is revoked."""
        import httpx2

        if refresh is None or self.revocation_url is None:
            return True
        try:
            async with self._client(None) as client:
                revoke: Callable[..., Awaitable[httpx2.Response]] = client.revoke_token
                answer = await revoke(self.revocation_url, token=refresh, token_type_hint=KIND)
                return bool(answer.is_success)
        except (httpx2.HTTPError, ValueError):
            return False

    def leaving(self, identity: str | None, back: str) -> str | None:
        """Return where a browser ends the service's own sign-in and comes `back` from; None where there is no such place."""
        if self.end_session_url is None:
            return None
        hint = {"id_token_hint": identity} if identity else {}
        asked = urlencode({"client_id": self.client_id, "post_logout_redirect_uri": back} | hint)
        return f"{self.end_session_url}{'&' if '?' in self.end_session_url else '?'}{asked}"

    async def _fetch(self, redirect_uri: str | None, **grant: str) -> Tokens:
        import httpx2
        from authlib.integrations.base_client import OAuthError

        try:
            async with self._client(redirect_uri) as client:
                found: dict[str, Any] = await client.fetch_token(self.token_url, **grant)
        except OAuthError as error:
            if error.error in AWAY:
                raise Transient("issuer_unavailable", "the sign-in service cannot answer now") from error
            raise Unauthenticated(
                "sign_in_refused", "the sign-in service refused the sign-in", remedy="Sign in again."
            ) from error
        except (httpx2.HTTPError, ValueError) as error:
            raise Transient("issuer_unavailable", "the sign-in service did not answer") from error
        return Tokens(found["access_token"], found.get("refresh_token"), found.get("id_token"))

    def _client(self, redirect_uri: str | None) -> AsyncOAuth2Client:
        # Imported at the first sign-in: most processes of a machine never see one.
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        return AsyncOAuth2Client(
            self.client_id,
            self.client_secret,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",  # methods' names
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=SECONDS,
            trust_env=False,
        )
