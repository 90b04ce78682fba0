"""Signing in and out over HTTP, with the real development issuer and a real Postgres: what ends where, and who is asked again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import httpx
import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from fastapi import APIRouter, FastAPI
from joserfc.jwk import KeySet
from prometheus_client import CollectorRegistry

from deploy.config import PROJECT
from deploy.local.issuer import build
from deploy.local.issuer_core import AUDIENCE, Issuer, Users, write_users
from shared.clock import WallClock
from shared.identity.tokens import TokenVerifier
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence.work import UnitOfWork, build_engine
from shared.web.console.assets import Assets
from shared.web.console.provider import Provider
from shared.web.console.session import COOKIE, Sessions
from shared.web.console.signin import LEFT, sign_in_routes
from shared.web.console.site import Console
from shared.web.edge import Edge, build_app
from tests.integration.spine.spine_world import Cluster

ORIGIN = "http://127.0.0.1:8"
ISSUER = "http://127.0.0.1:9"
PERSON = str(uuid4())


class Direct(Provider):
    """Asks the issuer in this process."""

    app: ClassVar[FastAPI]
    away: ClassVar[bool] = False

    def _client(self, redirect_uri: str | None) -> AsyncOAuth2Client:
        def refused(_: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("away")

        return AsyncOAuth2Client(
            self.client_id,
            None,
            token_endpoint_auth_method="none",
            scope="openid offline_access",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            transport=httpx2.MockTransport(refused) if Direct.away else httpx2.ASGITransport(Direct.app),
        )


@dataclass
class Desk:
    """A browser before the console of one service, and the issuer behind it."""

    browser: httpx.AsyncClient
    issuer: Issuer
    sessions: Sessions

    async def sign_in(self) -> httpx.Response:
        """Sign in as the one person there is; return how the browser was sent to the issuer."""
        asked = await self.browser.get("/assessment/sign-in")
        transport = httpx.ASGITransport(Direct.app)
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as page:
            where = httpx.URL(asked.headers["location"])
            sent = await page.post("/authorize", params=where.params, data={"person": PERSON})
        back = httpx.URL(sent.headers["location"])
        done = await self.browser.get(f"{back.path}?{back.query.decode()}")
        assert done.status_code == 303, done.text
        return asked

    async def sign_out(self) -> httpx.Response:
        """Press the button."""
        value = self.browser.cookies[COOKIE]
        found = await self.sessions.find(_Request({COOKIE: value}))  # type: ignore[arg-type]  # what is asked of a request
        assert found is not None
        return await self.browser.post("/assessment/sign-out", data={"csrf": found.csrf})

    def known(self) -> int:
        """Refresh tokens that may still be used."""
        return len(self.issuer.refresh_tokens._known)


class _Request:
    def __init__(self, cookies: dict[str, str]) -> None:
        self.cookies = cookies


@pytest.fixture
def provider() -> Provider:
    return Direct(
        "console",
        None,
        f"{ORIGIN}/auth/authorize",
        f"{ISSUER}/token",
        revocation_url=f"{ISSUER}/revoke",
        end_session_url=f"{ORIGIN}/auth/end-session",
    )


@pytest.fixture
async def desk(whole: Cluster, tmp_path: Path, provider: Provider) -> AsyncIterator[Desk]:
    file = tmp_path / "users.json"
    write_users(file, [{"person_ref": PERSON, "organisation": "kommune:0253", "roles": ["LEADER"], "regime": "GDPR"}])
    issuer = Issuer(ISSUER, Users(file))
    Direct.app, Direct.away = build(issuer), False
    verifier = TokenVerifier(issuer=ISSUER, audience=AUDIENCE, jwks_url="http://127.0.0.1:1/")

    async def fetch() -> KeySet:
        return KeySet.import_key_set(issuer.jwks())

    verifier._fetch = fetch  # type: ignore[method-assign]  # the issuer is in this process
    engine = build_engine(whole.dsn("assessment_api", driver="postgresql+asyncpg"), name="pages")
    edge = Edge(
        service="assessment",
        work=UnitOfWork(engine, WallClock()),
        idempotency=None,  # type: ignore[arg-type]  # no command is given here
        verifier=verifier,
        sealer=None,  # type: ignore[arg-type]  # nothing is sealed here
        metrics=Metrics("assessment", CollectorRegistry()),
        health=Health({}),
    )

    async def nothing() -> None:
        return None

    sessions = Sessions(engine, verifier, provider)
    assets = Assets.from_manifest(PROJECT / "deploy" / "web" / "dist" / "manifest.json")
    console = Console("assessment", edge, sessions, assets, origin=ORIGIN, demo=True)
    router = APIRouter()
    sign_in_routes(router, console)
    app = FastAPI()
    inner = build_app(edge, "Assessment", on_start=nothing, on_stop=nothing)
    inner.include_router(router)
    app.mount("/assessment", _Stripped(inner))
    # Cookies with `Secure` are sent over TLS alone by this client.
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://127.0.0.1:8") as browser:
        yield Desk(browser, issuer, sessions)
    await engine.dispose()


class _Stripped:
    """Takes the service's prefix away, as the gateway does."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"].removeprefix("/assessment")
        await self.app({**scope, "path": path, "raw_path": path.encode(), "root_path": ""}, receive, send)


async def test_signing_out_gives_the_token_back_and_ends_the_issuers_own_sign_in(desk: Desk) -> None:
    await desk.sign_in()
    assert desk.known() == 1

    answer = await desk.sign_out()

    assert desk.known() == 0, "revoked at the issuer"
    there = httpx.URL(answer.headers["location"])
    assert str(there).startswith(f"{ORIGIN}/auth/end-session?"), (
        "on our own origin, or the policy of forms would stop it"
    )
    assert there.params["post_logout_redirect_uri"] == f"{ORIGIN}/assessment/signed-out"
    assert desk.issuer.sign_in_of(there.params["id_token_hint"])
    assert COOKIE not in desk.browser.cookies
    assert (await desk.browser.get("/assessment/signed-out")).status_code == 200


async def test_who_comes_after_somebody_who_signed_out_is_asked_who_it_is(desk: Desk) -> None:
    first = await desk.sign_in()
    await desk.sign_out()
    next_one = await desk.sign_in()
    again = httpx.URL((await desk.browser.get("/assessment/sign-in")).headers["location"])

    assert "prompt" not in httpx.URL(first.headers["location"]).params
    assert httpx.URL(next_one.headers["location"]).params["prompt"] == "login"
    assert LEFT not in desk.browser.cookies, "said once"
    assert again.params["prompt"] == "login", "a browser that holds a session, over or not, is somebody's"


async def test_signing_out_in_one_browser_leaves_the_sign_in_of_another(desk: Desk) -> None:
    await desk.sign_in()
    here = dict(desk.browser.cookies)
    desk.browser.cookies.clear()
    await desk.sign_in()
    assert desk.known() == 2
    out = await desk.sign_out()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Direct.app), base_url=ISSUER) as page:
        await page.get("/end-session", params=httpx.URL(out.headers["location"]).params)

    assert desk.known() == 1
    assert await desk.sessions.find(_Request(here)) is not None  # type: ignore[arg-type]  # as above


async def test_an_issuer_that_is_away_keeps_nobody_signed_in(desk: Desk) -> None:
    await desk.sign_in()
    value = desk.browser.cookies[COOKIE]
    Direct.away = True
    answer = await desk.sign_out()
    said = await desk.browser.get(answer.headers["location"])

    assert await desk.sessions.find(_Request({COOKIE: value})) is None  # type: ignore[arg-type]  # as above
    assert "Login-tjenesten svarede ikke" in said.text
    assert desk.browser.cookies[LEFT]


async def test_an_issuer_at_another_address_is_a_link_and_never_where_a_form_leads(desk: Desk) -> None:
    elsewhere = replace(desk.sessions.provider, end_session_url="https://signin.example/end")
    object.__setattr__(desk.sessions, "provider", elsewhere)
    await desk.sign_in()
    answer = await desk.sign_out()

    assert answer.status_code == 200
    assert 'href="https://signin.example/end?client_id=console&amp;' in answer.text
    assert COOKIE not in desk.browser.cookies


async def test_an_issuer_that_ends_no_session_asks_again_all_the_same(desk: Desk) -> None:
    bare = replace(desk.sessions.provider, end_session_url=None, revocation_url=None)
    object.__setattr__(desk.sessions, "provider", bare)
    await desk.sign_in()
    answer = await desk.sign_out()

    assert answer.headers["location"] == "/assessment/signed-out"
    assert desk.browser.cookies[LEFT]
