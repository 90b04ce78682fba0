"""Break-glass over HTTP (`domain.md` R7). The case is not seen by who asks, so neither route takes a version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.assessment.domain.case import Case
from services.assessment.domain.glass import BREAKERS, RULE, BreakGlass, ReviewGlass, is_acute
from services.assessment.repository import CaseStore
from shared.errors import NotFound
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from shared.persistence.handling import carry_out
from shared.persistence.sealing import Sealer
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.commands import add_post, respond
from shared.web.edge import Edge


@dataclass(frozen=True)
class Glasses:
    """Handlers of break-glass: the case is loaded in SYSTEM's hands, the facts name the person."""

    store: CaseStore
    sealer: Sealer | None

    async def break_(self, tx: Transaction, case_id: UUID, command: BreakGlass) -> Case:
        """See an acute case. Raises `NotFound` for a case that is not acute, as for one that is not there."""
        async with tx.as_system() as system:
            case = await self.store.load(system, case_id)
            if not is_acute(case):
                raise _nothing_here()
            return await self._in_their_name(tx, system, case, command)

    async def review(self, tx: Transaction, case_id: UUID, command: ReviewGlass) -> Case:
        """Sign, as the DPO of the municipality whose case it is. Raises `NotFound` for any other case."""
        async with tx.as_system() as system:
            case = await self.store.load(system, case_id)
            if case.organisation != tx.actor.organisation or not case.glasses:
                raise _nothing_here()
            return await self._in_their_name(tx, system, case, command)

    async def _in_their_name(self, tx: Transaction, system: Transaction, case: Case, command: Command) -> Case:
        return await carry_out(replace(system, actor=tx.actor), self.store, self.sealer, case, case.id, command)


def glass_routes(router: APIRouter, edge: Edge, store: CaseStore, sealer: Sealer | None) -> None:
    """Add `POST /v1/cases/{id}/break-glass` and `/review-glass`."""
    glasses = Glasses(store, sealer)
    breaking = edge.door(Door("case-break-glass", f"{RULE}: an acute case, for four hours", frozenset(BREAKERS)))
    reviewing = edge.door(
        Door("case-review-glass", f"{RULE}: signed by the DPO of the municipality", frozenset({Role.DPO}))
    )

    async def break_glass(request: Request, id: UUID) -> Response:
        async def act(tx: Transaction, command: BreakGlass) -> Case:
            return await glasses.break_(tx, id, command)

        return await respond(edge, request, BreakGlass, BreakGlass.code, act, breaking)

    async def review_glass(request: Request, id: UUID) -> Response:
        async def act(tx: Transaction, command: ReviewGlass) -> Case:
            return await glasses.review(tx, id, command)

        return await respond(edge, request, ReviewGlass, ReviewGlass.code, act, reviewing)

    add_post(router, edge, "/v1/cases/{id}/break-glass", break_glass, BreakGlass, breaking, BreakGlass.__doc__)
    add_post(router, edge, "/v1/cases/{id}/review-glass", review_glass, ReviewGlass, reviewing, ReviewGlass.__doc__)


def _nothing_here() -> NotFound:
    return NotFound("case_not_found", "there is nothing here that you may see")
