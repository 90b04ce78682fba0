"""The citizen's list: `GET /v1/access-log?unit=...` says who opened texts about somebody, when and why (`domain.md` 4.3 R8).

For the data protection officer, who answers the citizen, and for the auditor. Looking at the log opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from shared.audit.openings import openings
from shared.errors import Forbidden
from shared.lifecycle.actor import Role
from shared.web.edge import Edge

PAGE = 500
"""Openings of an answer at most."""

READERS = frozenset({Role.DPO, Role.AUDITOR})

Units = Annotated[
    list[UUID], Query(min_length=1, max_length=20, description="a case, a concern of it, or an intervention")
]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the answer before")]


def access_log_route(router: APIRouter, edge: Edge) -> None:
    """Add `GET /v1/access-log`."""

    async def access_log(request: Request, unit: Units, after: After = 0) -> Response:
        """List who opened the texts of these units, as far as the actor's organisation may know."""
        actor = await edge.actor(request)
        if not actor.roles & READERS:
            raise Forbidden("role_may_not", "the access log is read by DPO and AUDITOR", rule="domain.md 4.3 R8")
        async with edge.begin(request, actor) as tx:
            found = await openings(tx.session, unit, actor.organisation, after=after, limit=PAGE + 1)
        shown = [_shown(row, own_words=Role.DPO in actor.roles) for row in found[:PAGE]]
        following = found[PAGE - 1]["id"] if len(found) > PAGE else None
        return JSONResponse({"items": shown, "next": following}, headers={"Cache-Control": "no-store"})

    router.add_api_route("/v1/access-log", access_log, methods=["GET"], operation_id="access-log")


def _shown(row: Mapping[str, Any], *, own_words: bool) -> dict[str, Any]:
    """Return an opening as JSON. The reference of a free reason is the DPO's: the auditor checks codes, not words."""
    shown = {
        "at": row["at"].isoformat(),
        "person": str(row["person"]),
        "role": row["role"],
        "organisation": row["organisation"],
        "service": row["service"],
        "unit": str(row["unit"]),
        "text": str(row["blob"]),
        "class": row["class"],
        "field": row["field"],
        "reason": row["reason"],
        "entry": row["number"],
    }
    if own_words:
        shown["reason_text"] = str(row["reason_text"]) if row["reason_text"] else None
    return shown
