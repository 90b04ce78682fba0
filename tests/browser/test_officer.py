"""The data protection officer's desk: what waits, the nearest first; why a glass was broken is opened, logged, and signed for."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import ViewportSize, expect

from shared.lifecycle.actor import Role
from shared.reference.organisations import kommune
from tests.support.browsing import DESKTOP, PHONE, Watch, axe, overflow
from tests.support.calls import GREVE, adviser, raised, routing
from tests.support.cases import Infohus
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.seats import Seats

pytestmark = pytest.mark.timeout(180)
AARHUS = "0751"
WHY = "En opdigtet grund: barnet er på vej herhen."


@plays(
    "/assessment/officer", "/assessment/glass", "POST /assessment/glass/{id}/open", "POST /assessment/glass/{id}/review"
)
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_an_officer_begins_with_what_waits_reads_why_and_signs(
    product: Product, look, seats: Seats, watch: Watch, viewport: ViewportSize
) -> None:
    watch.expects(r"status of 404")
    concern = await raised(product)
    await adviser(product).do(f"/intake/v1/concerns/{concern}", "route-concern", routing())
    path = await Infohus(product).record_of(concern)
    broken = await Infohus(product, AARHUS).tovholder.send("POST", f"{path}/break-glass", {"grounds": WHY})
    assert broken.status == 200, broken.body
    digits = path.rpartition("/")[2].replace("-", "")[:8].upper()
    short = f"S-{digits[:4]}-{digits[4:]}"

    page = await seats.page(look, Role.DPO, kommune(GREVE), viewport)
    await page.goto("/notify/start")
    await page.wait_for_url(re.compile("/assessment/officer"))
    await axe(page)
    assert await overflow(page) == 0
    await page.get_by_role("link", name=short, exact=True).click()
    card = page.locator("section.card", has=page.get_by_role("heading", name=short, exact=True))
    await expect(card).to_contain_text("Vurderes senest")
    assert WHY not in await page.inner_text("main")
    await card.get_by_role("button", name="Åbn begrundelsen").click()
    await expect(page.locator(".opened")).to_contain_text(WHY)
    await axe(page)
    await card.locator('[name=finding][value="JUSTIFIED"]').check()
    await card.get_by_role("button", name="Skriv under").click()
    await expect(page.locator("#notices")).to_contain_text("Din vurdering er noteret")
    await page.goto("/assessment/officer")
    assert await page.get_by_role("link", name=short, exact=True).count() == 0
    await page.goto("/assessment/language/en?to=/assessment/officer")
    await expect(page.locator("h1")).to_have_text("To review")
    await axe(page)
    await page.goto("/assessment/language/da?to=/assessment/officer")
