"""Who opened a citizen's case, when and why: `GET /v1/cases/{id}/access-log`, for the data protection officer (`domain.md` R8)."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from services.assessment import repository
from services.assessment.domain.case import Case
from services.assessment.repository import CaseStore
from shared.errors import NotFound
from shared.policy.doors import Door
from shared.web import problems
from shared.web.access_log import MOST_UNITS, READERS, Question, listed
from shared.web.edge import Edge


def openings_route(router: APIRouter, edge: Edge, store: CaseStore) -> None:
    """Add the route. Nobody need know which concerns and which intervention belong to the case: their texts are in the list."""
    rule = "domain.md 4.3 R8: the citizen's list, for the officer of an organisation that takes part"
    door = edge.door(Door("case-access-log", rule, READERS))

    async def opened(request: Request, id: UUID, after: str = "0") -> Response:
        """List who opened the texts of a case, of its concerns and of its intervention. Looking at the list opens nothing."""
        actor = await edge.enter(request, door)
        async with edge.begin(request, actor) as tx:
            case = await repository.case_of_organisation(tx, store, id)
            if case is None:
                raise NotFound("case_not_found", "there is nothing here that you may see")
            try:
                asked = Question.model_validate({"unit": units_of(case), "after": after})
            except ValidationError as error:
                return problems.of_validation(
                    [{**line, "loc": ("query", *line["loc"])} for line in error.errors(include_url=False)]
                )
            return await listed(tx, asked)

    router.add_api_route("/v1/cases/{id}/access-log", opened, methods=["GET"], operation_id=door.operation)


def units_of(case: Case) -> list[UUID]:
    """Return the erasable units that hold the case's texts: its own, its concerns', the latest ones first, its intervention's."""
    concerns = [each.concern_id for each in reversed(case.concerns)]
    found = [case.id, *([case.intervention_id] if case.intervention_id else []), *concerns]
    return list(dict.fromkeys(found))[:MOST_UNITS]
