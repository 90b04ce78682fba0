"""The development issuer: OpenID Connect for one machine, `python -m deploy.local.issuer`.

Anybody who reaches it may be anybody, so it listens on loopback only, in the environment `dev` only, or not at all.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from deploy.errors import StackError
from deploy.local.gateway_headers import PAGE_POLICY
from deploy.local.issuer_core import DEV_GRANT, OFFLINE, TOKEN_SECONDS, Issuer, User, Users
from deploy.local.issuer_page import SignInPage
from shared.web.console.assets import AssetMissing, Assets

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PAGE = NO_STORE | {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_elsewhere(environment: str, host: str) -> None:
    """StackError `issuer-refused` unless the environment is `dev` and the address is loopback."""
    if environment != "dev":
        raise StackError(
            "issuer-refused",
            "The development issuer runs only with TOVHOLDER_ENV=dev.",
            "Use your own OIDC provider here.",
        )
    if not is_loopback(host):
        raise StackError(
            "issuer-refused",
            "The development issuer listens on loopback only.",
            "Set TOVHOLDER_ISSUER_HOST to 127.0.0.1.",
        )


def build(issuer: Issuer, manifest: Path | None = None) -> FastAPI:
    """The issuer's HTTP surface: discovery, keys, authorize (a page to pick a user), token, revocation, end of session.

    `manifest` says where the pages' files are; without it, or when it is not built, the pages are plain.
    """
    app = FastAPI(title="Tovholder development issuer", docs_url=None, redoc_url=None, openapi_url=None)
    page = SignInPage()

    @app.get("/.well-known/openid-configuration")
    async def metadata() -> dict[str, Any]:
        return issuer.metadata()

    @app.get("/jwks.json")
    async def jwks() -> dict[str, Any]:
        return issuer.jwks()

    @app.get("/authorize")
    async def choose(request: Request) -> Response:
        if refused := _bad_client(request):
            return refused
        asked = dict(request.query_params)
        return HTMLResponse(page.choose(asked, issuer.users.all(), _assets(request, manifest)), headers=PAGE)

    @app.post("/authorize")
    async def chosen(request: Request) -> Response:
        form = await _form(request)
        user = issuer.users.get(form.get("person", ""))
        return _bad_client(request) or (_send_back(request, issuer, user) if user else _error("access_denied", 403))

    @app.post("/token")
    async def token(request: Request) -> Response:
        return _token(issuer, await _form(request))

    @app.post("/revoke")
    async def revoke(request: Request) -> Response:
        form = await _form(request)
        issuer.refresh_tokens.take(form.get("token", ""), form.get("client_id", ""))
        return Response(headers=NO_STORE)  # also for a token that nobody knows (RFC 7009 2.2)

    @app.api_route("/end-session", methods=["GET", "POST"])
    async def end(request: Request) -> Response:
        asked = dict(request.query_params) | await _form(request)
        return _end(issuer, asked) or HTMLResponse(page.ended(asked, _assets(request, manifest)), headers=PAGE)

    return app


def _assets(request: Request, manifest: Path | None) -> Assets | None:
    """The pages' files, when the browser comes through the gateway, which serves them."""
    if manifest is None or "X-Forwarded-Prefix" not in request.headers:
        return None
    try:
        return Assets.from_manifest(manifest)
    except AssetMissing:
        return None


def _token(issuer: Issuer, form: dict[str, str]) -> Response:
    grant_type, client = form.get("grant_type"), form.get("client_id", "tovholder-dev")
    if grant_type == DEV_GRANT:
        user = issuer.users.get(form.get("person", ""))
        if user is None:
            return _error("invalid_grant", 400, "person is not among the users of TOVHOLDER_ISSUER_USERS")
        return _tokens(access_token=issuer.access_token(user, client))
    if grant_type == "refresh_token":
        return _refreshed(issuer, form.get("refresh_token", ""), client)
    if grant_type != "authorization_code":
        return _error("unsupported_grant_type", 400)
    grant = issuer.redeem(form.get("code", ""), client, form.get("redirect_uri", ""), form.get("code_verifier", ""))
    if grant is None:
        return _error("invalid_grant", 400)
    tokens = {"access_token": issuer.access_token(grant.user, client), "id_token": issuer.id_token(grant)}
    if OFFLINE in grant.scope.split():
        tokens["refresh_token"] = issuer.refresh_tokens.make(grant.user.person_ref, client, grant.sign_in)
    return _tokens(scope=grant.scope, **tokens)


def _refreshed(issuer: Issuer, token: str, client: str) -> Response:
    """New tokens for a person who is still among the users, with the roles that they have now."""
    known = issuer.refresh_tokens.take(token, client)
    user = issuer.users.get(known.person_ref) if known else None
    if known is None or user is None:
        return _error("invalid_grant", 400, "this refresh token was used, is too old, or its person is gone")
    following = issuer.refresh_tokens.make(user.person_ref, client, known.sign_in)
    return _tokens(access_token=issuer.access_token(user, client), refresh_token=following)


def _end(issuer: Issuer, asked: dict[str, str]) -> Response | None:
    """Forget the refresh tokens of a sign-in and send the browser on; None when it stays here."""
    if hint := asked.get("id_token_hint"):
        sign_in = issuer.sign_in_of(hint)
        if sign_in is None:
            return _error("invalid_request", 400, "id_token_hint is no token of this issuer")
        issuer.refresh_tokens.forget(sign_in)
    target = asked.get("post_logout_redirect_uri")
    if target is None:
        return None
    if not _on_loopback(target):
        return _error("invalid_request", 400, "post_logout_redirect_uri must be on loopback")
    return _redirect(target, {"state": asked["state"]} if "state" in asked else {})


def _tokens(**tokens: str) -> Response:
    return JSONResponse({"token_type": "Bearer", "expires_in": TOKEN_SECONDS, **tokens}, headers=NO_STORE)


def _bad_client(request: Request) -> Response | None:
    """An answer to a request that may not be redirected: we send codes to this machine only, with PKCE only."""
    asked = request.query_params
    if not _on_loopback(asked.get("redirect_uri", "")):
        return _error("invalid_request", 400, "redirect_uri must be on loopback")
    if asked.get("response_type") != "code" or not asked.get("client_id"):
        return _error("invalid_request", 400, "response_type=code and client_id are needed")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return _error("invalid_request", 400, "PKCE with S256 is needed")
    return None


def _send_back(request: Request, issuer: Issuer, user: User) -> Response:
    asked = request.query_params
    code = issuer.grant(
        user,
        asked["client_id"],
        asked["redirect_uri"],
        asked["code_challenge"],
        asked.get("nonce"),
        asked.get("scope", "openid"),
    )
    answer = {"code": code, "iss": issuer.url} | ({"state": asked["state"]} if "state" in asked else {})
    return _redirect(asked["redirect_uri"], answer)


def _redirect(target: str, answer: dict[str, str]) -> Response:
    joint = ("&" if urlsplit(target).query else "?") if answer else ""
    return RedirectResponse(f"{target}{joint}{urlencode(answer)}", status_code=303, headers=NO_STORE)


def _on_loopback(url: str) -> bool:
    try:
        address = urlsplit(url)
        return address.scheme in ("http", "https") and is_loopback(address.hostname or "")
    except ValueError:
        return False


async def _form(request: Request) -> dict[str, str]:
    parsed = parse_qs((await request.body()).decode("utf-8", errors="replace"))
    return {key: texts[-1] for key, texts in parsed.items()}


def _error(code: str, status: int, description: str = "") -> JSONResponse:
    body = {"error": code} | ({"error_description": description} if description else {})
    return JSONResponse(body, status_code=status, headers=NO_STORE)


def main() -> int:
    """Serve until SIGTERM; 2 with a sentence when this is no place for a development issuer."""
    host, port = os.environ.get("TOVHOLDER_ISSUER_HOST", "127.0.0.1"), int(os.environ["TOVHOLDER_ISSUER_PORT"])
    try:
        refuse_elsewhere(os.environ.get("TOVHOLDER_ENV", ""), host)
    except StackError as error:
        print(error.sentence(), file=sys.stderr)
        return error.exit_code
    issuer = Issuer(
        os.environ.get("TOVHOLDER_ISSUER_URL", f"http://{host}:{port}"),
        Users(Path(os.environ["TOVHOLDER_ISSUER_USERS"])),
        browser_url=os.environ.get("TOVHOLDER_ISSUER_BROWSER_URL"),
    )
    given = os.environ.get("TOVHOLDER_ASSETS_MANIFEST")
    uvicorn.run(
        build(issuer, Path(given) if given else None),
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
