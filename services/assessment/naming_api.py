"""Naming a caseworker over HTTP (`domain.md` R5, 3.4). Who leads the authority sees a stub, and nothing else of the case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.assessment import repository
from services.assessment.domain.case import Case
from services.assessment.domain.case_commands import NameCaseworker
from services.assessment.domain.naming import NAMEABLE, NAMERS, RULE
from services.assessment.handlers import Cases
from shared.errors import NotFound
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.persistence.handling import carry_out, require_version
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.commands import command_route
from shared.web.reading import page


def naming_routes(router: APIRouter, parts: ApiParts, cases: Cases) -> None:
    """Add `POST /v1/cases/{id}/name-caseworker`, and `GET /v1/namings` and `/{id}` with what is needed to decide whom."""
    edge, store = parts.edge, repository.naming_store(parts.vault)
    roles = frozenset(NAMERS)
    listing = edge.door(Door("naming-list", f"{RULE}: stubs alone", roles, store.policy, lists=True))
    showing = edge.door(Door("naming-show", f"{RULE}: a stub alone", roles, store.policy))

    async def name(tx: Transaction, id: UUID, command: NameCaseworker, version: int) -> Case:
        case = await store.load(tx, id)
        require_shown(case, tx)
        require_version(case, version)
        # The case's own policy says whose sight changes with it.
        return await carry_out(tx, cases.store, cases.sealer, case, id, command)

    async def many(request: Request) -> Response:
        """List the cases that were sent to the actor's authority and are open, newest first, each as a stub."""
        actor = await edge.enter(request, listing)
        async with edge.begin(request, actor) as tx:
            rows, cursor = await page(tx, store, request, {}, stub, only=store.table.c.stage.in_(NAMEABLE))
        return JSONResponse({"items": rows, "next": cursor}, headers={"Cache-Control": "no-store"})

    async def one(request: Request, id: UUID) -> Response:
        """Look at one stub: its version is what naming asks for."""
        actor = await edge.enter(request, showing)
        async with edge.begin(request, actor) as tx:
            case = await store.load(tx, id, lock=False)
            require_shown(case, tx)
        headers = {"ETag": f'"{case.version}"', "Cache-Control": "no-store"}
        return JSONResponse(stub(case, tx), headers=headers)

    door = Door(f"case-{NameCaseworker.code}", RULE, roles, store.policy)
    command_route(router, edge, "case", NameCaseworker, name, door)
    router.add_api_route("/v1/namings", many, methods=["GET"], operation_id=listing.operation)
    router.add_api_route("/v1/namings/{id}", one, methods=["GET"], operation_id=showing.operation)


def stub(case: Case, _: Transaction) -> dict[str, Any]:
    """Return what who names is shown: where it stands, which unit waits since when, and whether somebody is named."""
    sent = case.recommendation
    return {
        "id": str(case.id),
        "version": case.version,
        "stage": case.stage,
        "authority": case.authority,
        "unit": sent.unit if sent else None,
        "since": sent.sent_at.isoformat() if sent and sent.sent_at else None,
        "named": case.caseworker_ref is not None,
        "caseworker": str(case.caseworker_ref) if case.caseworker_ref else None,
    }


def require_shown(case: Case, tx: Transaction) -> None:
    """Raise `NotFound` for a case on which nobody is named now, unless the actor sees the case itself: T08 is told to no leader."""
    if case.stage not in NAMEABLE and Role.TOVHOLDER_KOMMUNE not in tx.actor.roles:
        raise NotFound("case_not_found", "there is nothing here that you may see")
