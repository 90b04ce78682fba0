"""`GET /v1/counters`: what happened nationally, by month and outcome code."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from services.notify import repository
from services.notify.domain.counters import SMALLEST_SHOWN, month_of, shown
from shared.lifecycle.actor import Role
from shared.policy.doors import Door
from shared.web.edge import Edge

READERS = frozenset({Role.STEERING, Role.CENTRE_ADVISER, Role.NATIONAL_DESK, Role.AUDITOR, Role.OPERATOR})

Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="a month such as 2026-11")]


def counter_routes(router: APIRouter, edge: Edge) -> None:
    """Add the route."""
    door = edge.door(Door("counters-show", "R11, R29: aggregates, for national roles", READERS))

    async def counters(request: Request, first: Month = None, last: Month = None) -> Response:
        """Show national counters of the months from `first` to `last`, the current one by default."""
        actor = await edge.enter(request, door)
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


def _day(month: str | None) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None
