"""`/notify/people`: the directory, for its keepers of any organisation, for others of their own."""

from __future__ import annotations

from contextlib import nullcontext

from fastapi import APIRouter
from starlette.responses import Response

from services.notify import directory
from services.notify.api.people import KEEPERS
from services.notify.pages.rows import colleague
from shared.errors import TovholderError
from shared.reference.organisations import organisation as checked
from shared.web.console.site import Console, Visit


def people_pages(router: APIRouter, console: Console) -> None:
    """Add the page."""

    async def people(visit: Visit) -> Response:
        """List the people of an organisation in the order of duty; whoever keeps the directory may choose which."""
        keeper = bool(visit.actor.roles & KEEPERS)
        place = visit.request.query_params.get("organisation", "") if keeper else ""
        place = place or visit.actor.organisation
        known = _known(place)
        async with console.edge.begin(visit.request, visit.actor) as tx:
            async with tx.as_system() if keeper else nullcontext(tx) as sighted:
                found = await directory.people_of(sighted, place) if known else []
                places = await directory.places(sighted) if keeper else []
            now = tx.now
        return console.page(
            visit,
            "me/people.html",
            place=place if known else visit.actor.organisation,
            places=places,
            keeper=keeper,
            people=[(one, colleague(one.person_ref), one.away(now)) for one in found],
            who=colleague,
        )

    console.get(router, "/people", console.edge.doors["people-list"], people)


def _known(place: str) -> bool:
    try:
        checked(place)
    except TovholderError:
        return False
    return True
