"""News of my work after the service was gone, the session over, or the tab hidden: heard again by itself, and never hammered."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from deploy.seed import person
from shared.lifecycle.actor import Role
from tests.browser.test_work import GREVE, HOLDER, WORK, row, waits
from tests.support.browsing import Watch, axe, choose_person, sign_in
from tests.support.playing import plays
from tests.support.product import Product

pytestmark = pytest.mark.timeout(240)
LIVE = "/notify/work/live"
ENDED = "update identity.sessions set ended_at = clock_timestamp() where ended_at is null and person = $1"


@pytest.fixture(autouse=True)
async def _empty(product: Product) -> None:
    await product.rows("delete from notify.work_item where owner_organisation = $1", GREVE)


def _asked(watch: Watch, path: str = LIVE) -> int:
    return sum(request.url.partition("?")[0].endswith(path) for request in watch.requests)


async def _listening(page: Page, product: Product) -> None:
    """Wait until news arrives."""
    deadline = await waits(product, 5)
    await expect(page.locator(row(page, deadline))).to_be_visible()


@plays("/notify/work/live")
async def test_a_page_hears_news_again_after_its_service_was_killed_and_says_how_old_its_rows_are_meanwhile(
    product: Product, look, watch: Watch
) -> None:
    watch.expects(r"status of 50[0-9] |net::ERR")
    page = await look()
    await sign_in(page, HOLDER, f"{WORK}?whose=unit")
    await _listening(page, product)
    await expect(page.locator("#unheard")).to_be_hidden()
    await asyncio.to_thread(product.backends.stack.kill, "notify-api")
    try:
        await expect(page.locator("#unheard")).to_be_visible(timeout=20_000)
        await expect(page.locator("#unheard")).to_contain_text("siden")
        await axe(page)
        missed = await waits(product, 3)
        before = _asked(watch)
        await page.wait_for_timeout(4_000)
        assert _asked(watch) - before <= 4, "tried later each time"
    finally:
        product.begin("notify-api")
        await product.serving("notify-api")

    await expect(page.locator(row(page, missed))).to_be_visible(timeout=60_000)
    await expect(page.locator("#unheard")).to_be_hidden()
    await _listening(page, product)


async def test_a_page_whose_session_is_over_asks_no_more_until_somebody_is_signed_in_again(
    product: Product, look, watch: Watch
) -> None:
    watch.expects(r"status of 401 ")
    page = await look()
    await sign_in(page, HOLDER, f"{WORK}?whose=unit")
    await _listening(page, product)
    await product.rows(ENDED, person(Role.TOVHOLDER_KOMMUNE, GREVE).person_ref)

    over = page.get_by_role("alertdialog", name="Du er blevet logget af")
    await expect(over).to_be_visible(timeout=40_000)
    await expect(page.locator("#unheard")).to_be_visible()
    before = len(watch.requests)
    await page.wait_for_timeout(8_000)
    assert len(watch.requests) == before, "nothing is asked of anybody"
    assert not [one for one in watch.requests[-10:] if "/sign-in" in one.url], "and no sign-in is begun unseen"

    async with page.context.expect_page() as opening:
        await over.get_by_role("link").click()
    tab = await opening.value
    await choose_person(tab, HOLDER)
    await tab.wait_for_url("**/notify/session")
    await tab.close()
    await over.get_by_role("button").click()
    await expect(over).to_be_hidden()
    await _listening(page, product)
    await expect(page.locator("#unheard")).to_be_hidden()


async def test_a_hidden_tab_rests_and_hears_what_it_missed_when_it_is_looked_at(
    product: Product, look, watch: Watch
) -> None:
    page = await look()
    await sign_in(page, HOLDER, f"{WORK}?whose=unit")
    await _listening(page, product)
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')) }"
    await page.evaluate(hide, True)
    before = _asked(watch), _asked(watch, "/notify/work/rows")
    missed = await waits(product, 3)
    await page.wait_for_timeout(3_000)
    assert (_asked(watch), _asked(watch, "/notify/work/rows")) == before
    assert not await page.locator(row(page, missed)).count()

    await page.evaluate(hide, False)

    await expect(page.locator(row(page, missed))).to_be_visible()


async def test_what_did_not_change_is_not_asked_again_and_what_did_before_the_first_word_is(
    product: Product, look, watch: Watch
) -> None:
    rows = "/notify/work/rows"
    page = await look()
    begun, let = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        begun.set()
        await let.wait()
        await route.continue_()

    await sign_in(page, HOLDER, f"{WORK}?whose=unit")
    await page.route(f"**{LIVE}", held)
    before = _asked(watch, rows)
    await page.reload()
    await asyncio.wait_for(begun.wait(), 20)
    async with page.expect_response(f"**{LIVE}"):
        let.set()
    await page.wait_for_timeout(2_000)
    assert _asked(watch, rows) == before, "the page was made of the same list"
    await _listening(page, product)

    begun.clear()
    let.clear()
    await page.reload()
    await asyncio.wait_for(begun.wait(), 20)
    missed = await waits(product, 3)
    assert not await page.locator(row(page, missed)).count()
    let.set()

    await expect(page.locator(row(page, missed))).to_be_visible()
