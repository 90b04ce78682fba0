"""Where somebody begins: the page that their role opens first."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from shared.lifecycle.actor import Actor, Role
from shared.web.console.site import PLAIN, Console, Visit, see_other

WORK: Final = "/notify/work"
BEGINS: Final = (
    (Role.HOTLINE_ADVISER, "/intake/desk"),
    (Role.CORPS_MEMBER, "/corps/mine"),
    (Role.PRO_REPORTER, "/intake/report"),
    (Role.OPERATOR, "/notify/operations"),
    (Role.DPO, "/assessment/officer"),
)
"""The first that fits; everybody else begins with their work."""


def start_pages(router: APIRouter, console: Console) -> None:
    """Add the page."""
    console.get(router, "/start", PLAIN, _start)


async def _start(visit: Visit) -> Response:
    return see_other(start_of(visit.actor))


def start_of(actor: Actor) -> str:
    """Return the path of the page that this person begins with."""
    return next((path for role, path in BEGINS if role in actor.roles), WORK)
