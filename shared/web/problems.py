"""Errors as problem+json (RFC 9457): stable `code`, what is wrong, the field, the rule, the remedy. Never a sent value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shared.errors import TooMany, TovholderError

UNKNOWN = "?"
"""What stands for a name that is none of ours."""

log = structlog.get_logger()

PROBLEM = "application/problem+json"

TITLES = {
    400: "The request is not understood",
    401: "Not signed in",
    403: "Not for this role",
    404: "Not found",
    405: "Not possible here",
    409: "Not possible now",
    412: "Somebody else was first",
    413: "Too large",
    422: "Not accepted",
    428: "Say which version you saw",
    429: "Too many at once",
    500: "Our mistake",
    503: "Try again shortly",
}


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Return a problem+json answer; None values are left out."""
    body = {"type": f"/problems/{code}", "title": TITLES.get(status, "Error"), "status": status, "code": code}
    body |= {"detail": detail, **{name: value for name, value in more.items() if value is not None}}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status == 503 else None
    return JSONResponse(body, status_code=status, media_type=PROBLEM, headers=headers)


def of_error(error: TovholderError) -> Response:
    """Return the answer for one of our errors."""
    answer = problem(
        error.status, error.code, error.detail, field=error.field, rule=error.rule, remedy=error.remedy, **error.more
    )
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def of_body(error: ValidationError, model: type[BaseModel]) -> Response:
    """Return the problem of a body that does not fit its model. Names that somebody made up are not repeated: one could be a
    person's.
    """
    known = _names(model)

    def told(part: int | str) -> int | str:
        return part if isinstance(part, int) or part in known else UNKNOWN

    lines = error.errors(include_url=False, include_input=False)
    return of_validation([{**line, "loc": ("body", *map(told, line["loc"]))} for line in lines])


@cache
def _names(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of fields, and the closed codes, that a model's schema knows."""

    def walk(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            yield from part.get("properties", ())
            yield from (code for code in part.get("enum", ()) if isinstance(code, str))
            for value in part.values():
                yield from walk(value)
        elif isinstance(part, list):
            for value in part:
                yield from walk(value)

    return frozenset(walk(model.model_json_schema()))


def of_validation(errors: list[dict[str, Any]]) -> Response:
    """Return one problem for all fields that are wrong; messages name the field and what it should be."""
    fields = [{"field": ".".join(str(part) for part in e["loc"][1:]) or "body", "detail": _said(e)} for e in errors]
    first = fields[0] if fields else {"field": "body", "detail": "is not understood"}
    return problem(
        422,
        "field_invalid",
        f"{first['field']}: {first['detail']}",
        field=first["field"],
        fields=fields,
        remedy="Correct the field and send it again; nothing was saved.",
    )


def _said(error: dict[str, Any]) -> str:
    """Return pydantic's sentence, unless it could repeat the value that was sent."""
    if error["type"] in (
        "value_error",
        "assertion_error",
        "enum",
        "literal_error",
        "uuid_parsing",
        "extra_forbidden",
        "union_tag_invalid",
    ):
        expected = error.get("ctx", {}).get("expected")
        return {
            "extra_forbidden": "is not a field of this request",
            "uuid_parsing": "is not a reference (UUID)",
        }.get(error["type"], f"must be one of {expected}" if expected else "is not valid")
    return str(error["msg"])


def install(app: FastAPI) -> None:
    """Let every error of the application leave as problem+json."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, TovholderError)
        if error.status >= 500:
            log.warning("request_failed", code=error.code)
        request.state.problem_code = error.code
        return of_error(error)

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        request.state.problem_code = "field_invalid"
        return of_validation(list(error.errors()))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem(error.status_code, f"http_{error.status_code}", TITLES.get(error.status_code, "Error"))

    async def unexpected(request: Request, error: Exception) -> Response:
        # The class name only: a message may hold what somebody typed.
        log.error("request_crashed", error=type(error).__name__)
        remedy = "Send the same again with the same Idempotency-Key; if it says this again, tell who runs the system."
        return problem(500, "internal_error", "something went wrong on our side", remedy=remedy)

    app.add_exception_handler(TovholderError, ours)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)
