"""The development issuer: OpenID Connect for one machine, `python -m deploy.local.issuer`.

Anybody who reaches it may be anybody, so it listens on loopback only, in the environment `dev` only, or not at all.
"""

from __future__ import annotations

import html
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
from deploy.local.issuer_core import DEV_GRANT, TOKEN_SECONDS, Issuer, User, Users

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PAGE = """<!doctype html><html lang="da"><meta charset="utf-8"><title>Log ind (udvikling)</title>
<h1>Log ind</h1><p>Fiktive personer. Kun til udvikling.</p><form method="post" action="authorize?{query}">
<label for="person">Person</label> <select id="person" name="person">{options}</select>
<button type="submit">Log ind</button></form></html>"""


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


def build(issuer: Issuer) -> FastAPI:
    """The issuer's HTTP surface: discovery, keys, authorize (a page to pick a user), token."""
    app = FastAPI(title="Tovholder development issuer", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    async def metadata() -> dict[str, Any]:
        return issuer.metadata()

    @app.get("/jwks.json")
    async def jwks() -> dict[str, Any]:
        return issuer.jwks()

    @app.get("/authorize")
    async def choose(request: Request) -> Response:
        return _bad_client(request) or HTMLResponse(_page(request, issuer.users.all()), headers=NO_STORE)

    @app.post("/authorize")
    async def chosen(request: Request) -> Response:
        form = await _form(request)
        user = issuer.users.get(form.get("person", ""))
        return _bad_client(request) or (_send_back(request, issuer, user) if user else _error("access_denied", 403))

    @app.post("/token")
    async def token(request: Request) -> Response:
        return _token(issuer, await _form(request))

    return app


def _token(issuer: Issuer, form: dict[str, str]) -> Response:
    grant_type, client = form.get("grant_type"), form.get("client_id", "tovholder-dev")
    answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS}
    if grant_type == DEV_GRANT:
        user = issuer.users.get(form.get("person", ""))
        if user is None:
            return _error("invalid_grant", 400, "person is not among the users of TOVHOLDER_ISSUER_USERS")
        return JSONResponse({**answer, "access_token": issuer.access_token(user, client)}, headers=NO_STORE)
    if grant_type != "authorization_code":
        return _error("unsupported_grant_type", 400)
    grant = issuer.redeem(form.get("code", ""), client, form.get("redirect_uri", ""), form.get("code_verifier", ""))
    if grant is None:
        return _error("invalid_grant", 400)
    tokens = {"access_token": issuer.access_token(grant.user, client), "id_token": issuer.id_token(grant)}
    return JSONResponse({**answer, **tokens}, headers=NO_STORE)


def _bad_client(request: Request) -> Response | None:
    """An answer to a request that may not be redirected: we send codes to this machine only, with PKCE only."""
    asked = request.query_params
    address = urlsplit(asked.get("redirect_uri", ""))
    if address.scheme not in ("http", "https") or not is_loopback(address.hostname or ""):
        return _error("invalid_request", 400, "redirect_uri must be on loopback")
    if asked.get("response_type") != "code" or not asked.get("client_id"):
        return _error("invalid_request", 400, "response_type=code and client_id are needed")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return _error("invalid_request", 400, "PKCE with S256 is needed")
    return None


def _send_back(request: Request, issuer: Issuer, user: User) -> Response:
    asked = request.query_params
    code = issuer.grant(user, asked["client_id"], asked["redirect_uri"], asked["code_challenge"], asked.get("nonce"))
    answer = {"code": code, "iss": issuer.url} | ({"state": asked["state"]} if "state" in asked else {})
    joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    return RedirectResponse(f"{asked['redirect_uri']}{joint}{urlencode(answer)}", status_code=303, headers=NO_STORE)


def _page(request: Request, users: list[User]) -> str:
    options = "".join(
        f'<option value="{html.escape(user.person_ref)}">{html.escape(user.label or user.person_ref)}'
        f" · {html.escape(user.organisation)} · {html.escape(', '.join(user.roles))}</option>"
        for user in users
    )
    return PAGE.format(query=html.escape(str(request.query_params)), options=options)


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
    )
    uvicorn.run(build(issuer), host=host, port=port, access_log=False, log_level="warning", server_header=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
