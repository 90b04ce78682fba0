"""A POST that moves no aggregate: the same steps as a command's, with an answer of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from shared.errors import TovholderError
from shared.persistence.handling import once
from shared.persistence.idempotency import Answer, Attempt
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web import problems
from shared.web.commands import key_of, parse
from shared.web.edge import Edge, body_of

B = TypeVar("B", bound=BaseModel)


class Nothing(BaseModel):
    """An empty body."""


async def answer_once(
    edge: Edge,
    request: Request,
    model: type[B],
    door: Door,
    act: Callable[[Transaction, B], Awaitable[dict[str, Any]]],
) -> Response:
    """Act once per Idempotency-Key and answer a repeat with the first answer. Counts the outcome, whatever it is."""
    outcome = "internal_error"
    try:
        who = await edge.enter(request, door)
        attempt = Attempt(who, request.url.path, key_of(request), await body_of(request))
        wanted = parse(model, attempt.body)

        async def run() -> Answer:
            async with edge.begin(request, who) as tx:
                answer = Answer(200, await act(tx, wanted))
                await edge.idempotency.record(tx, attempt, answer)
                return answer

        answer = await once(edge.work, edge.idempotency, attempt, run)
        outcome = "done"
        return JSONResponse(answer.body, status_code=answer.status)
    except ValidationError as error:
        outcome = "field_invalid"
        return invalid_body(error, model)
    except TovholderError as error:
        outcome = error.code
        raise
    finally:
        edge.metrics.commands.labels(door.operation, outcome).inc()


def invalid_body(error: ValidationError, model: type[BaseModel]) -> Response:
    """Return the problem of a body that does not fit its model."""
    return problems.of_body(error, model)
