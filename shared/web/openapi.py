"""The OpenAPI document of a service: what its routes cannot say of themselves is made from its doors and their bodies."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from shared.policy.doors import Door
from shared.web import problems
from shared.web.edge import JSON, Edge

UNKEYED = ("open-texts", "concern-status-public", "people-post", "work-seen", "source-hints")
"""How operations end that are a POST and need no Idempotency-Key: looking, by a body that no URL may hold, and what is the same
when it is done twice.
"""

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "enum": sorted({*problems.TITLES.values(), "Error"})},
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "detail": {"type": "string", "pattern": "."},
    },
    "description": "RFC 9457; never holds a value that was sent",
}


def document(app: FastAPI, edge: Edge) -> None:
    """Let the document carry bodies, headers, refusals and who must sign in."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            _components(made, edge)
            for path, methods in made["paths"].items():
                for method, operation in methods.items():
                    _complete(operation, method, path, edge)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _components(made: dict[str, Any], edge: Edge) -> None:
    _, schemas = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(edge.bodies.values())],
        ref_template="#/components/schemas/{model}",
    )
    components = made.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas.get("$defs", {}))
    components["schemas"].pop("HTTPValidationError", None)  # FastAPI's own answer, which nobody gets here
    components["schemas"].pop("ValidationError", None)
    components["schemas"]["Problem"] = PROBLEM
    components["securitySchemes"] = {"staff": {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt"}}


def _complete(operation: dict[str, Any], method: str, path: str, edge: Edge) -> None:
    door = edge.doors[operation["operationId"]]
    model = edge.bodies.get(door.operation)
    if model is not None:
        reference = {"$ref": f"#/components/schemas/{model.__name__}"}
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": reference}}}
    if not door.public:
        operation["security"] = [{"staff": []}]
    keyed = method == "post" and not door.operation.endswith(UNKEYED)
    versioned = keyed and door.about is not None and "{id}" in path
    if keyed:
        operation.setdefault("parameters", []).append(_header("Idempotency-Key", "^[A-Za-z0-9._:-]{8,100}$"))
    if versioned:
        operation.setdefault("parameters", []).append(_header("If-Match", '^"[0-9]{1,18}"$'))
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(_refusals(door, path, keyed=keyed, versioned=versioned)):
        operation["responses"][str(status)] = {"description": problems.TITLES[status], "content": problem}


def _refusals(door: Door, path: str, *, keyed: bool, versioned: bool) -> set[int]:
    """Return the statuses with which an operation may refuse; 503 says that a server behind it is away."""
    found = {422, 503} | ({404, 409, 429} if door.public else {401, 403})
    if "{" in path:
        found.add(404)
    if keyed or door.operation.endswith("open-texts"):
        found |= {404, 409}
    if versioned:
        found |= {412, 428}
    return found


def _header(name: str, pattern: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": pattern}}
