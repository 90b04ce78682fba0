"""The ledger of a case's shares and refusals: `GET /v1/cases/{id}/shares` as JSON, CSV or JSON lines (`domain.md` 4.2, R1, R3).

Codes and references only. The necessity text stays sealed; it is opened like every other text of the case.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.assessment.domain.case import Case
from services.assessment.domain.disclosure import Refusal, Share
from shared.lifecycle.regime import regime_of
from shared.persistence.store import Store
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.edge import Edge

COLUMNS = (
    "at",
    "outcome",
    "id",
    "from_authority",
    "to_authority",
    "recipient_person",
    "recipient_kind",
    "basis",
    "rule_from",
    "purpose",
    "categories",
    "minimisation_checked",
    "consent_id",
    "necessity",
    "refused_reason",
    "regime",
    "controller",
)
"""Columns of the ledger, the same in each form; what a line does not have is empty."""

CSV, LINES = "text/csv", "application/x-ndjson"


def lines_of(case: Case) -> list[dict[str, Any]]:
    """Return the lines of the ledger in the order of their times, each with every column."""
    shares = ((each.shared_at, _line(each, "SHARED", each.shared_at)) for each in case.shares)
    refusals = ((each.refused_at, _line(each, "REFUSED", each.refused_at)) for each in case.refusals)
    return [line for _, line in sorted((*shares, *refusals), key=lambda pair: pair[0])]


def _line(entry: Share | Refusal, outcome: str, at: datetime) -> dict[str, Any]:
    known = entry.model_dump(mode="json")
    parties = (entry.from_authority, entry.to_authority)
    tags = {"regime": regime_of(*parties), "controller": entry.from_authority}
    full = {**known, **tags, "at": at.isoformat(), "outcome": outcome}
    return {name: full.get(name) for name in COLUMNS}


def as_csv(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return the lines as CSV (RFC 4180) with a heading; categories stand in one cell, apart by spaces."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for line in lines:
        writer.writerow({**line, "categories": " ".join(line["categories"] or ())})
    return out.getvalue()


def as_json_lines(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return the lines as JSON, one a line."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


FORMS: Mapping[str, Callable[[Iterable[Mapping[str, Any]]], str]] = {CSV: as_csv, LINES: as_json_lines}


def ledger_route(
    router: APIRouter, edge: Edge, store: Store[Case], hidden: Callable[[Case, Transaction], bool]
) -> None:
    """Add `GET /v1/cases/{id}/shares`; the Accept header chooses the form. Of a hidden case there is nothing (T08)."""
    rule = "domain.md 4.2: what was shared about the citizen, with whom, on which basis"
    door = edge.door(Door("case-shares", rule, about=store.policy))

    async def shares(request: Request, id: UUID) -> Response:
        """List what was shared about the citizen, with whom, on which basis; and what was refused."""
        actor = await edge.enter(request, door)
        async with edge.begin(request, actor) as tx:
            case = await store.load(tx, id, lock=False)
            lines = [] if hidden(case, tx) else lines_of(case)
        accepted = request.headers.get("accept", "")
        form = next((name for name in FORMS if name in accepted), None)
        if form is None:
            return JSONResponse({"items": lines}, headers={"Cache-Control": "no-store"})
        return Response(FORMS[form](lines), media_type=form, headers={"Cache-Control": "no-store"})

    router.add_api_route("/v1/cases/{id}/shares", shares, methods=["GET"], operation_id=door.operation)
