"""Commands from their pages: the form opened, filled in and sent by somebody who may, on a record where it is possible."""

from __future__ import annotations

from functools import cache

import pytest
from playwright.async_api import Page

from deploy.docs import application, functions
from deploy.functions_page import Kind
from shared.web.edge import Given
from tests.support.filling import FORM, fill
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.seats import Seats
from tests.support.standing import put, standings

COMMANDS = (
    "case-answer-acute-task",
    "case-clear-case",
    "case-close-without-action",
    "case-complete-assessment",
    "case-decide-measure",
    "case-describe-subject",
    "case-end-measure",
    "case-hold-meeting",
    "case-merge-concern",
    "case-name-caseworker",
    "case-open-case",
    "case-record-consent",
    "case-record-decline",
    "case-record-short-assessment",
    "case-refer-elsewhere",
    "case-request-clearance",
    "case-return-case",
    "case-review-measure",
    "case-revoke-clearance",
    "case-send-recommendation",
    "case-take-over",
    "case-withdraw-consent",
    "concern-add-information",
    "concern-answer-question",
    "concern-ask-question",
    "concern-complete-record",
    "concern-give-advice",
    "concern-log-handover",
    "concern-note-information",
    "concern-raise-acute",
    "concern-route-concern",
    "concern-set-anonymity",
    "concern-withdraw-question",
    "insight-decide-insight",
    "intervention-ask-desk",
    "intervention-log-session",
    "intervention-pause-intervention",
    "intervention-propose-ending",
    "intervention-record-progression",
    "intervention-resume-intervention",
    "intervention-see-session-concern",
    "underretning-assess-underretning",
    "underretning-close-underretning",
    "underretning-decide-investigation",
    "underretning-send-receipt",
)
"""Given through their forms in this module. To add one: a state in `tests/support/standing.py` in which its giver sees the record."""


BESIDE = {"case-merge-concern": "case-clear-case"}
"""What must stand beside a record for its command to be given: a concern is merged into an open case."""


@cache
def _pages() -> dict[str, str]:
    return {each.name: each.where for each in functions() if each.kind is Kind.COMMAND and each.where is not None}


@cache
def _given(service: str) -> dict[str, Given]:
    found: dict[str, Given] = application(service).state.console.edge.given
    return found


async def _send(page: Page) -> None:
    """Press the form's own button; what the browser itself would hold back, goes to the server."""
    await page.locator(FORM).evaluate("form => { form.noValidate = true }")
    async with page.expect_navigation():
        await page.locator(f"{FORM} .buttons button[type=submit]").first.click()


@plays(*COMMANDS)
@pytest.mark.parametrize("operation", COMMANDS)
async def test_a_command_is_given_through_its_form(product: Product, look, seats: Seats, operation: str) -> None:
    standing, where = standings()[operation], _pages()[operation]
    if operation in BESIDE:
        await put(product, standings()[BESIDE[operation]])
    record, body = await put(product, standing)
    page = await seats.page(look, standing.role, standing.organisation)
    answer = await page.goto(where.replace("{id}", str(record)))
    assert answer is not None
    assert answer.status == 200, (standing.role, await page.inner_text("main"))
    filled = await fill(page, _given(where.split("/")[1])[operation].model, body)
    await _send(page)
    assert "done=" in page.url, (
        filled,
        body,
        await page.inner_text("#refused" if await page.locator("#refused").count() else "main"),
    )
