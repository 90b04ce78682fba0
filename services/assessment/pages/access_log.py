"""Who opened the texts of a case, when and why (`domain.md` 4.3 R8): the citizen's list, to look at and to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import Response

from services.assessment import repository
from services.assessment.domain.case import Case
from services.assessment.openings import units_of
from services.assessment.pages.references import reference
from services.assessment.repository import CaseStore
from shared.audit.openings import openings
from shared.errors import NotFound
from shared.persistence.work import Transaction
from shared.web.access_log import PAGE
from shared.web.console.commands import Option
from shared.web.console.site import Console, Visit

MOST = 500
"""Cases that the list to choose from has, latest first."""


def access_log_pages(router: APIRouter, console: Console, store: CaseStore) -> None:
    """Add the page."""

    async def show(visit: Visit) -> Response:
        """Show the list of one case; without one, the cases to choose from."""
        asked = visit.request.query_params.get("case", "")
        after = visit.request.query_params.get("after", "0")
        rows: Sequence[Mapping[str, Any]] = ()
        case: Case | None = None
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            options = await of_organisation(visit, tx, store)
            if asked:
                case = await repository.case_of_organisation(tx, store, _reference(asked))
                if case is None:
                    raise NotFound("case_not_found", "there is nothing here that you may see")
                number = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
                rows = await openings(tx.session, units_of(case), after=number, limit=PAGE + 1)
        return console.page(
            visit,
            "access/show.html",
            options=options,
            case=case,
            heading=reference(case.id) if case else "",
            rows=rows[:PAGE],
            following=rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
        )

    console.get(router, "/access-log", console.edge.doors["case-access-log"], show)


async def of_organisation(visit: Visit, tx: Transaction, store: CaseStore) -> list[Option]:
    """Return the cases in which the visitor's organisation takes part, by reference alone.

    For the officer, who answers citizens and sees no case (R21): of each there is its reference and the day it came.
    """
    table = store.table
    query = sa.select(table.c.id, table.c.arrived_at).where(store.takes_part(visit.actor, tx.now, visits=False))
    rows = (await tx.session.execute(query.order_by(table.c.created_at.desc()).limit(MOST))).all()
    return [
        Option(str(row.id), f"{reference(row.id)} · {visit.language.short(row.arrived_at, visit.now)}") for row in rows
    ]


def _reference(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("case_not_found", "there is nothing here that you may see") from None
