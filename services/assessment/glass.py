"""Break-glass over HTTP (`domain.md` R7). The case is not seen by who asks, so neither route takes a version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.assessment.domain.case import Case
from services.assessment.domain.glass import BREAKERS, RULE, BreakGlass, ReviewGlass, is_acute
from services.assessment.repository import CaseStore
from shared.errors import NotFound
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.table import Command
from shared.persistence.handling import carry_out
from shared.persistence.sealing import Sealer
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.vault import Vault
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

    async def grounds(self, tx: Transaction, case_id: UUID, glass_id: UUID) -> tuple[UUID, datetime]:
        """Return the reference of why a glass was broken that waits for this officer's review, and the moment.

        Raises `NotFound` for any other case, and for a glass that is reviewed.
        """
        async with tx.as_system() as system:
            case = await self.store.load(system, case_id, lock=False)
        found = next((each for each in case.glasses if each.id == glass_id and each.finding is None), None)
        if case.organisation != tx.actor.organisation or found is None:
            raise _nothing_here()
        return found.grounds, tx.now

    async def _in_their_name(self, tx: Transaction, system: Transaction, case: Case, command: Command) -> Case:
        return await carry_out(replace(system, actor=tx.actor), self.store, self.sealer, case, case.id, command)


def glass_routes(router: APIRouter, edge: Edge, store: CaseStore, vault: Vault) -> None:
    """Add `POST /v1/cases/{id}/break-glass` and `/review-glass`, and `/glasses/{glass_id}/open-grounds` for who reviews."""
    glasses = Glasses(store, vault)
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

    opening = edge.door(Door("glass-open-grounds", f"{RULE}: the DPO who has to sign", frozenset({Role.DPO})))

    async def open_grounds(request: Request, id: UUID, glass_id: UUID) -> Response:
        """Open why a glass was broken that waits for a review: the look is on record before it happens."""
        actor = await edge.enter(request, opening)
        text = await opened_grounds(edge, request, actor, glasses, vault, id, glass_id)
        return JSONResponse({"grounds": text}, headers={"Cache-Control": "no-store"})

    path = "/v1/cases/{id}/glasses/{glass_id}/open-grounds"
    router.add_api_route(path, open_grounds, methods=["POST"], operation_id=opening.operation)
    add_post(router, edge, "/v1/cases/{id}/break-glass", break_glass, BreakGlass, breaking, BreakGlass.__doc__)
    add_post(router, edge, "/v1/cases/{id}/review-glass", review_glass, ReviewGlass, reviewing, ReviewGlass.__doc__)


async def opened_grounds(
    edge: Edge, request: Request, actor: Actor, glasses: Glasses, vault: Vault, case_id: UUID, glass_id: UUID
) -> str:
    """Return why a glass was broken, once the look is on record. Raises `NotFound`, and what the vault raises."""
    async with edge.begin(request, actor) as tx:
        ref, now = await glasses.grounds(tx, case_id, glass_id)
    engine = edge.work.engine
    plain = await vault.glass_grounds(
        engine, blob=ref, person=actor.person_ref, organisation=actor.organisation, now=now
    )
    return plain.reveal()


def _nothing_here() -> NotFound:
    return NotFound("case_not_found", "there is nothing here that you may see")
