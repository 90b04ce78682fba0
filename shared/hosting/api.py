"""The api process of a service: HTTP in, one transaction, HTTP out. Needs Postgres and the key store; nothing else.

With Kafka and Temporal down it takes concerns all the same (`architecture.md`, "Facts first").
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
import uvicorn
from fastapi import APIRouter, FastAPI

from shared import settings as environment
from shared.clock import clock_from
from shared.erasure.model import LedgerUnapplied
from shared.erasure.start import ErasureGate
from shared.hosting.keys import refuse_development_keys
from shared.hosting.settling import settle
from shared.identity.tokens import TokenVerifier
from shared.observability import logs, traces
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence.idempotency import Idempotency, Macs
from shared.persistence.spine import Spine
from shared.persistence.work import UnitOfWork, build_engine
from shared.settings import Settings, is_loopback
from shared.vault import KeysetProvider, PostgresKeyStore, Vault
from shared.web.console.assets import Assets
from shared.web.console.commands import given_route
from shared.web.console.language import ENGLISH, untranslated
from shared.web.console.operations import operations_pages
from shared.web.console.provider import Provider
from shared.web.console.session import Sessions
from shared.web.console.signin import sign_in_routes
from shared.web.console.site import Console
from shared.web.edge import Edge, build_app
from shared.web.openapi import document


@dataclass(frozen=True)
class ApiParts:
    """What a service's routes are built from."""

    settings: Settings
    edge: Edge
    vault: Vault


NOT_STARTED: Final = 3
"""What uvicorn ends with where the application could not start."""

Routes = Callable[[APIRouter, ApiParts], None]
Pages = Callable[[APIRouter, ApiParts, Console], None]
"""Adds a service's pages; the doors that they stand behind are there already."""


def build(
    service: str, title: str, spine: Spine, routes: Routes, settings: Settings, pages: Pages | None = None
) -> FastAPI:
    """Return the application of a service; nothing connects before it starts."""
    engine = build_engine(settings.database_url.get_secret_value(), name=f"{service}-api", pool_size=settings.pool_size)
    refuse_development_keys(settings)
    keystore = PostgresKeyStore(settings.keystore_url.get_secret_value())
    vault = Vault(keystore, KeysetProvider.from_file(settings.keyset_file))
    work = UnitOfWork(engine, clock_from(settings.clock_file))

    async def database() -> None:
        async with engine.connect() as connection:
            await connection.execute(sa.text("select 1"))

    async def keys() -> None:
        if not await keystore.ready():
            raise ConnectionError("keystore")

    gate = ErasureGate(engine, keystore, settings.erasure_ledger_file)
    edge = Edge(
        service=service,
        work=work,
        idempotency=Idempotency(spine, Macs(settings.idempotency_secret_file)),
        verifier=TokenVerifier(
            issuer=settings.oidc_issuer, audience=settings.oidc_audience, jwks_url=settings.oidc_jwks_url
        ),
        sealer=vault,
        metrics=Metrics(service),
        health=Health({"postgres": database, "keystore": keys, "erasures": gate.check}),
    )

    background: set[asyncio.Task[None]] = set()

    async def judge() -> None:
        """Go down if it turns out that something erased is back; a server may have been away at the start."""
        try:
            await gate.keep()
        except LedgerUnapplied:
            signal.raise_signal(signal.SIGTERM)

    async def start() -> None:
        await gate.refuse()
        background.add(asyncio.create_task(judge(), name="erasures"))
        background.add(asyncio.create_task(edge.health.watch(edge.metrics.missing), name="health"))

    async def stop() -> None:
        for task in background:
            task.cancel()
        await engine.dispose()
        await keystore.close()

    app = build_app(edge, title, on_start=start, on_stop=stop)
    router = APIRouter()
    app.state.console = console = _console(service, edge, settings)
    parts = ApiParts(settings, edge, vault)
    routes(router, parts)
    if pages is not None:
        pages(router, parts, console)
    sign_in_routes(router, console)
    given_route(router, console)
    operations_pages(router, console)
    app.include_router(router)
    document(app, edge)
    return app


def _console(service: str, edge: Edge, settings: Settings) -> Console:
    """Return the service's console; what is made for one machine says so on every page."""
    ENGLISH.load()
    edge.metrics.registry.register(untranslated)
    sessions = Sessions(edge.work.engine, edge.verifier, Provider.from_settings(settings))
    package = f"services.{service}.pages"
    return Console(
        service,
        edge,
        sessions,
        Assets.from_manifest(settings.assets_manifest),
        origin=settings.console_url,
        demo=is_loopback(urlsplit(settings.oidc_issuer).hostname or ""),
        templates=package if find_spec(package) else None,
    )


def serve(service: str, title: str, spine: Spine, routes: Routes, pages: Pages | None = None) -> None:
    """Run the api process until SIGTERM or SIGINT; a request in hand is finished first."""
    settings = environment.load()
    logs.configure(service, "api", settings.log_level)
    traces.provider(service, "api", settings.trace_file, settings.otlp_endpoint)
    app = build(service, title, spine, routes, settings, pages)
    settle()
    # uvicorn raises the signal again once it has drained; with a handler of ours there, the process ends with 0.
    signal.signal(signal.SIGTERM, lambda *_: None)
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        # The client's address is never read, so that no log or limiter can keep it (anonymous reporters, 2.4).
        proxy_headers=False,
        # Less than whoever stops us waits before SIGKILL (the supervisor: 8 s).
        timeout_graceful_shutdown=7,
    )
    # Streams look at it: they end by themselves when the process is told to stop, which otherwise waits for them.
    app.state.server = server = uvicorn.Server(config)
    server.run()
    if not server.started:
        raise SystemExit(NOT_STARTED)
