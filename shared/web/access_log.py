"""The citizen's list: `GET /v1/access-log?unit=...` says who opened texts about somebody, when and why (`domain.md` 4.3 R8).

For the data protection officer, who answers the citizen, and for the auditor. Looking at the log opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import JSONResponse, Response

from shared.audit.openings import openings
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web import problems
from shared.web.edge import Edge

PAGE = 500
"""Openings of an answer at most."""

READERS = frozenset({Role.DPO, Role.AUDITOR})

MOST_UNITS = 20

# Text, so that who is not signed in hears that first, and not what is wrong with a parameter.
Units = Annotated[
    list[str], Query(default_factory=list, description="a case, a concern of it, an intervention; at most 20")
]
After = Annotated[str, Query(description="`next` of the answer before")]


class Question(BaseModel):
    """The parameters of the question."""

    unit: tuple[UUID, ...] = Field(min_length=1, max_length=MOST_UNITS)
    after: int = Field(default=0, ge=0, le=2**63 - 1)


def access_log_route(router: APIRouter, edge: Edge) -> None:
    """Add `GET /v1/access-log`."""
    rule = "domain.md 4.3 R8: who opened the texts of a unit, as far as the actor's organisation may know"
    door = edge.door(Door("access-log", rule, roles=READERS))

    async def access_log(request: Request, unit: Units, after: After = "0") -> Response:
        """List who opened the texts of these units, as far as the actor's organisation may know."""
        actor = await edge.enter(request, door)
        try:
            asked = Question.model_validate({"unit": unit, "after": after})
        except ValidationError as error:
            return problems.of_validation([{**e, "loc": ("query", *e["loc"])} for e in error.errors(include_url=False)])
        async with edge.begin(request, actor) as tx:
            return await listed(tx, asked)

    router.add_api_route("/v1/access-log", access_log, methods=["GET"], operation_id=door.operation)


async def listed(tx: Transaction, asked: Question) -> Response:
    """Answer with a page of openings, as far as the actor's organisation may know."""
    actor = tx.actor
    found = await openings(tx.session, asked.unit, after=asked.after, limit=PAGE + 1)
    shown = [_shown(row, own_words=Role.DPO in actor.roles) for row in found[:PAGE]]
    following = found[PAGE - 1]["id"] if len(found) > PAGE else None
    return JSONResponse({"items": shown, "next": following}, headers={"Cache-Control": "no-store"})


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
