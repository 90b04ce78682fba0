"""The pages of notify: my work, me, the directory, operations, national figures."""

from __future__ import annotations

from fastapi import APIRouter

from services.notify import repository
from services.notify.handlers import Desk
from services.notify.pages.counters import counter_pages
from services.notify.pages.live import live_pages
from services.notify.pages.me import me_pages
from services.notify.pages.operations import operations_pages
from services.notify.pages.people import people_pages
from services.notify.pages.start import start_pages
from services.notify.pages.work import work_pages
from shared.hosting.api import ApiParts
from shared.web.console.site import Console


def pages(router: APIRouter, parts: ApiParts, console: Console) -> None:
    """Add every page of notify."""
    desk = Desk(repository.delivery_store())
    start_pages(router, console)
    work_pages(router, console, desk)
    live_pages(router, parts, console)
    me_pages(router, console, desk)
    people_pages(router, console)
    counter_pages(router, console)
    operations_pages(router, parts, console, desk)
