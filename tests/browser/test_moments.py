"""A moment in a form is a day and a time on a 24-hour clock, in a browser that is set to 12 hours elsewhere, on a phone, without a script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, Response, ViewportSize, expect

from shared.lifecycle.actor import Role
from shared.reference.calendar import local
from tests.support.browsing import DESKTOP, PHONE, Watch, axe
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.seats import Seats
from tests.support.standing import HOTLINE, put, standings
from tests.support.sweeping import QUARTER, zoomed

pytestmark = pytest.mark.timeout(180)
AMERICAN = {"locale": "en-US", "timezone_id": "America/New_York"}
FORM = "form.command"
WAYS = pytest.mark.parametrize(
    ("javascript", "viewport"), [(True, DESKTOP), (True, PHONE), (False, PHONE)], ids=["desk", "phone", "no-script"]
)


async def _meeting(product: Product, look, seats: Seats, viewport: ViewportSize, *, javascript: bool) -> Page:
    standing = standings()["case-hold-meeting"]
    record, _ = await put(product, standing)
    page = await seats.page(look, standing.role, standing.organisation, viewport, javascript=javascript, **AMERICAN)
    await page.goto(f"/assessment/cases/{record}/do/hold-meeting")
    return page


def _saved(answer: Response) -> bool:
    return answer.url.endswith("/save") and "handed_over_at.time=9.3" in (answer.request.post_data or "")


async def _send(page: Page) -> None:
    async with page.expect_navigation():
        await page.locator(f"{FORM} button.primary").click()


@plays("case-hold-meeting")
@WAYS
async def test_a_time_that_is_none_is_refused_at_its_line_and_one_as_people_type_it_is_taken(
    product: Product, look, seats: Seats, watch: Watch, javascript: bool, viewport: ViewportSize
) -> None:
    watch.expects(r"status of 422")
    page = await _meeting(product, look, seats, viewport, javascript=javascript)
    day, clock = page.locator("#f-held_at"), page.locator("#f-held_at-time")
    assert [await each.get_attribute("type") for each in (day, clock)] == ["date", "text"]
    now = local(product.clock.now())
    minutes = {
        f"{each:%H:%M}" for each in (now, now - timedelta(minutes=1))
    }  # one may have ended since the page was made
    assert await clock.input_value() in minutes, "it begins with now, in Denmark"
    await zoomed(page, viewport, QUARTER)
    await page.set_viewport_size(viewport)
    await clock.fill("9:30 PM")
    assert not await clock.evaluate("one => one.checkValidity()"), "the browser says so before it is sent"
    await page.locator(FORM).evaluate("form => { form.noValidate = true }")
    await page.locator("[name=present][value=POLICE]").check()
    await page.locator("[name=mental_vulnerability_suspected][value=no]").check()

    await _send(page)

    assert await clock.input_value() == "9:30 PM"
    await expect(page.locator("#refused li")).to_have_count(1)
    await expect(page.locator("#f-held_at-time-error")).to_contain_text("fra 00.00 til 23.59")
    await page.locator("#refused a").click()
    assert await page.evaluate("document.activeElement.id") == "f-held_at-time"
    assert await clock.get_attribute("aria-invalid") == "true"
    assert await day.get_attribute("aria-invalid") is None
    if javascript:  # axe-core is one itself
        await axe(page)
    await page.keyboard.press("Control+a")
    await page.keyboard.type("0001")
    assert await clock.evaluate("one => one.checkValidity()")
    await _send(page)
    assert "done=hold-meeting" in page.url, await page.inner_text("main")


@plays("POST /intake/desk/{id}/save")
async def test_what_is_typed_of_a_hand_over_saves_itself(product: Product, look, seats: Seats) -> None:
    """It stands beside the form: nobody heard that something was typed there, until something was typed in the form."""
    page = await seats.page(look, Role.HOTLINE_ADVISER, HOTLINE, **AMERICAN)
    await page.goto("/intake/desk")
    await page.locator(".acute-box summary").click()
    await page.locator("#f-handed_over_at").fill("2026-11-12")
    async with page.expect_response(_saved) as saved:
        await page.locator("#f-handed_over_at-time").press_sequentially("9.3")
    assert (await saved.value).status == 200
    address = page.url

    await page.goto(address)

    await expect(page.locator("#f-handed_over_at")).to_be_visible()
    assert await page.locator("#f-handed_over_at").input_value() == "2026-11-12"
    assert await page.locator("#f-handed_over_at-time").input_value() == "9.3"
    await axe(page)
