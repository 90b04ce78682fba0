"""HTTP of intake: receiving, one POST per command, looking, the help directory. No rule of the domain is here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from services.intake import repository
from services.intake.api_codes import ReferenceCodes, staff_route
from services.intake.api_form import form_routes
from services.intake.api_public import PublicDoor, public_routes
from services.intake.codes import Digests
from services.intake.domain.concern import Concern
from services.intake.handed_on import handed_on_route
from services.intake.handlers import Concerns
from services.intake.questions import Questions
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.policy.doors import Door
from shared.web.commands import command_routes
from shared.web.edge import Edge, body_of
from shared.web.opening import opening_route
from shared.web.problems import of_body
from shared.web.reading import reading_routes


@dataclass(frozen=True)
class Entrances:
    """Where concerns come in, as routes and pages share it."""

    concerns: Concerns
    codes: ReferenceCodes
    public: PublicDoor


def routes(router: APIRouter, parts: ApiParts) -> None:
    """Add every route of intake."""
    add_routes(router, parts)


def add_routes(router: APIRouter, parts: ApiParts) -> Entrances:
    """Add every route of intake; return what its pages share with them."""
    store = repository.concern_store(parts.vault)
    concerns = Concerns(store, parts.vault)
    digests = Digests()  # for both doors: a flood of codes takes no more of the process than one of them may
    staff_route(router, parts.edge, store.lifecycle, concerns, digests)
    questions = Questions(parts.vault, parts.edge.work.engine)
    public = public_routes(router, parts.edge, concerns, digests, questions)
    command_routes(router, parts.edge, store.lifecycle, store.policy, concerns.give)
    reading_routes(router, parts.edge, store, filters={"channel": "channel", "municipality": "municipality"})
    opening_route(router, parts.edge, store, parts.vault, sealed)
    handed_on_route(router, parts.edge, store)
    _help_routes(router, parts.edge)
    form_routes(router, parts.edge, store.lifecycle)
    return Entrances(concerns, ReferenceCodes(parts.edge.idempotency, digests), public)


def sealed(concern: Concern) -> frozenset[UUID]:
    """Return the references of the concern's sealed texts."""
    asked = (ref for each in concern.questions for ref in (each.text, each.answer))
    found = (concern.description, concern.subject, concern.reporter, *concern.information, *asked)
    return frozenset(ref for ref in found if ref is not None)


class HelpOffer(BaseModel):
    """Local or national help (`domain.md` 3.14): told, never automatically referred."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    municipality: str | None = Field(default=None, pattern=r"^0\d{3}$")
    kind: Literal[
        "PARENT_NETWORK", "COUNSELLING", "YOUTH", "SSP", "EXIT_EXTERNAL", "HONOUR_CONFLICT", "PSYCHIATRY", "HOTLINE"
    ]
    name: str = Field(max_length=200)
    contact: str = Field(max_length=200)
    languages: list[str]
    valid_from: date
    valid_to: date | None = None
    checked_on: date


class HelpOffers(BaseModel):
    """Offers to put into the help directory."""

    offers: list[HelpOffer] = Field(min_length=1, max_length=1_000)


def _help_routes(router: APIRouter, edge: Edge) -> None:
    finding = edge.door(Door("help-offers-find", "domain.md 3.14: told to any caller"))
    keeping = edge.door(Door("help-offers-put", "domain.md 2.1: the centre keeps it", frozenset({Role.CENTRE_ADVISER})))

    async def find(request: Request, municipality: str | None = None) -> Response:
        """Find help by municipality, national offers included."""
        actor = await edge.enter(request, finding)
        async with edge.begin(request, actor) as tx:
            found = await repository.help_offers(tx, municipality, tx.now.date())
        return JSONResponse({"items": [_shown(row) for row in found]})

    async def put(request: Request) -> Response:
        """Put offers into the directory; the centre keeps it."""
        actor = await edge.enter(request, keeping)
        try:
            wanted = HelpOffers.model_validate_json(await body_of(request))
        except ValidationError as error:
            return of_body(error, HelpOffers)
        async with edge.begin(request, actor) as tx:
            await repository.put_help_offers(tx, [offer.model_dump() for offer in wanted.offers])
        return JSONResponse({"count": len(wanted.offers)})

    edge.bodies["help-offers-put"] = HelpOffers
    router.add_api_route("/v1/help-offers", find, methods=["GET"], operation_id="help-offers-find")
    router.add_api_route("/v1/help-offers", put, methods=["PUT"], operation_id="help-offers-put")


def _shown(row: Any) -> dict[str, Any]:
    return HelpOffer.model_validate(dict(row)).model_dump(mode="json")
