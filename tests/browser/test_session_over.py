"""A session that ends while a page is open: warned of, said, nothing typed lost, nothing opened left in view, nobody's page inside another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from deploy.seed import person
from shared.identity import sessions
from shared.lifecycle.actor import Role
from tests.support.browsing import Watch, axe, choose_person, sign_in
from tests.support.cases import Infohus
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(180)
ADVISER = "Rådgiver 1, National Hotline"
SAID = "En opdigtet bekymring om en opdigtet person."
GREVE = "kommune:0253"
HOLDER = "Tovholder, Greve kommune"
WHOLE_PAGE = ".top, h1.title, main"
SESSION = "update identity.sessions set idle = clock_timestamp() - seen_at + $1 * interval '1 second' where person = $2 and ended_at is null"


@pytest.fixture(autouse=True)
async def _none_stays_short(product: Product) -> AsyncIterator[None]:
    """End the sessions that a test of this module made short: others would sit in them too."""
    yield
    short = "update identity.sessions set ended_at = clock_timestamp() where idle <> $1 and ended_at is null"
    await product.rows(short, sessions.IDLE)


async def _lasts(product: Product, role: Role, place: str, seconds: float) -> None:
    """Let every session of a person wait so much longer, if nobody uses it."""
    await product.rows(SESSION, seconds, person(role, place).person_ref)


async def _case(product: Product, page: Page) -> str:
    """A case with a sealed text, and who may open it at its page."""
    _, path = await Infohus(product).arrived()
    await sign_in(page, HOLDER, f"{path.replace('/v1/', '/')}/do/open-case")
    for name in ("accepts_responsibility", "purpose_plausible"):
        await page.locator(f'[name="{name}"][value="yes"]').check()
    await page.locator('[name="grounds"]').fill("En opdigtet grund.")
    await page.locator("form.command button.primary").click()
    await page.wait_for_url("**?done=*")
    return page.url.partition("?")[0]


async def _opened(page: Page) -> str:
    """Open the first sealed text of the record; return it."""
    form = page.locator("form[hx-post$='/open']").first
    await form.locator("select").select_option(index=1)
    await form.locator("button").click()
    opened = page.locator(".opened").first
    await opened.wait_for()
    return (await opened.inner_text()).splitlines()[-1]


@plays("POST /assessment/cases/{id}/open", "/*/session/state")
async def test_who_is_away_is_warned_and_then_nothing_that_was_opened_is_left_in_view(
    product: Product, look, watch: Watch
) -> None:
    watch.expects(r"status of 401 ")
    page = await look()
    await page.goto(await _case(product, page))
    text = await _opened(page)
    assert text in await page.content()
    await _lasts(product, Role.TOVHOLDER_KOMMUNE, GREVE, 20)
    await page.evaluate("() => window.tovholder.ask()")

    dialog = page.get_by_role("alertdialog", name="Er du her stadig?")
    await expect(dialog).to_be_visible()
    assert await dialog.locator("button").evaluate("one => one === document.activeElement"), (
        "reached at once by keyboard"
    )
    await axe(page)
    over = page.get_by_role("alertdialog", name="Du er blevet logget af")
    await expect(over).to_be_visible(timeout=40_000)

    assert await page.locator(".opened").count() == 0
    assert text not in await page.content()
    await axe(page)


async def test_staying_takes_one_key_and_gives_the_focus_back(product: Product, look) -> None:
    page = await look()
    await sign_in(page, ADVISER, "/intake/desk")
    await page.locator("#f-subject").focus()
    await _lasts(product, Role.HOTLINE_ADVISER, "hotline:national", 120)
    await page.evaluate("() => window.tovholder.ask()")
    await page.get_by_role("alertdialog").wait_for()
    await product.rows(
        "update identity.sessions set idle = interval '30 minutes' where person = $1",
        person(Role.HOTLINE_ADVISER, "hotline:national").person_ref,
    )

    await page.keyboard.press("Enter")

    await expect(page.locator("#idle")).to_be_hidden()
    assert await page.evaluate("document.activeElement.id") == "f-subject"
    await expect(page.locator("#notices")).to_contain_text("Du er logget på til kl.")


async def test_who_writes_is_here_and_is_not_asked(product: Product, look) -> None:
    page = await look()
    await page.goto(await _case(product, page))
    holder = person(Role.TOVHOLDER_KOMMUNE, GREVE).person_ref
    seen = "select max(seen_at) from identity.sessions where person = $1"
    await product.rows("update identity.sessions set idle = interval '3 minutes' where person = $1", holder)
    before = await product.value(seen, holder)
    await page.locator("form[hx-post$='/open'] select").first.dispatch_event("input")
    await page.evaluate("() => window.tovholder.ask()")

    async def used() -> bool:
        return bool(await product.value(seen, holder) > before)

    await eventually(used, what="the session was used")


@plays("/*/session", "/*/session/state", "POST /intake/desk/{id}/save")
async def test_a_session_that_ends_under_a_part_of_a_page_leaves_the_page_and_works_on_after_signing_in(
    product: Product, look, watch: Watch
) -> None:
    watch.expects(r"status of 401 ")
    page = await look()
    await sign_in(page, ADVISER, "/intake/desk")
    await page.locator("#f-description").fill(SAID)
    await expect(page.locator("#saved .saved")).to_be_visible()
    count = await page.locator(WHOLE_PAGE).count()
    ended = "update identity.sessions set ended_at = clock_timestamp() where ended_at is null and person = $1"
    await product.rows(ended, person(Role.HOTLINE_ADVISER, "hotline:national").person_ref)

    await page.locator("#f-description").press_sequentially(" Mere.", delay=5)

    over = page.get_by_role("alertdialog", name="Du er blevet logget af")
    await expect(over).to_be_visible()
    await expect(page.locator("#saved")).to_contain_text("Ikke gemt")
    assert await page.locator(WHOLE_PAGE).count() == count, "no page inside the page"
    assert await page.locator("#f-description").input_value() == f"{SAID} Mere."
    await axe(page)

    async with page.context.expect_page() as opening:
        await over.get_by_role("link").click()
    tab = await opening.value
    assert "prompt=login" in tab.url, "a browser whose session is over asks who it is"
    await choose_person(tab, ADVISER)
    await tab.wait_for_url("**/intake/session")
    await expect(tab.locator("h1")).to_contain_text("Du er logget på")
    await axe(tab)
    await tab.close()
    await over.get_by_role("button").click()

    await expect(over).to_be_hidden()
    await expect(page.locator("#saved .saved")).to_be_visible()
    await page.reload()
    assert await page.locator("#f-description").input_value() == f"{SAID} Mere."


async def test_a_page_of_somebody_else_saves_nothing_more(product: Product, look, watch: Watch) -> None:
    watch.expects(r"status of 40[13] ")
    page = await look()
    await sign_in(page, ADVISER, "/intake/desk")
    await page.locator("#f-description").fill(SAID)
    await expect(page.locator("#saved .saved")).to_be_visible()
    tab = await page.context.new_page()
    await tab.goto("/intake/sign-in")
    await choose_person(tab, "Rådgiver 2, National Hotline")
    await tab.wait_for_url(lambda url: "/auth/" not in url)
    await tab.close()

    await page.locator("#f-description").press_sequentially(" Mere.", delay=5)

    await expect(page.get_by_role("alertdialog", name="En anden er logget på her")).to_be_visible()
    drafts = "select count(distinct person) from intake.draft where unit = $1"
    assert await product.value(drafts, UUID(page.url.rpartition("/")[2])) == 1


async def test_a_service_that_dies_under_a_part_of_a_page_leaves_the_page_and_saves_when_it_is_back(
    product: Product, look, watch: Watch
) -> None:
    watch.expects(r"status of 50[0-9] |net::ERR")
    page = await look()
    await sign_in(page, ADVISER, "/intake/desk")
    await page.locator("#f-description").fill(SAID)
    await expect(page.locator("#saved .saved")).to_be_visible()
    count = await page.locator(WHOLE_PAGE).count()
    await asyncio.to_thread(product.backends.stack.kill, "intake-api")
    try:
        await page.locator("#f-description").press_sequentially(" Mere.", delay=5)
        await expect(page.locator("#saved")).to_contain_text("Ikke gemt")
        await expect(page.locator("#away")).to_be_visible()
        assert await page.locator(WHOLE_PAGE).count() == count, "no page inside the page"
        await axe(page)
    finally:
        product.begin("intake-api")
        await product.serving("intake-api")

    await expect(page.locator("#saved .saved")).to_be_visible(timeout=45_000)
    await expect(page.locator("#away")).to_be_hidden()
    await page.reload()
    assert await page.locator("#f-description").input_value() == f"{SAID} Mere."


async def test_an_answer_that_refuses_a_part_of_a_page_stands_beside_it(product: Product, look, watch: Watch) -> None:
    watch.expects(r"status of 4[0-9][0-9] ")
    page = await look()
    await page.goto(await _case(product, page))
    count = await page.locator(WHOLE_PAGE).count()
    form = page.locator("form[hx-post$='/open']").first
    await form.evaluate("form => { form.noValidate = true }")
    await form.locator("button").click()

    await expect(page.locator("#trouble")).to_contain_text("Fejlkode")
    assert await page.locator(WHOLE_PAGE).count() == count, "no page inside the page"
    await expect(form).to_be_visible()
    await axe(page)


@plays("POST /*/sign-out", "/*/signed-out", "/*/sign-in")
async def test_signing_out_asks_who_comes_next(product: Product, look) -> None:
    page = await look()
    await sign_in(page, HOLDER, "/assessment/cases")
    await page.get_by_role("button", name="Log af", exact=True).click()
    await page.wait_for_url("**/assessment/signed-out")
    await axe(page)
    assert not [one for one in await page.context.cookies() if one["name"] == "__Host-tovholder"]

    await page.get_by_role("link", name="Log på igen").click()

    await page.wait_for_url("**/auth/authorize?**")
    assert "prompt=login" in page.url


@plays("POST /notify/me/sign-out-everywhere")
async def test_signing_out_everywhere_ends_every_browser_of_the_person_and_nobody_elses(product: Product, look) -> None:
    here, there, another = [await look() for _ in range(3)]
    for page in (here, there):
        await sign_in(page, ADVISER, "/notify/me")
    await sign_in(another, HOLDER, "/notify/me")
    await here.get_by_role("button", name="Log af overalt").click()
    await here.wait_for_url("**/notify/signed-out")

    await there.goto("/intake/calls")
    await another.goto("/assessment/cases")

    assert "/auth/authorize" in there.url
    assert "prompt=login" in there.url
    assert another.url.endswith("/assessment/cases")
