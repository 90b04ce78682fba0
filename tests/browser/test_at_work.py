"""What happens to people at work: no script, no mouse, a colleague who was first, a second press, an ended session, a service that dies."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from playwright.async_api import Page

from shared.lifecycle.actor import Role
from tests.support.browsing import Watch, axe, choose_person
from tests.support.filling import FORM
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.seats import Seats
from tests.support.standing import GREVE, put, standings

OPERATION = "case-record-short-assessment"
PATH = "/assessment/cases/{}/do/record-short-assessment"
LONG = (
    "Det, der blev set og hørt, skrevet af en prøve uden nogen person i, og langt nok til at fylde mere end en linje."
)
TEXT = f"{FORM} textarea[name=assessment]"
BUTTON = f"{FORM} .buttons button[type=submit]"
TABS = 60


@pytest.fixture
async def case(product: Product) -> UUID:
    """A case that waits for its short assessment."""
    record, _ = await put(product, standings()[OPERATION])
    return record


async def _facts(product: Product, case: UUID) -> int:
    return int(await product.value("select count(*) from assessment.facts where aggregate_id = $1", case))


async def _form(look, seats: Seats, case: UUID, **more: object) -> Page:
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, GREVE, **more)
    await page.goto(PATH.format(case))
    await page.locator(TEXT).fill(LONG)
    return page


async def _sent(page: Page) -> None:
    async with page.expect_navigation():
        await page.locator(BUTTON).click()


@plays("case-record-short-assessment", "/assessment/cases/{id}")
async def test_a_command_is_given_without_a_script(product: Product, look, seats: Seats, case: UUID) -> None:
    page = await _form(look, seats, case, javascript=False)

    await _sent(page)

    assert page.url.endswith(f"/assessment/cases/{case}?done=record-short-assessment")
    assert await _facts(product, case) > 0


@plays("/*/sign-in", "/*/sign-in/callback", "POST /*/sign-out", "/*/signed-out", "case-record-short-assessment")
async def test_a_whole_visit_with_the_keyboard_alone(product: Product, look, case: UUID) -> None:
    page = await look()
    await page.goto("/assessment/cases")
    await _tab_to(page, "#find")
    await page.keyboard.type("Tovholder, Greve kommune")
    await page.keyboard.press("Enter")
    await _tab_to(page, "button:text-is('Tovholder, Greve kommune')")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/assessment/cases")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skipnav", "the first stop skips the menu"
    await _tab_to(page, ".rooms a[href='/assessment/cases']")
    await page.keyboard.press("Enter")
    await page.wait_for_load_state()
    await page.goto(PATH.format(case))
    await _tab_to(page, TEXT)
    await page.keyboard.type(LONG)
    await _tab_to(page, BUTTON)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**done=**")
    await _tab_to(page, "form[action$='/sign-out'] button")
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/assessment/" not in url or "signed-out" in url)
    await page.goto("/assessment/cases")

    assert "/auth/" in page.url, "nobody is signed in any more"


async def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, visibly."""
    wanted = page.locator(selector).first
    for _ in range(TABS):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("one => one === document.activeElement"):
            assert await wanted.evaluate("one => one.matches(':focus-visible')"), (
                f"{selector} shows that it has the focus"
            )
            return
    raise AssertionError(f"{selector} is not reached with the Tab key at {page.url}")


async def test_who_comes_second_is_told_and_loses_no_text(
    product: Product, look, seats: Seats, watch: Watch, case: UUID
) -> None:
    watch.expects(r"status of 412 ")
    first = await _form(look, seats, case)
    second = await _form(look, seats, case, deputy=True)
    await _sent(first)
    facts = await _facts(product, case)

    await _sent(second)

    told = await second.inner_text("#refused")
    assert "En anden var her, mens du skrev" in told
    assert "Kommunens tovholder" in told, "who it was, by role"
    assert await second.evaluate("document.activeElement.id") == "refused"
    assert await second.input_value(TEXT) == LONG
    assert await _facts(product, case) == facts
    await _sent(second)
    assert "done=" in second.url, "sent again after reading, it counts"


@pytest.mark.parametrize("javascript", [True, False], ids=["", "without-javascript"])
async def test_a_form_that_is_sent_twice_does_one_thing(
    product: Product, look, seats: Seats, case: UUID, javascript: bool
) -> None:
    page = await _form(look, seats, case, javascript=javascript)

    await page.locator(BUTTON).dblclick(no_wait_after=True)
    await page.wait_for_url("**done=**")

    types = "select type, count(*) as times from assessment.facts where aggregate_id = $1 group by type"
    assert {row["times"] for row in await product.rows(types, case)} == {1}


async def test_going_back_after_sending_sends_nothing(product: Product, look, seats: Seats, case: UUID) -> None:
    page = await _form(look, seats, case)
    await _sent(page)
    facts = await _facts(product, case)

    await page.go_back()
    await page.go_forward()
    await page.reload()

    assert "done=" in page.url
    assert await _facts(product, case) == facts


async def test_a_session_that_ends_mid_form_costs_no_text(
    product: Product, look, watch: Watch, seats: Seats, case: UUID
) -> None:
    watch.expects(r"status of (401|403) ")
    page = await _form(look, seats, case)
    await page.context.clear_cookies(name="__Host-tovholder")
    await _sent(page)
    assert await page.locator("textarea").input_value() == LONG
    tab = await page.context.new_page()
    await tab.goto("/assessment/cases")
    await choose_person(tab, "Tovholder, Greve kommune")
    await tab.wait_for_url("**/assessment/cases")

    for _ in range(2):  # the second press is with the new session's own form
        if "done=" not in page.url:
            async with page.expect_navigation():
                await page.get_by_role("button", name="Send igen").click()

    assert "done=record-short-assessment" in page.url
    assert await _facts(product, case) > 0


@pytest.mark.timeout(240)
async def test_a_service_that_is_killed_mid_form_costs_no_text(
    product: Product, look, watch: Watch, seats: Seats, case: UUID
) -> None:
    watch.expects(r"status of 50[0-9] |net::ERR")
    page = await _form(look, seats, case)
    await asyncio.to_thread(product.backends.stack.kill, "assessment-api")
    try:
        await page.locator(BUTTON).click(no_wait_after=True)
        await page.locator("#away").wait_for()
    finally:
        product.begin("assessment-api")
        await product.serving("assessment-api")

    assert await page.input_value(TEXT) == LONG
    await _sent(page)
    assert "done=" in page.url
    assert await _facts(product, case) > 0


@pytest.mark.parametrize("javascript", [True, False], ids=["", "without-javascript"])
async def test_an_empty_form_leads_to_what_is_missing(
    product: Product, look, seats: Seats, watch: Watch, case: UUID, javascript: bool
) -> None:
    watch.expects(r"status of 422 ")
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, GREVE, javascript=javascript)
    await page.goto(PATH.format(case))
    await page.locator(FORM).evaluate("form => { form.noValidate = true }")
    facts = await _facts(product, case)

    await _sent(page)

    if javascript:
        assert await page.evaluate("document.activeElement.id") == "refused"
        await axe(page)
    assert await page.locator("main .alert, main form").first.get_attribute("id") == "refused", "before the form"
    await page.locator("#refused a").first.click()
    assert await page.evaluate("document.activeElement.name") == "assessment"
    assert await page.get_attribute(TEXT, "aria-invalid") == "true"
    told = (await page.get_attribute(TEXT, "aria-describedby") or "").split()
    assert "Skal udfyldes." in " ".join([await page.inner_text(f"#{each}") for each in told])
    assert await _facts(product, case) == facts, "nothing is saved"


async def test_a_form_that_is_sent_from_two_tabs_counts_once(
    product: Product, look, watch: Watch, seats: Seats, case: UUID
) -> None:
    watch.expects(r"status of 412 ")
    first = await _form(look, seats, case)
    second = await first.context.new_page()
    await second.goto(PATH.format(case))
    await second.locator(TEXT).fill(LONG)

    await asyncio.gather(_sent(first), _sent(second))

    assert sorted("done=" in page.url for page in (first, second)) == [False, True]
    types = "select type, count(*) as times from assessment.facts where aggregate_id = $1 group by type"
    assert {row["times"] for row in await product.rows(types, case)} == {1}
    late = first if "done=" in second.url else second
    assert "En anden var her, mens du skrev" in await late.inner_text("#refused")
    assert await late.input_value(TEXT) == LONG


@pytest.mark.timeout(240)
async def test_a_service_that_is_killed_mid_form_is_told_of_without_a_script_and_going_back_keeps_the_form(
    product: Product, look, watch: Watch, seats: Seats, case: UUID
) -> None:
    watch.expects(r"status of 50[0-9] |net::ERR")
    page = await _form(look, seats, case, javascript=False)
    await asyncio.to_thread(product.backends.stack.kill, "assessment-api")
    try:
        await _sent(page)
        assert await page.locator("h1").is_visible(), "words, and no page of the browser's own"
    finally:
        product.begin("assessment-api")
        await product.serving("assessment-api")

    await page.go_back()

    assert await page.input_value(TEXT) == LONG
    await _sent(page)
    assert "done=" in page.url
