"""What helps the one who types: the text above the form, and words that may show who reported (`domain.md` R27, R28)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import JSONResponse, Response

from services.intake.domain.commands import ReceiveConcern
from services.intake.domain.concern import Concern
from services.intake.domain.source_hints import source_hints
from shared.lifecycle.table import Lifecycle
from shared.lifecycle.text import CaseText
from shared.policy.doors import Door
from shared.reference.form_text import ORDINARY_ACTIVITY, WITHOUT_SOURCE
from shared.web.commands import creators
from shared.web.edge import Edge, body_of
from shared.web.problems import of_body


class AskForHints(BaseModel):
    """A text that is about to be sent; it is looked at and forgotten."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    text: CaseText


def form_routes(router: APIRouter, edge: Edge, lifecycle: Lifecycle[Concern]) -> None:
    """Add the form's text, open to everybody, and the hints, for those who may take in a concern."""
    reading = edge.door(Door("concern-form", "R27, R28: stands above every form", public=True))
    typing = edge.door(
        Door("source-hints", "R28: told to the typist, kept nowhere", creators(lifecycle, ReceiveConcern))
    )

    async def form(request: Request) -> Response:
        """Show what a form says before anything is typed."""
        return JSONResponse({"ordinary_activity": dict(ORDINARY_ACTIVITY), "without_source": dict(WITHOUT_SOURCE)})

    async def hints(request: Request) -> Response:
        """Say where a text may show who reported. A warning: nothing is refused, stored or logged."""
        await edge.enter(request, typing)
        try:
            asked = AskForHints.model_validate_json(await body_of(request) or b"{}")
        except ValidationError as error:
            return of_body(error, AskForHints)
        found = [{"start": h.start, "end": h.end, "kind": h.kind} for h in source_hints(asked.text.plain)]
        return JSONResponse({"hints": found}, headers={"Cache-Control": "no-store"})

    router.add_api_route("/v1/public/concern-form", form, methods=["GET"], operation_id=reading.operation)
    edge.bodies[typing.operation] = AskForHints
    router.add_api_route("/v1/source-hints", hints, methods=["POST"], operation_id=typing.operation)
