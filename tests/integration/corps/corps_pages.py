"""The pages of corps over the world of its tests, as a browser would ask for them; who looks is said by a header."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from prometheus_client import CollectorRegistry

from deploy.config import PROJECT
from services.corps.api import routes
from services.corps.pages import pages
from services.corps.tables import SPINE
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Actor, Role
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence.idempotency import Idempotency, Macs
from shared.web.console.assets import Assets
from shared.web.console.session import Present
from shared.web.console.site import LANGUAGE_COOKIE, Console
from shared.web.edge import Edge, build_app
from tests.integration.corps.corps_world import CorpsWorld, OpenVerifier

WHO = "x-test-who"
HIDDEN = re.compile(r'name="(\w+)" value="([^"]*)"')


class OpenSessions:
    """Takes a header at its word; sessions themselves are tested where they are kept."""

    async def find(self, request: Any, *, used: bool = True) -> Present | None:
        """Return who the header says."""
        said = request.headers.get(WHO)
        if not said:
            return None
        ref, organisation, *names = said.split("|")
        actor = Actor(UUID(ref), organisation, frozenset(Role(name) for name in names))
        return Present(actor, datetime.now(UTC) + timedelta(hours=1), said)


def told(who: Actor) -> str:
    """Return the header that says who looks."""
    return "|".join([str(who.person_ref), who.organisation, *sorted(who.roles)])


@dataclass
class Site:
    """The pages, and the world below them."""

    app: FastAPI
    world: CorpsWorld

    async def get(self, who: Actor, path: str, *, language: str = "da") -> Response:
        """Look at a page."""
        return await self._ask("GET", who, path, language=language)

    async def see(self, who: Actor, path: str, *, language: str = "da") -> str:
        """Return a page that must be there, as a reader has it: without marks of HTML."""
        answer = await self.get(who, path, language=language)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:400]}"
        return unescape(answer.text)

    async def post(self, who: Actor, path: str, form: Any) -> Response:
        """Send a form as this person's own page would."""
        pairs = [*(form.items() if isinstance(form, dict) else form)]
        csrf = Present(who, datetime.now(UTC), told(who)).csrf
        return await self._ask("POST", who, path, content=urlencode([*pairs, ("csrf", csrf)]))

    async def _ask(self, method: str, who: Actor, path: str, *, language: str = "da", content: str = "") -> Response:
        headers = {WHO: told(who), "Cookie": f"{LANGUAGE_COOKIE}={language}"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        transport = ASGITransport(self.app, raise_app_exceptions=True)
        async with AsyncClient(transport=transport, base_url="http://corps", headers=headers) as client:
            return await client.request(method, path, content=content)


def hidden(page: str, name: str) -> str:
    """Return what a form carries under a name."""
    return next(str(value) for found, value in HIDDEN.findall(page) if found == name)


def site(world: CorpsWorld, folder: Path) -> Site:
    """Return the pages over a world."""
    secret = folder / "pages.json"
    secret.write_text(json.dumps({"current": "k", "keys": {"k": base64.b64encode(bytes(32)).decode()}}))
    verifier: Any = OpenVerifier()
    edge = Edge(
        service="corps",
        work=world.api,
        idempotency=Idempotency(SPINE, Macs(secret)),
        verifier=verifier,
        sealer=world.vault,
        metrics=Metrics("corps", CollectorRegistry()),
        health=Health({}),
    )

    async def nothing() -> None:
        return None

    app = build_app(edge, "corps", on_start=nothing, on_stop=nothing)
    router = APIRouter()
    settings: Any = None
    parts = ApiParts(settings, edge, world.vault)
    sessions: Any = OpenSessions()
    assets = Assets.from_manifest(PROJECT / "deploy" / "web" / "dist" / "manifest.json")
    package = "services.corps.pages"
    console = Console("corps", edge, sessions, assets, origin="http://corps", demo=True, templates=package)
    routes(router, parts)
    pages(router, parts, console)
    app.include_router(router)
    return Site(app, world)
