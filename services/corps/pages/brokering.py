"""The national desk's list: open requests by police district with what blocks them, and capacity. Never a case (R12)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.corps import desk
from shared.reference.districts import district
from shared.web.console.site import Console, Visit
from shared.web.console.words.codes.matching import CONSTRAINTS


def brokering_page(router: APIRouter, console: Console) -> None:
    """Add the page behind the door of capacity."""

    async def show(visit: Visit) -> Response:
        """Show where members are sought and where they are free; the same answer as `GET /v1/capacity`."""
        async with console.edge.begin(visit.request, visit.actor) as tx:
            body = await desk.capacity(tx)
        return console.page(
            visit,
            "brokering.html",
            requests=[_worded(visit, row) for row in body["requests"]],
            capacity=[_worded(visit, row) for row in body["capacity"]],
        )

    console.get(router, "/brokering", console.edge.doors["capacity"], show)


def _worded(visit: Visit, row: dict[str, Any]) -> dict[str, Any]:
    blocks = [(code, visit.say(CONSTRAINTS[code])) for code in row.get("blocks", ())]
    return {**row, "place": district(row["district"]).name, "blocked_by": blocks}
