"""HTTP of notify: my work, the staff directory, national counters. No rule of the domain is here."""

from __future__ import annotations

from fastapi import APIRouter

from services.notify import repository
from services.notify.api.counting import counter_routes
from services.notify.api.people import people_routes
from services.notify.api.work import work_routes
from services.notify.handlers import Desk
from shared.hosting.api import ApiParts


def routes(router: APIRouter, parts: ApiParts) -> None:
    """Add every route of notify."""
    desk = Desk(repository.delivery_store())
    work_routes(router, parts.edge, desk)
    people_routes(router, parts.edge, desk)
    counter_routes(router, parts.edge)
