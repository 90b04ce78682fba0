"""One POST per command, made from the transition table: actor, version, idempotency, transaction, answer.

`POST /v1/<kind>s` creates, `POST /v1/<kind>s/{id}/<command>` moves. Every POST carries an `Idempotency-Key`; every command on
something that exists carries `If-Match` with the version that the person saw. The answer is `{id, version, stage}` and an ETag.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from shared.errors import Invalid, TovholderError, VersionRequired
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.table import Command, Lifecycle, Transition
from shared.persistence.handling import Outcome, once
from shared.persistence.idempotency import Answer, Attempt
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.policy.sights import Policy
from shared.web import problems
from shared.web.edge import Edge, Given, body_of

A = TypeVar("A", bound=Aggregate)
B = TypeVar("B", bound=BaseModel)

Act = Callable[[Transaction, UUID, Any, int], Awaitable[Aggregate]]
"""Gives a command to an aggregate: (transaction, id, command, expected version)."""

Make = Callable[[Transaction, Any], Awaitable[Aggregate]]
"""Gives the command that creates an aggregate."""

KEY = re.compile(r"^[A-Za-z0-9._:-]{8,100}$")
VERSION = re.compile(r'^(?:W/)?"(\d{1,18})"$')


def parse(model: type[B], body: bytes) -> B:
    """Read a JSON body. Raises pydantic's `ValidationError`, which `respond` turns into a problem, and `Invalid`
    (`name_twice`) where a name stands twice: two readers could take two different values for what was sent.
    """
    read = model.model_validate_json(body or b"{}")
    json.loads(body or b"{}", object_pairs_hook=_once_each)
    return read


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise Invalid("name_twice", "a name stands twice in an object of the body", remedy="Say each thing once.")


def key_of(request: Request) -> str:
    """Return the Idempotency-Key. Raises `Invalid` if it is missing or malformed."""
    key = request.headers.get("idempotency-key", "")
    if not KEY.fullmatch(key):
        raise Invalid(
            "idempotency_key_required",
            "a POST needs an Idempotency-Key of 8 to 100 letters, digits or . _ : -",
            field="Idempotency-Key",
            remedy="Make a fresh UUID for each thing you want done, and keep it for repeats.",
        )
    return key


def version_of(request: Request) -> int:
    """Return the version in If-Match. Raises `VersionRequired`, or `Invalid` if it is no version."""
    header = request.headers.get("if-match")
    if header is None:
        raise VersionRequired(
            "version_required",
            "say which version you saw",
            field="If-Match",
            remedy="Send the ETag of your last look as If-Match.",
        )
    found = VERSION.fullmatch(header.strip())
    if not found:
        raise Invalid("version_invalid", 'If-Match must be a version such as "7"', field="If-Match")
    return int(found[1])


def _outcome(state: Aggregate) -> dict[str, Any]:
    """Return what a person who may see the thing is answered."""
    found = Outcome.of(state)
    return {"id": str(found.id), "version": found.version, "stage": found.stage}


async def respond(
    edge: Edge,
    request: Request,
    model: type[B],
    code: str,
    act: Callable[[Transaction, B], Awaitable[A]],
    door: Door,
    *,
    status: int = 200,
    actor: Actor | None = None,
    ready: Callable[[Attempt, B], Awaitable[None]] | None = None,
    shown: Callable[[A], dict[str, Any]] = _outcome,
    added: Callable[[Attempt, B, Answer], dict[str, Any]] | None = None,
) -> Response:
    """Serve one command: the same steps for all. Counts the outcome, whatever it is.

    `actor` is given for a public door only. `ready` is awaited before a transaction opens and may refuse; a repeat of what was
    accepted is answered even so. `shown` gives the answer that is kept for repeats, `added` what is told besides and kept nowhere.
    """
    try:
        who = actor or await edge.enter(request, door)
        attempt = Attempt(who, request.url.path, key_of(request), await body_of(request))
    except TovholderError as error:
        edge.metrics.commands.labels(code, error.code).inc()
        raise
    try:
        command, answer = await accept(
            edge, request, attempt, model, code, act, status=status, ready=ready, shown=shown
        )
    except ValidationError as error:
        return problems.of_body(error, model)
    etag = {"ETag": f'"{answer.body["version"]}"'} if "version" in answer.body else {}
    body = answer.body if added is None else answer.body | added(attempt, command, answer)
    return JSONResponse(body, status_code=answer.status, headers=etag)


async def accept(
    edge: Edge,
    request: Request,
    attempt: Attempt,
    model: type[B],
    code: str,
    act: Callable[[Transaction, B], Awaitable[A]],
    *,
    status: int = 200,
    ready: Callable[[Attempt, B], Awaitable[None]] | None = None,
    shown: Callable[[A], dict[str, Any]] = _outcome,
) -> tuple[B, Answer]:
    """Carry out one attempt, from JSON or from a form, and return the command with its answer. Counts the outcome, whatever it is.

    Raises pydantic's `ValidationError` and our own errors.
    """
    outcome = "internal_error"
    try:
        command = parse(model, attempt.body)

        async def run() -> Answer:
            if ready is not None:
                await ready(attempt, command)
            async with edge.begin(request, attempt.actor, holds=True) as tx:
                answer = Answer(status, shown(await act(tx, command)))
                await edge.idempotency.record(tx, attempt, answer)
                return answer

        answer = await once(edge.work, edge.idempotency, attempt, run)
        outcome = "done"
        return command, answer
    except ValidationError:
        outcome = "field_invalid"
        raise
    except TovholderError as error:
        outcome = error.code
        raise
    finally:
        edge.metrics.commands.labels(code, outcome).inc()


def creation_route(
    router: APIRouter,
    edge: Edge,
    path: str,
    model: type[Command],
    make: Make,
    roles: frozenset[Role],
    *,
    rule: str,
) -> None:
    """Add the POST that creates, for `roles`."""
    door = edge.door(Door(model.code, rule, roles))
    edge.metrics.commands.labels(model.code, "done")  # there at 0, so that the first one is seen as a rise

    async def create(tx: Transaction, _: UUID | None, command: Any, __: int) -> Aggregate:
        return await make(tx, command)

    edge.given[door.operation] = Given(model, door, create)

    async def endpoint(request: Request) -> Response:
        return await respond(edge, request, model, model.code, make, door, status=201)

    add_post(router, edge, path, endpoint, model, door, model.__doc__, status=201)


def creators(lifecycle: Lifecycle[Any], model: type[Command]) -> frozenset[Role]:
    """Return the roles of people who may bring an aggregate into being with this command."""
    return _people(row for row in lifecycle.rows_of(model) if row.creates)


def _people(rows: Iterable[Transition[Any]]) -> frozenset[Role]:
    roles = frozenset(role for row in rows if not row.follows for role in (*row.roles, *row.together))
    return roles - {Role.SYSTEM, Role.PUBLIC}


def command_routes(
    router: APIRouter,
    edge: Edge,
    lifecycle: Lifecycle[Any],
    policy: Policy,
    act: Act,
    *,
    plural: str | None = None,
    apart: frozenset[type[Command]] = frozenset(),
) -> None:
    """Add a POST for every command of the table that a person may give to an existing aggregate that they see.

    Those `apart` have routes of their own.

    `plural` is the word in the path where it is not the kind with an s.
    """
    for model in lifecycle.commands:
        rows = [row for row in lifecycle.rows_of(model) if not row.creates and not row.follows]
        if (roles := _people(rows)) and model not in apart:
            door = Door(f"{lifecycle.kind}-{model.code}", _paragraphs(rows), roles, policy)
            command_route(router, edge, lifecycle.kind, model, act, door, plural=plural)


def _paragraphs(rows: Iterable[Transition[Any]]) -> str:
    return "; ".join(dict.fromkeys(row.rule for row in rows))


def command_route(
    router: APIRouter,
    edge: Edge,
    kind: str,
    model: type[Command],
    act: Act,
    door: Door,
    *,
    plural: str | None = None,
) -> None:
    """Add the POST of one command on something that exists."""
    edge.door(door)
    edge.metrics.commands.labels(model.code, "done")  # there at 0, so that the first one is seen as a rise

    async def give(tx: Transaction, about: UUID | None, command: Any, version: int) -> Aggregate:
        assert about is not None, "the form of a command names what it is given to"
        return await act(tx, about, command, version)

    edge.given[door.operation] = Given(model, door, give)

    async def endpoint(request: Request, id: UUID) -> Response:
        async def run(tx: Transaction, command: Command) -> Aggregate:
            return await act(tx, id, command, version_of(request))

        return await respond(edge, request, model, model.code, run, door)

    add_post(router, edge, f"/v1/{plural or kind + 's'}/{{id}}/{model.code}", endpoint, model, door, model.__doc__)


def add_post(
    router: APIRouter,
    edge: Edge,
    path: str,
    endpoint: Any,
    model: type[BaseModel],
    door: Door,
    doc: str | None,
    *,
    status: int = 200,
) -> None:
    """Add a POST that reads its body itself, for a door that is entered; `status` is that of its success."""
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        operation_id=door.operation,
        summary=(doc or door.operation).strip().splitlines()[0],
        status_code=status,
    )
    edge.bodies[door.operation] = model
