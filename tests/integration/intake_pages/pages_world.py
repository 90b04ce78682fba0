"""The pages of intake over a real Postgres, as a browser would ask for them; who looks is said by a header, not by a sign-in."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from prometheus_client import CollectorRegistry

from deploy.config import PROJECT
from services.intake.rooms import Rooms
from services.intake.tables import SPINE
from shared.clock import WallClock
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Actor, Role
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence import roles
from shared.persistence.idempotency import Idempotency, Macs
from shared.persistence.work import UnitOfWork, build_engine
from shared.vault import DevKeyProvider, PostgresKeyStore, Vault
from shared.web.console.assets import Assets
from shared.web.console.session import Present
from shared.web.console.site import Console
from shared.web.edge import Edge, build_app
from tests.integration.spine.spine_world import Cluster, OpenVerifier, person

ADVISER = person(Role.HOTLINE_ADVISER, "hotline:national")
TEACHER = person(Role.PRO_REPORTER, "school:greve-01")
WHO = "x-test-who"


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


def csrf(who: Actor) -> str:
    """Return what a form of this person carries."""
    return Present(who, datetime.now(UTC), told(who)).csrf


@dataclass
class Site:
    """The api with its pages, and the unit of work of its worker."""

    app: FastAPI
    work: UnitOfWork
    vault: Vault
    console: Console

    async def ask(self, who: Actor | None, path: str, form: Any = None, **headers: str) -> Response:
        """Look at a page, or send a form to it."""
        if who is not None:
            headers[WHO] = told(who)
        transport = ASGITransport(self.app, raise_app_exceptions=False, client=("192.0.2.77", 4711))
        async with AsyncClient(transport=transport, base_url="http://intake", headers=headers) as client:
            if form is None:
                return await client.get(path)
            pairs = [*(form.items() if isinstance(form, dict) else form), *([("csrf", csrf(who))] if who else [])]
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return await client.post(path, content=urlencode(pairs), headers=kind)


@asynccontextmanager
async def site(cluster: Cluster, folder: Path) -> AsyncIterator[Site]:
    """The pages over the cluster."""
    secret = folder / "macs.json"
    secret.write_text(json.dumps({"current": "k", "keys": {"k": base64.b64encode(bytes(32)).decode()}}))
    keystore = PostgresKeyStore(cluster.dsn("keystore_app", roles.KEYSTORE_DATABASE))
    vault = Vault(keystore, DevKeyProvider())
    kinds = ("api", "worker")
    engines = [build_engine(cluster.dsn(f"intake_{kind}", driver="postgresql+asyncpg"), name=kind) for kind in kinds]
    api, worker = (UnitOfWork(engine, WallClock()) for engine in engines)
    edge = Edge(
        service="intake",
        work=api,
        idempotency=Idempotency(SPINE, Macs(secret)),
        verifier=OpenVerifier(),  # type: ignore[arg-type]  # the part of it that the edge calls
        sealer=vault,
        metrics=Metrics("intake", CollectorRegistry()),
        health=Health({}),
    )

    async def nothing() -> None:
        return None

    app = build_app(edge, "Intake", on_start=nothing, on_stop=nothing)
    router, rooms = APIRouter(), Rooms()
    parts = ApiParts(None, edge, vault)  # type: ignore[arg-type]  # nothing here reads the settings
    assets = Assets.from_manifest(PROJECT / "deploy" / "web" / "dist" / "manifest.json")
    sessions: Any = OpenSessions()
    console = Console(
        "intake", edge, sessions, assets, origin="http://intake", demo=True, templates="services.intake.pages"
    )
    rooms.routes(router, parts)
    rooms.pages(router, parts, console)
    app.include_router(router)
    try:
        yield Site(app, worker, vault, console)
    finally:
        await keystore.close()
        for engine in engines:
            await engine.dispose()
