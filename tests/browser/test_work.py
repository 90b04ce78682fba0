"""My work in a real browser: due times in words, filters that are addresses, news without losing one's place."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page, ViewportSize, expect

from deploy.seed import person
from shared.lifecycle.actor import Role
from tests.support.browsing import DESKTOP, PHONE, axe, overflow, sign_in
from tests.support.product import Product
from tests.support.work import waits

GREVE = "kommune:0253"
HOLDER = "Tovholder, Greve kommune"
WORK = "/notify/work"
VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(autouse=True)
async def _empty(product: Product) -> None:
    await product.rows("delete from notify.work_item where owner_organisation = $1", GREVE)


def row(page: Page, deadline: UUID) -> str:
    return f"#ref-{deadline}"


@VIEWPORTS
@pytest.mark.parametrize("language", ["da", "en"])
async def test_the_list_says_what_is_due_in_words_in_both_languages(
    product: Product, look, viewport: ViewportSize, language: str
) -> None:
    late = await waits(product, -2)
    for hours in (1.3, 30, 400):
        await waits(product, hours)
    page = await look(viewport)
    await sign_in(page, HOLDER)
    if language == "en":
        await page.goto(f"/notify/language/en?to={WORK}")

    await expect(page.locator(row(page, late))).to_be_visible()
    said = {"da": "Overskredet for 2 t siden", "en": "Overdue 2 hr"}[language]
    assert said in await page.inner_text("#rows"), await page.inner_text("#rows")
    assert await overflow(page) == 0
    await expect(page.locator(".count")).to_contain_text("4")
    await axe(page)


async def test_filters_are_addresses_and_back_goes_back(product: Product, look) -> None:
    await waits(product, 1)
    later = await waits(product, 400, kind="intervention.session", service="corps")
    page = await look()
    await sign_in(page, HOLDER)

    await page.locator("#tile-later").click()
    await page.wait_for_url("**/notify/work?when=later")
    assert await page.locator("#rows tbody tr").count() == 1
    await expect(page.locator(row(page, later))).to_be_visible()
    await page.go_back()
    await page.wait_for_url(lambda url: url.endswith(WORK))
    assert await page.locator("#rows tbody tr").count() == 2
    await page.locator("#service").select_option("corps")
    await page.get_by_role("button", name="Filtrér").click()
    await page.wait_for_url(lambda url: "service=corps" in url)
    assert await page.locator("#rows tbody tr").count() == 1


async def test_news_comes_by_itself_and_takes_neither_focus_nor_what_is_half_typed(product: Product, look) -> None:
    first = await waits(product, 5)
    page = await look()
    await sign_in(page, HOLDER, f"{WORK}?whose=unit")
    await page.locator("details.menu summary").click()
    await page.locator("#view-name").fill("min halve tek")
    await page.locator(f"#item-{first}").check()
    await page.locator("#view-name").focus()
    await expect(page.locator(".count")).to_contain_text("1")

    second = await waits(product, 3)

    await expect(page.locator(row(page, second))).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "view-name"
    assert await page.input_value("#view-name") == "min halve tek"
    assert await page.locator(f"#item-{first}").is_checked()
    await expect(page.locator(".count")).to_contain_text("2")
    await page.locator(f"#open-{first}").focus()
    third = await waits(product, 2)
    await expect(page.locator(row(page, third))).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == f"open-{first}"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
async def test_who_takes_work_is_seen_to_have_it(product: Product, look, javascript: bool) -> None:
    deadline = await waits(product, 5)
    page = await look(javascript=javascript)
    await sign_in(page, HOLDER)
    await page.locator(f"#item-{deadline}").check()
    await page.get_by_role("button", name="Giv", exact=True).click()

    await page.get_by_text("1 opgave er givet.").wait_for()
    assert "Du har taget den" in await page.inner_text("#rows")
    await page.locator(f"#seen-{deadline}").click()
    await page.get_by_text("Noteret som set").wait_for()


async def test_a_deputy_sees_what_waits_for_a_colleague_who_is_away(product: Product, look) -> None:
    me = person(Role.CHILD_UNIT, GREVE).person_ref
    absent = uuid4()
    now = product.clock.now()
    await product.rows(
        "insert into notify.person (person_ref, organisation, roles, email, away_from, away_to, deputy_ref, duty_order)"
        " values ($1, $2, $3, 'function@tovholder.example', $4, $5, $6, 5)",
        absent, GREVE, ["TOVHOLDER_KOMMUNE"], now - timedelta(hours=1), now + timedelta(days=2), UUID(str(me)),
    )  # fmt: skip
    try:
        deadline = await waits(product, 5)
        page = await look()
        await sign_in(page, "Modtagelsen for underretninger, Greve kommune", f"{WORK}?whose=deputy")
        await expect(page.locator("#rows")).to_contain_text("Du er stedfortræder")
        await expect(page.locator("#rows")).to_contain_text("Du ser ikke sagen")
        await expect(page.locator(row(page, deadline))).to_have_count(0)
        await axe(page)
    finally:
        await product.rows("delete from notify.person where person_ref = $1", absent)


@pytest.mark.parametrize("path", ["/notify/me", "/notify/people", "/notify/counters"])
@VIEWPORTS
async def test_the_other_pages_break_no_rule_of_access(
    product: Product, look, path: str, viewport: ViewportSize
) -> None:
    page = await look(viewport)
    await sign_in(page, "Styregruppens sekretariat, det nationale center", path)
    await page.goto(path)
    await axe(page)
    assert await overflow(page) == 0
