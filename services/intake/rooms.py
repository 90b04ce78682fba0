"""Routes and pages of one api process of intake: they share the gate of the public door and what makes reference codes."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.api import Entrances, add_routes
from services.intake.pages import add_pages
from shared.hosting.api import ApiParts
from shared.web.console.site import Console


class Rooms:
    """What `serve` asks for, in its order: routes, then pages."""

    _entrances: Entrances

    def routes(self, router: APIRouter, parts: ApiParts) -> None:
        """Add every route."""
        self._entrances = add_routes(router, parts)

    def pages(self, router: APIRouter, parts: ApiParts, console: Console) -> None:
        """Add every page; the doors that they stand behind are there already."""
        add_pages(router, parts, console, self._entrances)
