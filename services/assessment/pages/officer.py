"""Where a data protection officer begins (`domain.md` 4.3 R7, 4.6 R21): what waits for a signature or an answer, the nearest first.

Broken glasses of the organisation's cases that nobody has reviewed, requests for insight that nobody has answered, each with its clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import Response

from services.assessment.domain.insight import UNANSWERED, InsightRequest
from services.assessment.pages.glass import clock_of, glasses_broken
from services.assessment.pages.references import reference, reference_of_insight
from services.assessment.repository import CaseStore, InsightStore
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.console.site import Console, Visit

DOOR: Final = Door("officer-page", "domain.md R7, R21: what waits for the officer", frozenset({Role.DPO}))
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for the officer: its reference, where it is done, until when, and a word of what it is."""

    reference: str
    link: str
    due_at: datetime | None
    kind: str


def officer_pages(router: APIRouter, console: Console, cases: CaseStore, insights: InsightStore) -> None:
    """Add the page."""

    async def show(visit: Visit) -> Response:
        """Show what waits."""
        async with console.edge.begin(visit.request, visit.actor) as tx:
            broken = _of_glasses(await glasses_broken(tx, cases))
            asked = _of_insights(await _unanswered(tx, insights))
        return console.page(visit, "officer/show.html", glasses=_by_due(broken), insights=_by_due(asked))

    console.get(router, "/officer", DOOR, show)


async def _unanswered(tx: Transaction, store: InsightStore) -> list[InsightRequest]:
    table = store.table
    mine = (store.visible(tx), table.c.stage.in_([str(stage) for stage in UNANSWERED]))
    query = sa.select(table.c.body).where(*mine).order_by(table.c.created_at).limit(MOST)
    return [InsightRequest.model_validate(body) for body in (await tx.session.execute(query)).scalars()]


def _of_glasses(cases: Sequence[Any]) -> list[Waiting]:
    found = []
    for case in cases:
        for glass in case.glasses:
            clock = clock_of(case, glass.id)
            if glass.finding is None:
                due = clock.due_at if clock else None
                found.append(Waiting(reference(case.id), "/assessment/glass", due, "review_glass"))
    return found


def _of_insights(requests: Sequence[InsightRequest]) -> list[Waiting]:
    found = []
    for request in requests:
        first = min(request.clocks.values(), key=lambda clock: clock.due_at, default=None)
        link = f"/assessment/insights/{request.id}"
        due, kind = (first.due_at, first.kind) if first else (None, "")
        found.append(Waiting(reference_of_insight(request.id), link, due, kind))
    return found


def _by_due(found: Sequence[Waiting]) -> list[Waiting]:
    """Return what is due first at the top; what has no clock comes last."""
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at.timestamp() if each.due_at else 0.0))
