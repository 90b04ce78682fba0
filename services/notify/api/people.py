"""The staff directory over HTTP: who has which role, who is away, who stands in. Addresses go in and hardly ever out."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.responses import JSONResponse, Response

from services.notify import directory
from services.notify.api.answering import answer_once, invalid_body
from services.notify.domain.roster import Person
from services.notify.handlers import Desk
from shared.errors import Forbidden, NotFound
from shared.lifecycle.actor import ORGANISATION, Actor, Role
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.reference.organisations import organisation as checked
from shared.web.edge import Edge, body_of

KEEPERS = frozenset({Role.OPERATOR, Role.STEERING})
"""Who keeps the directory, and sees the addresses in it."""

LONGEST_ABSENCE_DAYS = 366

Address = Annotated[str, Field(pattern=r"^[^@\s<>,;]{1,64}@[A-Za-z0-9.-]{1,190}$", description="a function's mailbox")]


class PersonIn(BaseModel):
    """One member of staff: a reference, an organisation, roles, the address of the function, a deputy. No name."""

    model_config = ConfigDict(extra="forbid")

    person_ref: UUID
    organisation: Annotated[str, Field(pattern=ORGANISATION.pattern)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=10)]
    email: Address
    deputy_ref: UUID | None = None
    duty_order: Annotated[int, Field(ge=1, le=10_000)] = 100


class PeopleIn(BaseModel):
    """People of the directory: with PUT everybody of each organisation that is named, with POST some."""

    model_config = ConfigDict(extra="forbid")

    people: Annotated[list[PersonIn], Field(min_length=1, max_length=1_000)]


class Absence(BaseModel):
    """When somebody is away; `to` in the past ends an absence."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    away_from: Annotated[AwareDatetime, Field(alias="from")]
    away_to: Annotated[AwareDatetime, Field(alias="to")]

    @model_validator(mode="after")
    def _in_order(self) -> Absence:
        if not 0 < (self.away_to - self.away_from).total_seconds() <= LONGEST_ABSENCE_DAYS * 86_400:
            raise ValueError("from lies before to, and at most a year before it")
        return self


def people_routes(router: APIRouter, edge: Edge, desk: Desk) -> None:
    """Add the routes."""
    _keeping(router, edge)
    listing = edge.door(
        Door("people-list", "peers.md 6: the roster of one's own organisation; of others for who keeps it")
    )
    absence = edge.door(
        Door("people-absence", "domain.md 2.7: one's own; a leader that of somebody in the same organisation")
    )

    async def find(request: Request, organisation: str | None = None) -> Response:
        """List the people of an organisation, one's own by default, in the order of duty."""
        actor = await edge.enter(request, listing)
        place = organisation or actor.organisation
        if place != actor.organisation and not actor.roles & KEEPERS:
            raise Forbidden("role_may_not", "you see the roster of your own organisation", rule="domain.md 2.1")
        async with edge.begin(request, actor) as tx:
            async with tx.as_system() if actor.roles & KEEPERS else nullcontext(tx) as sighted:
                found = await directory.people_of(sighted, place)
            items = [_shown(one, actor, one.away(tx.now)) for one in found]
        return JSONResponse({"items": items}, headers={"Cache-Control": "no-store"})

    async def away(request: Request, who: str) -> Response:
        """Say when somebody is away: `me`, or by a leader somebody of their organisation."""

        async def act(tx: Transaction, wanted: Absence) -> dict[str, Any]:
            person = await _whose(tx, who)
            await desk.leave(tx, person, wanted.away_from, wanted.away_to)
            return {
                "person_ref": str(person),
                "away_from": wanted.away_from.isoformat(),
                "away_to": wanted.away_to.isoformat(),
            }

        return await answer_once(edge, request, Absence, absence, act)

    router.add_api_route("/v1/people", find, methods=["GET"], operation_id="people-list")
    edge.bodies["people-absence"] = Absence
    router.add_api_route("/v1/people/{who}/absence", away, methods=["POST"], operation_id="people-absence")


def _keeping(router: APIRouter, edge: Edge) -> None:
    rule = "domain.md 2.1: OPERATOR and STEERING keep the directory"
    doors = {method: edge.door(Door(f"people-{method.lower()}", rule, KEEPERS)) for method in ("PUT", "POST")}

    async def put(request: Request) -> Response:
        """Keep the directory: PUT names everybody of each organisation in it, POST adds or changes some.

        Who is left out of a PUT is off the directory and signed out in the same step; the answer says how many (`removed`).
        """
        actor = await edge.enter(request, doors[request.method])
        try:
            wanted = PeopleIn.model_validate_json(await body_of(request))
        except ValidationError as error:
            return invalid_body(error, PeopleIn)
        for place in {one.organisation for one in wanted.people}:
            checked(place)
        async with edge.begin(request, actor) as tx, tx.as_system() as system:
            people = [one.model_dump() for one in wanted.people]
            whole = request.method == "PUT"
            removed = await directory.take_off_others(system, people) if whole else 0
            await directory.put_people(system, people)
        return JSONResponse({"count": len(wanted.people), "removed": removed})

    for method, door in doors.items():
        edge.bodies[door.operation] = PeopleIn
        router.add_api_route("/v1/people", put, methods=[method], operation_id=door.operation)


async def _whose(tx: Transaction, who: str) -> UUID:
    """Return whose absence it is. Raises `NotFound` for anybody that the actor may not speak for."""
    if who == "me":
        return tx.actor.person_ref
    nobody = NotFound("person_not_found", "there is nobody with this reference whose absence you may note")
    try:
        ref = UUID(who)
    except ValueError:
        raise nobody from None
    found = await directory.person(tx, ref)
    if found is None or Role.LEADER not in tx.actor.roles or found.organisation != tx.actor.organisation:
        raise nobody
    return ref


def _shown(one: Person, actor: Actor, is_away: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "person_ref": str(one.person_ref),
        "organisation": one.organisation,
        "roles": list(one.roles),
        "deputy_ref": str(one.deputy_ref) if one.deputy_ref else None,
        "duty_order": one.duty_order,
        "away": is_away,
        "away_from": one.away_from.isoformat() if one.away_from else None,
        "away_to": one.away_to.isoformat() if one.away_to else None,
    }
    return {**shown, "email": one.email} if actor.roles & KEEPERS else shown
