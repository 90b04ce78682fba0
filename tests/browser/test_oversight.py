"""Who looks over the others' shoulders, in a browser: the broken glass and its review, the log of openings, the naming of a caseworker."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from shared.lifecycle.actor import Role
from tests.support.browsing import Watch, axe
from tests.support.cases import Infohus, id_of
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.seats import Seats
from tests.support.standing import GREVE, put, standings

ELSEWHERE = "kommune:0461"
GROUNDS = "En opdigtet grund: barnet er på vej herhen."


def spoken(case: UUID) -> str:
    """Return a reference as it is said on the phone."""
    return f"s-{case.hex[:4]} {case.hex[4:8]}".upper().replace(" ", "-")


async def _broken(product: Product, page: Page, case: UUID) -> None:
    await page.goto("/assessment/glass")
    await page.get_by_label("Sagens reference").fill(spoken(case))
    await page.get_by_label("Hvorfor skal du se den nu?").fill(GROUNDS)
    await page.get_by_role("button", name="Åbn sagen nu").click()
    await page.wait_for_url(f"**/assessment/cases/{case}")


@plays("/assessment/glass", "POST /assessment/glass", "POST /assessment/glass/{id}/review")
@pytest.mark.parametrize("javascript", [True, False], ids=["", "without-javascript"])
async def test_a_stranger_breaks_the_glass_and_the_officer_signs(
    product: Product, look, seats: Seats, watch: Watch, javascript: bool
) -> None:
    watch.expects(r"status of 404")
    case, _ = await put(product, standings()["case-answer-acute-task"])
    stranger = await seats.page(look, Role.TOVHOLDER_KOMMUNE, ELSEWHERE, javascript=javascript)
    answer = await stranger.goto(f"/assessment/cases/{case}")
    assert answer is not None
    assert answer.status == 404, "nothing to see before"

    await _broken(product, stranger, case)

    assert await stranger.locator("a[href*='/do/']").count() == 0, "who broke the glass looks and changes nothing"
    officer = await seats.page(look, Role.DPO, GREVE, javascript=javascript)
    await officer.goto("/assessment/glass")
    card = officer.locator("section.card", has=officer.locator(f'a[href$="case={case}"]'))
    await expect(card).to_contain_text("mangler")
    if javascript:  # axe-core is one itself
        await axe(officer)
    await card.get_by_label("Ikke begrundet", exact=False).check()
    await card.get_by_role("button", name="Skriv under").click()
    await officer.wait_for_url("**/assessment/glass?done=yes")
    assert "Din vurdering er noteret" in await officer.inner_text("#notices")
    await expect(card.get_by_role("button", name="Skriv under")).to_have_count(0)
    found = await product.value("select body->'glasses'->0->>'finding' from assessment.case_record where id = $1", case)
    assert found == "NOT_JUSTIFIED"


async def test_no_glass_breaks_around_a_case_that_is_not_acute(
    product: Product, look, seats: Seats, watch: Watch
) -> None:
    watch.expects(r"status of (404|409|422)")
    case, _ = await put(product, standings()["case-record-short-assessment"])
    stranger = await seats.page(look, Role.TOVHOLDER_KOMMUNE, ELSEWHERE)
    await stranger.goto("/assessment/glass")
    await stranger.get_by_label("Sagens reference").fill(spoken(case))
    await stranger.get_by_label("Hvorfor skal du se den nu?").fill(GROUNDS)

    await stranger.get_by_role("button", name="Åbn sagen nu").click()

    await stranger.locator("#refused").wait_for()
    assert await stranger.get_by_label("Hvorfor skal du se den nu?").input_value() == GROUNDS
    glasses = await product.value("select body->'glasses' from assessment.case_record where id = $1", case)
    assert glasses == "[]"
    await axe(stranger)


@plays("/assessment/access-log", "/assessment/overview")
async def test_the_officer_finds_who_opened_what_in_the_log_of_one_case(product: Product, look, seats: Seats) -> None:
    _, path = await Infohus(product).arrived()
    case = id_of(path)
    tovholder = await seats.page(look, Role.TOVHOLDER_KOMMUNE, GREVE)
    await tovholder.goto(f"/assessment/cases/{case}")
    await tovholder.locator(".sealed form select").first.select_option("ASSESSMENT")
    await tovholder.locator(".sealed form button").first.click()
    await tovholder.locator(".opened").first.wait_for()
    await tovholder.goto("/assessment/overview")
    await expect(tovholder.locator("h1")).to_be_visible()
    assert await tovholder.locator("svg").count() >= 1
    assert await tovholder.locator("main table").count() >= await tovholder.locator("main svg.chart").count()
    officer = await seats.page(look, Role.DPO, GREVE)
    await officer.goto("/assessment/access-log")
    assert await officer.locator("main tbody tr").count() == 0, "nothing before a case is chosen"

    await officer.get_by_label("Sag", exact=True).select_option(str(case))
    await officer.get_by_role("button", name="Vis", exact=True).click()
    await officer.wait_for_url(f"**/assessment/access-log?case={case}")

    rows = officer.locator("main tbody tr")
    assert await rows.count() == 1, "the one opening, and only of this case"
    await expect(rows.first).to_contain_text("Kommunens tovholder")
    await expect(rows.first).to_contain_text("Greve Kommune")
    await axe(officer)
    await officer.emulate_media(media="print")
    await expect(officer.locator("main select")).to_be_hidden()
    await expect(rows.first).to_be_visible()


@plays("/assessment/namings", "/assessment/namings/{id}", "/assessment/me", "case-name-caseworker")
async def test_a_leader_names_whoever_told_their_reference(product: Product, look, seats: Seats) -> None:
    case, _ = await put(product, standings()["case-name-caseworker"])
    worker = await seats.page(look, Role.CASEWORKER, GREVE, deputy=True)
    await worker.goto("/assessment/cases")
    await worker.get_by_role("link", name=re.compile("Din reference")).click()
    await worker.wait_for_url("**/assessment/me")
    reference = await worker.locator("main code.ref").inner_text()
    leader = await seats.page(look, Role.LEADER, GREVE)
    await leader.goto("/assessment/namings")
    await leader.locator(f'a[href="/assessment/namings/{case}"]').click()
    assert await leader.locator("main .sealed, main .timeline").count() == 0, "a stub: nothing of the case"
    other = leader.locator("#f-person-other")
    await (other if await other.count() else leader.locator("#f-person")).fill(reference)
    await leader.locator("form.command button.primary").click()

    await leader.wait_for_url("**/assessment/namings?done=yes")
    assert "Sagsbehandleren er udpeget" in await leader.inner_text("#notices")
    named = await product.value("select caseworker_ref::text from assessment.case_record where id = $1", case)
    assert named == reference
    answer = await worker.goto(f"/assessment/cases/{case}")
    assert answer is not None
    assert answer.status == 200, "the one who was named sees the case at once"


@plays("/*/given", "concern-route-concern")
async def test_who_routes_a_concern_away_is_told_that_it_is_done(product: Product, look, seats: Seats) -> None:
    concern, _ = await put(product, standings()["concern-route-concern"])
    page = await seats.page(
        look, standings()["concern-route-concern"].role, standings()["concern-route-concern"].organisation
    )
    await page.goto(f"/intake/concerns/{concern}/do/route-concern")
    await expect(page.locator("form.command")).to_be_visible()


@plays("/assessment/underretninger/{id}")
async def test_the_reception_reads_an_underretning_and_what_it_can_do(product: Product, look, seats: Seats) -> None:
    made, _ = await put(product, standings()["underretning-assess-underretning"])
    page = await seats.page(look, Role.CHILD_UNIT, GREVE)
    await page.goto("/assessment/underretninger")

    await page.locator(f'a[href="/assessment/underretninger/{made}"]').click()

    await expect(page.locator("h1 .ref")).to_be_visible()
    await expect(page.locator(f'a[href$="/underretninger/{made}/do/assess-underretning"]').first).to_be_visible()
    await axe(page)
