"""HTTP of corps: interventions and loans, one POST per command; who can be chosen; members. No rule of the domain is here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.corps import options
from services.corps.api_members import member_routes
from services.corps.domain.intervention import Intervention
from services.corps.domain.loan import Loan
from services.corps.domain.loan_commands import DraftLoan
from services.corps.handlers import Corps, corps
from shared.contracts.corps import MemberChosen
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.commands import command_routes, creation_route, creators
from shared.web.edge import Edge
from shared.web.opening import opening_route
from shared.web.reading import Facts, reading_routes, view_of


def routes(router: APIRouter, parts: ApiParts) -> None:
    """Add every route of corps."""
    work = corps(parts.vault, parts.vault)
    interventions, loans = work.interventions, work.loans
    _options_route(router, parts.edge, work)
    command_routes(router, parts.edge, interventions.store.lifecycle, interventions.store.policy, interventions.give)
    reading_routes(
        router,
        parts.edge,
        interventions.store,
        filters={"kind": "intervention_kind"},
        view=intervention_view,
        told=intervention_told,
    )
    opening_route(router, parts.edge, interventions.store, parts.vault, sealed)
    drafters = creators(loans.store.lifecycle, DraftLoan)
    creation_route(router, parts.edge, "/v1/loans", DraftLoan, loans.draft, drafters, rule="domain.md 3.9")
    command_routes(router, parts.edge, loans.store.lifecycle, loans.store.policy, loans.give)
    reading_routes(
        router, parts.edge, loans.store, filters={"lender": "lender", "borrower": "borrower"}, view=loan_view
    )
    member_routes(router, parts.edge)


def sealed(state: Intervention) -> frozenset[UUID]:
    """Return the references of the intervention's sealed notes."""
    return frozenset(state.notes)


def intervention_view(state: Intervention, tx: Transaction) -> dict[str, Any]:
    """Return what an intervention shows. Its member sees her own work, and neither consent nor whom the citizen declined."""
    body = view_of(state) | {"district": state.district}
    body["reservation_holds"] = state.member.holds(tx.now) if state.member else None
    if not at_home(state, tx):
        for name in ("consent_id", "declined", "excluded", "stepped_aside", "declines", "blocks"):
            body.pop(name)
    return body


def intervention_told(state: Intervention, found: Facts, tx: Transaction) -> Facts:
    """Return what a timeline tells. Its member is told of her own work: from her choice on, and of no other member."""
    if at_home(state, tx):
        return found
    mine = str(tx.actor.person_ref)
    chosen = [
        place
        for place, fact in enumerate(found)
        if fact["type"] == MemberChosen.type and fact["body"]["member_ref"] == mine
    ]
    since = found[chosen[-1] :] if chosen else []
    return [fact for fact in since if fact["body"].get("member_ref", mine) == mine]


def at_home(state: Intervention, tx: Transaction) -> bool:
    """Say whether the actor works on the intervention in the municipality whose case it is, or is named on the case."""
    actor = tx.actor
    coordinates = actor.organisation == state.organisation and Role.LOCAL_COORDINATOR in actor.roles
    named = (actor.person_ref, actor.organisation) == (state.caseworker_ref, state.authority)
    return coordinates or (named and Role.CASEWORKER in actor.roles)


def loan_view(loan: Loan, _: Transaction) -> dict[str, Any]:
    """Return what a loan shows to both sides: hours, dates, price, signatures; the case is a pseudonym."""
    body = view_of(loan)
    return body | {"case_ref": body.pop("intervention_id")}


def _options_route(router: APIRouter, edge: Edge, work: Corps) -> None:
    policy = work.interventions.store.policy
    coordinators = frozenset({Role.LOCAL_COORDINATOR})
    door = edge.door(Door("intervention-options", "domain.md 2.1, 5.3: who matches", coordinators, policy))

    async def show(request: Request, id: UUID) -> Response:
        """Show who can be chosen now, with the reasons; why the others are not there; what blocks if nobody is."""
        actor = await edge.enter(request, door)
        async with edge.begin(request, actor) as tx:
            state = await work.interventions.store.load(tx, id, lock=False)
            body = options.shown(await options.pool(tx, state), tx)
        body |= {"id": str(id), "stage": state.stage, "desk_asked": state.clock("broker") is not None}
        return JSONResponse(body, headers={"ETag": f'"{state.version}"', "Cache-Control": "no-store"})

    router.add_api_route("/v1/interventions/{id}/options", show, methods=["GET"], operation_id=door.operation)
