"""What the desk keeps of a concern that it has sent on: time, channel, police district, outcome. Nothing else (`domain.md` 2.4).

The hotline never owns a case. Its adviser no longer sees the concern, and can still say that a call was taken and where it went;
so can an Infohus that took in what was another's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from starlette.responses import JSONResponse, Response

from services.intake import repository
from services.intake.domain.concern import Concern
from services.intake.domain.desks import DESKS
from shared.errors import Invalid
from shared.persistence.store import Store
from shared.policy.doors import Door
from shared.reference.districts import district_of
from shared.web.edge import Edge

PAGE = 100
_MOMENT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def handed_on_route(router: APIRouter, edge: Edge, store: Store[Concern]) -> None:
    """Add `GET /v1/handed-on?before=...`: newest first, `PAGE` stubs; `next` of one answer is `before` of the following."""
    rule = "domain.md 2.4: after routing the desk keeps time, channel, district and outcome"
    door = edge.door(Door("handed-on", rule, frozenset(DESKS)))

    async def handed_on(request: Request, before: str | None = None) -> Response:
        """List the stubs of concerns that the actor's desk has sent on and does not see any more."""
        actor = await edge.enter(request, door)
        until = _moment(before) if before is not None else None
        async with edge.begin(request, actor) as tx:
            found = await repository.sent_on(tx, store, until, PAGE)
        shown = [stub(concern) for concern in found]
        following = found[-1].received_at.isoformat() if len(found) >= PAGE else None
        return JSONResponse({"items": shown, "next": following}, headers={"Cache-Control": "no-store"})

    router.add_api_route("/v1/handed-on", handed_on, methods=["GET"], operation_id=door.operation)


def stub(concern: Concern) -> dict[str, Any]:
    """Return what the desk keeps of a concern that it sent on."""
    place = concern.infohus or concern.subject_municipality
    return {
        "received_at": concern.received_at.isoformat(),
        "channel": concern.channel,
        "district": district_of(place).slug if place else None,
        "outcome": concern.stage,
    }


def _moment(text: str) -> datetime:
    try:
        return _MOMENT.validate_python(text)
    except ValidationError:
        raise Invalid(
            "cursor_invalid", "`before` is a time with its zone, such as `next` gives", field="before"
        ) from None
