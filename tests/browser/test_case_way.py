"""The way of a case from its arrival to the decision, played by its people in the browser."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, ViewportSize, expect

from services.assessment.pages.case_rooms import ROOMS
from tests.support.browsing import DESKTOP, PHONE, Watch, axe, overflow, sign_in
from tests.support.cases import Infohus
from tests.support.playing import plays
from tests.support.product import Product

KOMMUNE = "Tovholder, Greve kommune"
POLITI = "Politiets tovholder, Midt- og Vestsjælland politikreds"
SECRETARIAT = "Sekretariat for Infohus, Midt- og Vestsjælland politikreds"
CASEWORKER = "Myndighedssagsbehandler, Greve kommune"


async def _case(product: Product) -> UUID:
    _, path = await Infohus(product).arrived()
    return UUID(path.rpartition("/")[2])


async def _at(look, who: str, path: str, viewport: ViewportSize = DESKTOP, **more) -> Page:
    page = await look(viewport, **more)
    await sign_in(page, who, path)
    return page


async def _do(page: Page, case: UUID, command: str) -> None:
    await page.goto(f"/assessment/cases/{case}/do/{command}")


async def _send(page: Page, case: UUID) -> None:
    await page.locator("form.command button.primary").click()
    await page.wait_for_url(f"**/assessment/cases/{case}?done=*")


async def _rate(page: Page, number: int, *, risk: str = "SLIGHT", resource: str = "WEAK") -> None:
    await page.locator(f'[name="ratings.{number}.risk_level"][value="{risk}"]').check()
    await page.locator(f'[name="ratings.{number}.resource_level"][value="{resource}"]').check()


@plays(
    "case-open-case",
    "case-request-clearance",
    "case-clear-case",
    "case-hold-meeting",
    "case-complete-assessment",
    "case-send-recommendation",
    "case-decide-measure",
)
@pytest.mark.timeout(300)
async def test_a_case_goes_from_its_arrival_to_the_decision_by_the_hands_of_its_people(product: Product, look) -> None:
    case = await _case(product)
    here = f"/assessment/cases/{case}"
    tovholder = await _at(look, KOMMUNE, here)
    await axe(tovholder)
    await tovholder.locator(".next-steps a.primary").click()
    await tovholder.locator('[name="accepts_responsibility"][value="yes"]').check()
    await tovholder.locator('[name="purpose_plausible"][value="yes"]').check()
    await axe(tovholder)
    await _send(tovholder, case)
    await _do(tovholder, case, "request-clearance")
    await _send(tovholder, case)
    await expect(tovholder.locator(".waiting")).to_contain_text("Politiets afklaring mangler, bedt om")

    police = await _at(look, POLITI, here)
    await _do(police, case, "clear-case")
    await _send(police, case)

    office = await _at(look, SECRETARIAT, here)
    await _do(office, case, "hold-meeting")
    await expect(office.locator("#quorum")).to_be_visible()
    await office.locator('[name="mental_vulnerability_suspected"][value="no"]').check()
    await axe(office)
    await _send(office, case)

    await _do(tovholder, case, "complete-assessment")
    for number in range(9):
        await _rate(tovholder, number)
    await tovholder.locator('[name="focus"][value="RELATIONSHIPS"]').check()
    await tovholder.locator('[name="measures"][value="MENTOR"]').check()
    await tovholder.locator('[name="reasoning"]').fill("En begrundelse, skrevet af en prøve")
    await expect(tovholder.locator(".draft-state")).to_contain_text("Kladde gemt")
    await axe(tovholder)
    await tovholder.reload()
    await expect(tovholder.locator('[name="reasoning"]')).to_have_value("En begrundelse, skrevet af en prøve")
    await _send(tovholder, case)

    await _do(tovholder, case, "send-recommendation")
    await tovholder.locator('[name="unit"]').select_option("ADULTS")
    person = product.at("CASEWORKER", "kommune:0253").ref
    await tovholder.locator('[name="caseworker"]').fill(str(person))
    await axe(tovholder)
    await _send(tovholder, case)

    caseworker = await _at(look, CASEWORKER, here)
    await _do(caseworker, case, "decide-measure")
    await caseworker.locator('[name="outcome"][value="GRANT"]').check()
    await expect(caseworker.locator('[data-when="outcome=NONE"]')).to_be_hidden()
    await caseworker.locator('[name="law"][value="SERVICELOVEN"]').check()
    await caseworker.locator('[name="appeal_guidance_given"][value="yes"]').check()
    await axe(caseworker)
    await _send(caseworker, case)
    await caseworker.goto(f"{here}?rum=anbefaling")
    await expect(caseworker.get_by_text("Hjælpen gives som anbefalet")).to_be_visible()


async def test_a_session_that_ends_in_the_middle_of_a_form_keeps_the_text(product: Product, look, watch: Watch) -> None:
    watch.expects(r"status of 40[13]")
    case = await _case(product)
    page = await _at(look, KOMMUNE, f"/assessment/cases/{case}/do/open-case")
    await page.locator('[name="accepts_responsibility"][value="yes"]').check()
    await page.locator('[name="purpose_plausible"][value="yes"]').check()
    words = "Ord, som står her endnu, når jeg har logget på igen, og som er lange nok til at ses"
    await page.locator('[name="grounds"]').fill(words)
    await page.context.clear_cookies()
    await page.locator("form.command button.primary").click()

    await expect(page.locator("textarea")).to_have_value(words)
    again = await page.context.new_page()
    await sign_in(again, KOMMUNE, "/assessment/cases")
    await page.get_by_role("button", name="Send igen").click()
    await expect(page.get_by_text(words).or_(page.locator(".done")).first).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_main_pages_in_english_break_no_rule_of_access(
    product: Product, look, viewport: ViewportSize
) -> None:
    case = await _case(product)
    page = await _at(look, KOMMUNE, f"/assessment/language/en?to=/assessment/cases/{case}", viewport)
    await page.goto(f"/assessment/language/en?to=/assessment/cases/{case}")
    paths = [f"/assessment/cases/{case}?rum={room}" for room in ROOMS]
    for path in (
        *paths,
        "/assessment/cases",
        "/assessment/overview",
        "/assessment/glass",
        "/assessment/insights",
        "/assessment/underretninger",
    ):
        await page.goto(path)
        assert await page.get_attribute("html", "lang") == "en"
        await axe(page)
        wide = await overflow(page)
        assert wide == 0, re.sub(r"[0-9a-f-]{36}", "…", path)
