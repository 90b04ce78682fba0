"""The pages of assessment: cases, underretninger, requests for insight, broken glass, the access log, the overview."""

from __future__ import annotations

from fastapi import APIRouter

from services.assessment import repository
from services.assessment.pages.access_log import access_log_pages
from services.assessment.pages.cases import case_pages
from services.assessment.pages.glass import glass_pages
from services.assessment.pages.insights import insight_pages
from services.assessment.pages.namings import naming_pages
from services.assessment.pages.officer import officer_pages
from services.assessment.pages.overview import overview_pages
from services.assessment.pages.underretninger import underretning_pages
from shared.hosting.api import ApiParts
from shared.web.console.site import Console


def pages(router: APIRouter, parts: ApiParts, console: Console) -> None:
    """Add every page of assessment; the doors that they stand behind are there already."""
    cases, children = repository.case_store(parts.vault), repository.underretning_store()
    case_pages(router, parts, console, cases, children)
    underretning_pages(router, parts, console, children, cases)
    insight_pages(router, parts, console, repository.insight_store(parts.vault), cases)
    glass_pages(router, parts, console, cases)
    officer_pages(router, console, cases, repository.insight_store(parts.vault))
    access_log_pages(router, console, cases)
    overview_pages(router, console, cases)
    naming_pages(router, console, repository.naming_store(parts.vault))
