"""Looking at aggregates: one, a page of many, the timeline, the clocks with their reasons, what can be done next.

Only what the actor's organisation has access to now is there; everything else answers like something that does not exist.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from shared.errors import Invalid
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.decide import possible
from shared.lifecycle.regime import regime_of
from shared.lifecycle.table import Context
from shared.persistence.store import Store
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.edge import Edge

PAGE = 100
"""Rows of a page at most."""

View = Callable[[Aggregate], dict[str, Any]]
"""What an aggregate shows of itself to those who see it."""

Facts = list[dict[str, Any]]
"""A timeline: the facts of an aggregate, in order."""


def view_of(state: Aggregate) -> dict[str, Any]:
    """Return the state as JSON with the law that governs it and who answers for it (`domain.md` 4.1).

    Left out is the bookkeeping that has its own place in the answer.
    """
    tags = {"regime": regime_of(*state.handlers), "controller": state.controller}
    return state.model_dump(mode="json", exclude={"clocks", "agreements"}) | tags


def reading_routes(
    router: APIRouter,
    edge: Edge,
    store: Store[Any],
    *,
    filters: Mapping[str, str] | None = None,
    view: Callable[[Any, Transaction], dict[str, Any]] = lambda state, tx: view_of(state),
    hidden: Callable[[Any, Transaction], bool] = lambda state, tx: False,
    told: Callable[[Any, Facts, Transaction], Facts] = lambda state, found, tx: found,
    plural: str | None = None,
) -> None:
    """Add `GET /v1/<kind>s`, `/{id}` and `/{id}/facts`. `filters` maps query parameters to columns of the row.

    Of what is `hidden` from an actor that actor sees the `view` alone: no clocks, no timeline, nothing to do (T08). `told`
    leaves out of the timeline what the `view` leaves out of the state.
    """
    path = f"/v1/{plural or store.lifecycle.kind + 's'}"
    allowed = {"stage": "stage", **(filters or {})}

    kind, policy = store.lifecycle.kind, store.policy
    listing = edge.door(Door(f"{kind}-list", "R6: those that the actor sees", about=policy, lists=True))
    showing = edge.door(Door(f"{kind}-show", "R6", about=policy))
    telling = edge.door(Door(f"{kind}-facts", "R6: its timeline", about=policy))

    async def one(request: Request, id: UUID) -> Response:
        """Look at one, with its clocks and what can be done next."""
        actor = await edge.enter(request, showing)
        async with edge.begin(request, actor) as tx:
            state = await store.load(tx, id, lock=False)
            body = view(state, tx)
            if hidden(state, tx):
                return JSONResponse(body, headers={"ETag": f'"{state.version}"', "Cache-Control": "no-store"})
            body["access"] = await access(tx, store, id)
            body["clocks"] = await clocks(tx, store, id)
            body["agreements"] = {code: [given.role for given in all_] for code, all_ in state.agreements.items()}
            context = Context(actor=actor, now=tx.now, aggregate_id=id)
            # Who is here on a visit (R7) is shown the case and may change nothing: every command would answer 404.
            own = await takes_part(tx, store, id)
            body["possible"] = [
                {"command": each.command, "allowed": each.allowed, "rule": each.rule, "why_not": each.why_not}
                for each in possible(store.lifecycle, state, context)
                if own and _on_a_seen_record(edge, kind, each.command)
            ]
        return JSONResponse(body, headers={"ETag": f'"{state.version}"', "Cache-Control": "no-store"})

    async def many(request: Request) -> Response:
        """List what the actor's organisation sees, newest first."""
        actor = await edge.enter(request, listing)
        async with edge.begin(request, actor) as tx:
            rows, cursor = await page(tx, store, request, allowed, view)
        return JSONResponse({"items": rows, "next": cursor}, headers={"Cache-Control": "no-store"})

    async def timeline(request: Request, id: UUID) -> Response:
        """List the facts of one, in order."""
        actor = await edge.enter(request, telling)
        async with edge.begin(request, actor) as tx:
            state = await store.load(tx, id, lock=False)
            found = [] if hidden(state, tx) else told(state, await facts(tx, store, id), tx)
        return JSONResponse({"items": found}, headers={"Cache-Control": "no-store"})

    router.add_api_route(path, many, methods=["GET"], operation_id=f"{kind}-list")
    router.add_api_route(f"{path}/{{id}}", one, methods=["GET"], operation_id=f"{kind}-show")
    router.add_api_route(f"{path}/{{id}}/facts", timeline, methods=["GET"], operation_id=f"{kind}-facts")


async def takes_part(tx: Transaction, store: Store[Any], aggregate_id: UUID) -> bool:
    """Say whether the actor sees it as one who takes part: who visits is given no command (R7)."""
    own = sa.exists().where(store.table.c.id == aggregate_id, store.visible(tx, visits=False))
    return bool((await tx.session.execute(sa.select(own))).scalar_one())


def _on_a_seen_record(edge: Edge, kind: str, command: str) -> bool:
    """Say whether a command is given to what one sees; break-glass is not, and needs no place among what can be done next."""
    door = edge.doors.get(f"{kind}-{command}")
    return door is None or door.about is not None


async def page(
    tx: Transaction,
    store: Store[Any],
    request: Request,
    allowed: Mapping[str, str],
    view: Callable[[Any, Transaction], dict[str, Any]],
    *,
    only: sa.ColumnElement[bool] | None = None,
    most: int = PAGE,
    besides: frozenset[str] = frozenset(),
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page and the cursor of the next, by (created_at, id) descending; `only` is a condition besides being seen.

    `most` is how many there are where nobody says a limit; `besides` names parameters that are no filters.

    Raises `Invalid` for unknown filters.
    """
    table = store.table
    query = sa.select(table.c.body, table.c.created_at, table.c.id, table.c.version)
    query = query.where(store.visible(tx), *(() if only is None else (only,)))
    for name, value in request.query_params.items():
        if name in allowed and not value:
            continue  # a form sends the filters that nobody chose as well
        if name in allowed:
            query = query.where(table.c[allowed[name]] == _sought(table.c[allowed[name]], name, value))
        elif name not in ("cursor", "limit") and name not in besides:
            raise Invalid("filter_unknown", f"filters are {', '.join(allowed)}", field="query")
    limit = _limit(request, most)
    if "cursor" in request.query_params:
        before, last = moment_and_id(request.query_params["cursor"])
        query = query.where(sa.tuple_(table.c.created_at, table.c.id) < sa.tuple_(sa.literal(before), sa.literal(last)))
    ordered = query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit + 1)
    rows = (await tx.session.execute(ordered)).all()
    shown = [view(store.lifecycle.state.model_validate(row.body), tx) for row in rows[:limit]]
    more = rows[limit - 1] if len(rows) > limit else None
    return shown, cursor(more.created_at, more.id) if more else None


async def access(tx: Transaction, store: Store[Any], aggregate_id: UUID) -> list[dict[str, Any]]:
    """Return which organisations take part, or took part, and from when to when (`domain.md` 3.4)."""
    table = store.spine.case_access
    query = sa.select(table.c.organisation, table.c.valid_from, table.c.valid_to).order_by(table.c.valid_from)
    rows = (await tx.session.execute(query.where(table.c.aggregate_id == aggregate_id))).mappings().all()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


async def clocks(tx: Transaction, store: Store[Any], aggregate_id: UUID) -> list[dict[str, Any]]:
    """Return the clocks of an aggregate, open ones first, each with owner, due time and the reason for that time."""
    table = store.spine.deadlines
    columns = (
        "id",
        "kind",
        "owner_role",
        "owner_organisation",
        "opened_at",
        "due_at",
        "reason",
        "paragraph",
        "sourced",
    )
    query = sa.select(*(table.c[name] for name in (*columns, "state", "closed_at", "missed_at", "next_step_at")))
    query = query.where(table.c.aggregate_id == aggregate_id).order_by(table.c.state.desc(), table.c.due_at)
    rows = (await tx.session.execute(query)).mappings().all()
    return [
        {name: _plain(value) for name, value in row.items()}
        | {"overdue": row["state"] == "OPEN" and row["due_at"] < tx.now}
        for row in rows
    ]


async def facts(tx: Transaction, store: Store[Any], aggregate_id: UUID) -> Facts:
    """Return the facts of an aggregate, in order."""
    table = store.spine.facts
    query = sa.select(
        table.c.sequence, table.c.type, table.c.occurred_at, table.c.actor_role, table.c.organisation, table.c.body
    ).where(table.c.aggregate_id == aggregate_id)
    rows = (await tx.session.execute(query.order_by(table.c.sequence))).mappings().all()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _sought(column: sa.Column[Any], name: str, value: str) -> Any:
    """Return a filter's value in the type of its column. Raises `Invalid` for what is no reference."""
    if column.type.python_type is not UUID:
        return value
    try:
        return UUID(value)
    except ValueError:
        raise Invalid("filter_invalid", "this filter takes a reference (UUID)", field=name) from None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _limit(request: Request, most: int) -> int:
    try:
        limit = int(request.query_params.get("limit", most))
    except ValueError:
        limit = 0
    if not 1 <= limit <= PAGE:
        raise Invalid("limit_invalid", f"a page has 1 to {PAGE} rows", field="limit")
    return limit


def cursor(before: datetime, last: UUID) -> str:
    """Return what a page's address says to go on behind a row: its moment and its id."""
    return base64.urlsafe_b64encode(json.dumps([before.isoformat(), str(last)]).encode()).decode()


def moment_and_id(cursor: str, field: str = "cursor") -> tuple[datetime, UUID]:
    """Read a cursor. Raises `Invalid` (`cursor_invalid`)."""
    try:
        before, last = json.loads(base64.urlsafe_b64decode(cursor))
        moment = datetime.fromisoformat(before)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return moment, UUID(last)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Invalid("cursor_invalid", "the cursor is not one of ours", field=field) from None
