"""The pages of corps: interventions with their matching, loans, members, the national desk's list, a member's own view."""

from __future__ import annotations

from fastapi import APIRouter

from services.corps.handlers import corps
from services.corps.pages.brokering import brokering_page
from services.corps.pages.interventions import intervention_pages
from services.corps.pages.lending import LendingPages
from services.corps.pages.loans import loan_pages
from services.corps.pages.match import MatchPages
from services.corps.pages.members import MemberPages
from services.corps.pages.mine import MinePages
from shared.hosting.api import ApiParts
from shared.web.console.site import Console


def pages(router: APIRouter, parts: ApiParts, console: Console) -> None:
    """Add every page of corps; the doors that they stand behind are there already."""
    work = corps(parts.vault, parts.vault)
    intervention_pages(router, parts, console, work)
    MatchPages(console, work).add(router)
    LendingPages(console, work).add(router)
    loan_pages(router, parts, console, work.loans.store)
    MemberPages(console).add(router)
    brokering_page(router, console)
    MinePages(console, work).add(router)
