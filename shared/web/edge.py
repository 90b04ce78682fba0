"""The HTTP edge of a service: one FastAPI application with the same middlewares, errors, health and metrics everywhere."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import structlog
from fastapi import FastAPI, Request
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Invalid, Unauthenticated
from shared.identity.tokens import TokenVerifier
from shared.lifecycle.actor import Actor
from shared.lifecycle.aggregate import Aggregate
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.observability.traces import tracer
from shared.persistence.idempotency import Idempotency
from shared.persistence.sealing import Sealer
from shared.persistence.work import Transaction, UnitOfWork
from shared.policy.doors import Door
from shared.web import problems

LARGEST_BODY = 128 * 1024
"""Bytes; the longest free text is 8,000 characters."""

DRAINED = 8 * LARGEST_BODY
"""Bytes of a body that nobody wants which are still read, so that the answer reaches who is busy sending."""

PUBLIC_DOORS = ("/v1/public/", "/public/")
"""Paths of callers without an account, of whom nothing is kept."""

JSON = "application/json"

UNKEPT = (b"cache-control", b"no-store")
"""What an answer says that says nothing else of caches: errors and redirects too tell where somebody was."""

_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it is given over HTTP, whether as JSON or from a page's form.

    `act` takes the transaction, the id of what it is given to (None where it creates), the command and the version that was seen.
    """

    model: type[BaseModel]
    door: Door
    act: Callable[[Transaction, UUID | None, Any, int], Awaitable[Aggregate]]


@dataclass(frozen=True)
class Edge:
    """What every route needs."""

    service: str
    work: UnitOfWork
    idempotency: Idempotency
    verifier: TokenVerifier
    sealer: Sealer
    metrics: Metrics
    health: Health
    bodies: dict[str, type[BaseModel]] = field(default_factory=dict)
    """Bodies that routes parse themselves, by operation id; the OpenAPI document needs them."""
    doors: dict[str, Door] = field(default_factory=dict)
    """Who may ask for what, by operation."""
    given: dict[str, Given] = field(default_factory=dict)
    """Commands that a page can give as well, by operation."""

    def door(self, door: Door) -> Door:
        """Enter a door; return it."""
        self.doors[door.operation] = door
        return door

    async def enter(self, request: Request, door: Door) -> Actor:
        """Return the actor of the request. Raises `Unauthenticated`, and `Forbidden` if the door is for other roles."""
        actor = await self.actor(request)
        door.require(actor)
        return actor

    async def actor(self, request: Request) -> Actor:
        """Return the actor of the request. Raises `Unauthenticated`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("token_missing", "this needs a signed-in person", remedy="Send a bearer token.")
        return await self.verifier.actor(token.strip())

    def begin(self, request: Request, actor: Actor, *, holds: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """Open the transaction of a request; `holds` as in `UnitOfWork.begin`."""
        return self.work.begin(
            actor,
            correlation_id=request.state.correlation_id,
            traceparent=request.state.traceparent,
            holds=holds,
        )


async def body_of(request: Request) -> bytes:
    """Return the body, which is JSON.

    Raises `Invalid`: `body_not_json` if it says that it is something else, `body_packed` if it is compressed,
    `body_too_large` past `LARGEST_BODY` bytes.
    """
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON:
        raise Invalid("body_not_json", "a body is JSON", field="Content-Type", remedy=f"Send it as {JSON}.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        # What unpacks to a thousand times its size is never unpacked.
        raise Invalid("body_packed", "a body is not compressed", field="Content-Encoding", remedy="Send it as it is.")
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_BODY:
            raise Invalid("body_too_large", f"a request may have {LARGEST_BODY} bytes", remedy="Shorten the texts.")
    return bytes(received)


def build_app(
    edge: Edge, title: str, *, on_start: Callable[[], Awaitable[None]], on_stop: Callable[[], Awaitable[None]]
) -> FastAPI:
    """Return the application without routes of its own, but with health, metrics, errors and middlewares."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await on_start()
        edge.metrics.up.set(1)
        yield
        edge.health.draining = True
        edge.metrics.up.set(0)
        await on_stop()

    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,  # the answer would repeat the path that was asked for
        # Its spans and logs hold paths, queries and the messages of errors: what somebody typed. Ours are `Surroundings`.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.doors = edge.doors
    problems.install(app)
    app.add_middleware(Surroundings, edge=edge)
    _operations(app, edge)
    return app


def _operations(app: FastAPI, edge: Edge) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        return JSONResponse({"alive": True})

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        status, body = await edge.health.report()
        return JSONResponse(body, status_code=status)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        page, kind = edge.metrics.page()
        return Response(page, media_type=kind)


class Surroundings:
    """Correlation id, trace span, metrics and log context of each request. Plain ASGI: it is on the hot path."""

    def __init__(self, app: ASGIApp, edge: Edge) -> None:
        self._app = app
        self._edge = edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"].startswith(PUBLIC_DOORS):
            # What a caller without an account says of itself is kept in no fact and no trace, not even an id of its own.
            headers = {}
        correlation = _uuid_or_new(headers.get("x-correlation-id"))
        started = time.perf_counter()
        status = 500
        incoming = Incoming(receive, scope["method"])

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                await incoming.drain()
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-correlation-id", str(correlation).encode())]
                if not any(name == b"cache-control" for name, _ in message["headers"]):
                    message["headers"].append(UNKEPT)
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(correlation_id=str(correlation)),
            tracer().start_as_current_span(
                f"{scope['method']} {self._edge.service}",
                _PROPAGATOR.extract(headers) if "traceparent" in headers else None,
                record_exception=False,  # the message of an error may hold what somebody typed
                set_status_on_exception=False,
            ) as span,
        ):
            carrier: dict[str, str] = {}
            _PROPAGATOR.inject(carrier)
            scope.setdefault("state", {}).update(correlation_id=correlation, traceparent=carrier.get("traceparent"))
            try:
                await self._app(scope, incoming.receive, answer)
            finally:
                route = _template(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.response.status_code", status)
                self._edge.metrics.requests.labels(scope["method"], route, str(status)).inc()
                self._edge.metrics.latency.labels(scope["method"], route).observe(time.perf_counter() - started)


class Incoming:
    """What is received of a request. An answer given before the body is read would close the connection under a gateway that
    is still sending: it would tell its caller 502.
    """

    def __init__(self, receive: Receive, method: str) -> None:
        self._receive = receive
        self._complete = method in ("GET", "HEAD")

    async def receive(self) -> Message:
        """Receive the next part."""
        message = await self._receive()
        self._complete = not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read what nobody has read, up to a bound."""
        read = 0
        while not self._complete and read < DRAINED:
            read += len((await self.receive()).get("body", b""))


def _template(scope: Scope) -> str:
    """Return the route's template: a path could hold a reference, a label may not."""
    route: Any = scope.get("route")
    return getattr(route, "path", "unknown")


def _uuid_or_new(text: str | None) -> UUID:
    try:
        return UUID(text) if text else uuid4()
    except ValueError:
        return uuid4()
