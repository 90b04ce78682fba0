"""HTTP of the corps' own records: members, corps municipalities, and capacity for the national desk."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from services.corps import desk, members, registering
from services.corps.access import MEMBER_POLICY
from services.corps.domain.member_commands import ChangeMember, Member, RegisterMember
from services.corps.options import ledger_of
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.reference.municipalities import municipality
from shared.web.commands import command_route, creation_route
from shared.web.edge import Edge, body_of
from shared.web.problems import of_body

KEEPERS = frozenset({Role.LOCAL_COORDINATOR, Role.NATIONAL_DESK})
DESK = frozenset({Role.NATIONAL_DESK})
NO_STORE = {"Cache-Control": "no-store"}


class CorpsMunicipality(BaseModel):
    """A municipality that keeps members of the corps from a day on."""

    model_config = ConfigDict(extra="forbid")

    municipality: str = Field(pattern=r"^0\d{3}$")
    valid_from: date
    valid_to: date | None = None


class CorpsMunicipalities(BaseModel):
    """Corps municipalities to enter."""

    model_config = ConfigDict(extra="forbid")

    municipalities: list[CorpsMunicipality] = Field(min_length=1, max_length=98)


def member_routes(router: APIRouter, edge: Edge) -> None:
    """Add the routes of members, corps municipalities and capacity."""
    rule = "domain.md 2.1, 3.8: the employer's coordinator, or the national desk"
    creation_route(router, edge, "/v1/members", RegisterMember, registering.register, KEEPERS, rule=rule)
    changing = Door(f"member-{ChangeMember.code}", rule, KEEPERS, MEMBER_POLICY)
    command_route(router, edge, "member", ChangeMember, registering.change, changing)
    _reading(router, edge)
    _municipalities(router, edge)


def _reading(router: APIRouter, edge: Edge) -> None:
    showing = edge.door(Door("member-show", "R12: competence and capacity", about=MEMBER_POLICY))
    listing = edge.door(Door("member-list", "R12", MEMBER_POLICY.roles, MEMBER_POLICY, lists=True))
    counting = edge.door(Door("capacity", "R12: by police district, no case", DESK))

    async def one(request: Request, id: UUID) -> Response:
        """Look at a member's record: competence and capacity."""
        actor = await edge.enter(request, showing)
        async with edge.begin(request, actor) as tx:
            member = await registering.look(tx, id)
            body = await records_of(tx, [member])
        return JSONResponse(body[0], headers={"ETag": f'"{member.version}"', **NO_STORE})

    async def many(request: Request) -> Response:
        """List the members whom the actor keeps, with their free capacity."""
        actor = await edge.enter(request, listing)
        async with edge.begin(request, actor) as tx:
            body = await records_of(tx, await registering.look_at_all(tx))
        return JSONResponse({"items": body}, headers=NO_STORE)

    async def capacity(request: Request) -> Response:
        """Show capacity and open requests by police district; no case is in it."""
        actor = await edge.enter(request, counting)
        async with edge.begin(request, actor) as tx:
            body = await desk.capacity(tx)
        return JSONResponse(body, headers=NO_STORE)

    router.add_api_route("/v1/members", many, methods=["GET"], operation_id="member-list")
    router.add_api_route("/v1/members/{id}", one, methods=["GET"], operation_id="member-show")
    router.add_api_route("/v1/capacity", capacity, methods=["GET"], operation_id="capacity")


def _municipalities(router: APIRouter, edge: Edge) -> None:
    finding = edge.door(Door("corps-municipality-list", "domain.md 3.8: public"))
    keeping = edge.door(Door("corps-municipality-put", "domain.md 2.1: the national desk keeps them", DESK))

    async def find(request: Request) -> Response:
        """List corps municipalities with their days."""
        actor = await edge.enter(request, finding)
        async with edge.begin(request, actor) as tx:
            rows = await members.all_hosts(tx)
        items = [CorpsMunicipality.model_validate(row).model_dump(mode="json") for row in rows]
        return JSONResponse({"items": items}, headers=NO_STORE)

    async def put(request: Request) -> Response:
        """Enter corps municipalities; the national desk keeps them."""
        actor = await edge.enter(request, keeping)
        try:
            wanted = CorpsMunicipalities.model_validate_json(await body_of(request) or b"{}")
        except ValidationError as error:
            return of_body(error, CorpsMunicipalities)
        for row in wanted.municipalities:
            municipality(row.municipality, row.valid_from)
        async with edge.begin(request, actor) as tx:
            await members.put_hosts(tx, [row.model_dump() for row in wanted.municipalities])
        return JSONResponse({"count": len(wanted.municipalities)})

    edge.bodies["corps-municipality-put"] = CorpsMunicipalities
    router.add_api_route("/v1/corps-municipalities", find, methods=["GET"], operation_id="corps-municipality-list")
    router.add_api_route("/v1/corps-municipalities", put, methods=["PUT"], operation_id="corps-municipality-put")


async def records_of(tx: Transaction, found: list[Member]) -> list[dict[str, Any]]:
    """Return records with what is held now: kind and until, never for which intervention."""
    async with tx.as_system() as system:  # the records themselves have been seen
        held = await members.open_holds(system, [member.id for member in found])
    return [_record(tx, member, held.get(member.id, ())) for member in found]


def _record(tx: Transaction, member: Member, holds: Any) -> dict[str, Any]:
    ledger = ledger_of(member, holds)
    live = ledger.live(tx.now)
    return {
        "id": str(member.id),
        "version": member.version,
        **member.profile.model_dump(mode="json"),
        "last_supervision_at": member.last_supervision_at.isoformat() if member.last_supervision_at else None,
        "taken": len(live),
        "free": max(0, ledger.capacity_max - len(live)),
        "hours_free": ledger.hours_free(tx.now),
        "holds": [{"kind": hold.kind, "until": hold.until.isoformat() if hold.until else None} for hold in live],
    }
