"""`GET /v1/counters`: what happened nationally, by month and outcome code."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from services.notify import repository
from services.notify.domain.counters import SMALLEST_SHOWN, month_of, shown
from shared.errors import Forbidden
from shared.lifecycle.actor import Actor, Role
from shared.web.edge import Edge

READERS = frozenset({Role.STEERING, Role.CENTRE_ADVISER, Role.NATIONAL_DESK, Role.AUDITOR, Role.OPERATOR})

Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="a month such as 2026-11")]


def counter_routes(router: APIRouter, edge: Edge) -> None:
    """Add the route."""

    async def counters(request: Request, first: Month = None, last: Month = None) -> Response:
        """Show national counters of the months from `first` to `last`, the current one by default."""
        actor = await edge.actor(request)
        _require_national(actor)
        async with edge.begin(request, actor) as tx:
            this_month = month_of(tx.now)
            until = _day(last) or this_month
            rows = await repository.counters(tx, _day(first) or until, until)
        items = [
            {
                "month": f"{row['month']:%Y-%m}",
                "code": row["code"],
                "count": shown(row["code"], row["count"]),
                "suppressed": shown(row["code"], row["count"]) is None,
            }
            for row in rows
        ]
        rule = f"domain.md R29: counts of 1 to {SMALLEST_SHOWN - 1} of what concerns persons are not shown"
        return JSONResponse({"items": items, "rule": rule}, headers={"Cache-Control": "no-store"})

    router.add_api_route("/v1/counters", counters, methods=["GET"], operation_id="counters-show")


def _require_national(actor: Actor) -> None:
    if not actor.roles & READERS and not actor.organisation.endswith(":national"):
        raise Forbidden(
            "role_may_not", "national counters are for national roles", rule="domain.md 4.7", remedy="Ask the centre."
        )


def _day(month: str | None) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None
