"""Commands on a case in the browser: without JavaScript, and from two tabs at once."""

from __future__ import annotations

from uuid import UUID

from playwright.async_api import Page, ViewportSize, expect

from tests.support.browsing import DESKTOP, Watch, axe, sign_in
from tests.support.cases import Infohus
from tests.support.playing import plays
from tests.support.product import Product

KOMMUNE = "Tovholder, Greve kommune"


async def _case(product: Product) -> UUID:
    _, path = await Infohus(product).arrived()
    return UUID(path.rpartition("/")[2])


async def _at(look, who: str, path: str, viewport: ViewportSize = DESKTOP, **more) -> Page:
    page = await look(viewport, **more)
    await sign_in(page, who, path)
    return page


async def _send(page: Page, case: UUID) -> None:
    await page.locator("form.command button.primary").click()
    await page.wait_for_url(f"**/assessment/cases/{case}?done=*")


@plays("case-open-case")
async def test_a_command_is_given_without_javascript(product: Product, look) -> None:
    case = await _case(product)
    page = await _at(look, KOMMUNE, f"/assessment/cases/{case}/do/open-case", javascript=False)
    await page.locator('[name="accepts_responsibility"][value="yes"]').check()
    await page.locator('[name="purpose_plausible"][value="yes"]').check()
    await page.locator('[name="grounds"]').fill("En grund")
    await _send(page, case)

    assert await page.locator(".done").count() == 1


async def test_the_second_tab_is_told_what_changed_and_loses_no_text(product: Product, look, watch: Watch) -> None:
    watch.expects(r"status of 412")
    case = await _case(product)
    first = await _at(look, KOMMUNE, f"/assessment/cases/{case}/do/open-case")
    second = await first.context.new_page()
    await second.goto(f"/assessment/cases/{case}/do/open-case")
    for page in (first, second):
        await page.locator('[name="accepts_responsibility"][value="yes"]').check()
        await page.locator('[name="purpose_plausible"][value="yes"]').check()
    await _send(first, case)
    await second.locator('[name="grounds"]').fill("Et ord, der ikke må gå tabt")
    await second.locator("form.command button.primary").click()

    await expect(second.locator("#refused")).to_contain_text("En anden var her, mens du skrev")
    await expect(second.locator('[name="grounds"]')).to_have_value("Et ord, der ikke må gå tabt")
    await axe(second)
