"""`GET /v1/work`: everything that waits for me, in every service, with the sentence that says why it is due then."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from services.notify import repository
from services.notify.api.answering import Nothing, answer_once
from services.notify.explaining import Language, explained
from services.notify.handlers import Desk
from services.notify.repository import WorkQuery
from shared.errors import Invalid, NotFound
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.reference.calendar import local
from shared.web.edge import Edge

MOST = 100
"""Rows of a page at most."""


_DELIVERY_SHOWN = {"id", "stage", "action", "step_at", "audience", "level", "told", "send_at", "acute", "version"}


class When(StrEnum):
    """Parts of the list by due time, Danish days; the same as in the counts."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


Because = Literal["OWNER", "DEPUTY", "LEADER"]


def work_routes(router: APIRouter, edge: Edge, desk: Desk) -> None:
    """Add the routes."""
    mine = "domain.md 2.7: what waits for me, for whom I stand in, and what was escalated to me"
    listing, showing = edge.door(Door("work-list", mine)), edge.door(Door("work-show", mine))
    told, confirming = edge.door(Door("work-deliveries", mine)), edge.door(Door("work-seen", mine))

    async def work(
        request: Request,
        service: str | None = None,
        kind: str | None = None,
        aggregate_kind: str | None = None,
        sourced: bool | None = None,
        because: Because | None = None,
        when: When | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> Response:
        """List my open work over all services: overdue first, then by due time."""
        actor = await edge.enter(request, listing)
        filters = {"service": service, "kind": kind, "aggregate_kind": aggregate_kind, "sourced": sourced}
        language = language_of(request)
        async with edge.begin(request, actor) as tx:
            today, week = ends(tx.now)
            query = WorkQuery(
                limit,
                {name: value for name, value in filters.items() if value is not None},
                because,
                *span(when, tx.now, today, week),
                after=decode(cursor) if cursor else None,
            )
            rows = await repository.my_work(tx, query)
            counts = await repository.my_counts(tx, today, week)
            items = [explained(dict(row), tx.now, language, actor) for row in rows[:limit]]
        more = rows[limit - 1] if len(rows) > limit else None
        body = {"items": items, "counts": dict(counts), "next": encode(more) if more else None}
        return JSONResponse(body, headers=_headers(language))

    async def one(request: Request, deadline_id: UUID) -> Response:
        """Look at one item of mine."""
        actor = await edge.enter(request, showing)
        language = language_of(request)
        async with edge.begin(request, actor) as tx:
            row = await repository.my_item(tx, deadline_id)
            if row is None:
                raise NotFound("work_not_found", "nothing waits for you under this reference")
            body = explained(dict(row), tx.now, language, actor)
        return JSONResponse(body, headers=_headers(language))

    async def deliveries(request: Request, deadline_id: UUID) -> Response:
        """Show who was told of an item of mine, when, and whether they have seen it; also when it is done."""
        actor = await edge.enter(request, told)
        async with edge.begin(request, actor) as tx:
            if await repository.my_item(tx, deadline_id, closed=True) is None:
                raise NotFound("work_not_found", "nothing waits for you under this reference")
            found = await repository.deliveries_of(tx, deadline_id)
        shown = [each.model_dump(mode="json", include=_DELIVERY_SHOWN) for each in found]
        return JSONResponse({"items": shown}, headers={"Cache-Control": "no-store"})

    async def seen(request: Request, deadline_id: UUID) -> Response:
        """Say that I have seen it: nobody else is told of this step. The deadline runs on."""

        async def act(tx: Transaction, _: Nothing) -> dict[str, Any]:
            await desk.confirm_seen(tx, deadline_id)
            return {"deadline_id": str(deadline_id), "seen": True}

        return await answer_once(edge, request, Nothing, confirming, act)

    router.add_api_route("/v1/work", work, methods=["GET"], operation_id="work-list")
    router.add_api_route("/v1/work/{deadline_id}", one, methods=["GET"], operation_id="work-show")
    router.add_api_route(
        "/v1/work/{deadline_id}/deliveries", deliveries, methods=["GET"], operation_id="work-deliveries"
    )
    router.add_api_route("/v1/work/{deadline_id}/seen", seen, methods=["POST"], operation_id="work-seen")


def language_of(request: Request) -> Language:
    """Return the language that Accept-Language ranks first among ours; Danish if it names neither."""
    ranked = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((float(weight or 1), tag.lower().partition("-")[0]))
        except ValueError:
            continue
    known = [(weight, tag) for weight, tag in ranked if tag in ("da", "en") and weight > 0]
    best = max(known, key=lambda item: item[0], default=(1.0, "da"))
    return "en" if best[1] == "en" else "da"


def _headers(language: Language) -> dict[str, str]:
    return {"Cache-Control": "no-store", "Content-Language": language, "Vary": "Accept-Language"}


def ends(now: datetime) -> tuple[datetime, datetime]:
    """Return when the Danish day ends, and the Danish week."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    zone = local(now).tzinfo
    today = (midnight + timedelta(days=1)).replace(tzinfo=zone)
    week = (midnight + timedelta(days=7 - midnight.weekday())).replace(tzinfo=zone)
    return today, week


def span(when: When | None, now: datetime, today: datetime, week: datetime) -> tuple[datetime | None, datetime | None]:
    """Return from when, and until before when, something of this part of the list is due; None: without bound."""
    match when:
        case When.OVERDUE:
            return None, now
        case When.TODAY:
            return now, today
        case When.WEEK:
            return max(now, today), week
        case When.LATER:
            return max(now, week), None
    return None, None


def encode(row: Mapping[Any, Any]) -> str:
    """Return the cursor that goes on after a row."""
    return base64.urlsafe_b64encode(json.dumps([row["due_at"].isoformat(), str(row["deadline_id"])]).encode()).decode()


def decode(cursor: str) -> tuple[datetime, UUID]:
    """Read a cursor. Raises `Invalid` (`cursor_invalid`)."""
    try:
        due, last = json.loads(base64.urlsafe_b64decode(cursor))
        moment = datetime.fromisoformat(due)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return moment, UUID(last)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise Invalid("cursor_invalid", "the cursor is not one of ours", field="cursor") from None
