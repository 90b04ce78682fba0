"""The pages of intake: the public form, the professionals' form, the hotline's desk, concerns."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake import repository
from services.intake.api import Entrances
from services.intake.pages.concerns import concern_pages
from services.intake.pages.desk import DeskPages
from services.intake.pages.public import PublicPages
from services.intake.pages.report import ReportPages
from shared.hosting.api import ApiParts
from shared.web.console.site import Console


def add_pages(router: APIRouter, parts: ApiParts, console: Console, entrances: Entrances) -> None:
    """Add every page of intake; the doors that they stand behind are there already."""
    store = repository.concern_store(parts.vault)
    PublicPages(console, entrances.public).add(router)
    ReportPages(console, entrances).add(router)
    DeskPages(console, entrances, store, parts.vault).add(router)
    concern_pages(router, parts, console, store)
