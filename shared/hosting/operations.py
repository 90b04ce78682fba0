"""`/livez`, `/readyz` and `/metrics` of a worker: three answers, so three lines of ASGI and no framework."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.observability.health import Health
from shared.observability.metrics import Metrics


def operations_app(metrics: Metrics, health: Health) -> Starlette:
    """Return the application."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> Response:
        status, body = await health.report()
        return JSONResponse(body, status_code=status)

    async def page(_: Request) -> Response:
        body, kind = metrics.page()
        return Response(body, media_type=kind)

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", page)])
