"""The pages of assessment: cases and underretninger."""

from __future__ import annotations

from fastapi import APIRouter

from services.assessment import repository
from services.assessment.pages.cases import case_pages
from shared.hosting.api import ApiParts
from shared.web.console.site import Console


def pages(router: APIRouter, parts: ApiParts, console: Console) -> None:
    """Add every page of assessment; the doors that they stand behind are there already."""
    case_pages(router, parts, console, repository.case_store(parts.vault), repository.underretning_store())
