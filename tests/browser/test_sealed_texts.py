"""Sealed texts in a browser: closed until somebody gives a reason, on record before they are read, and on paper with a line that says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from deploy.seed import CORPS_MUNICIPALITIES
from shared.lifecycle.actor import Role
from shared.reference.calendar import local
from shared.reference.organisations import kommune
from tests.support.browsing import Watch, axe
from tests.support.calls import CALL, called
from tests.support.cases import Infohus, id_of
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.requests import register, requested
from tests.support.seats import Seats
from tests.support.standing import GREVE, HOTLINE, POLICE

WORDS = "Æblegrød på øen"
NOTE = "Talte om arbejde og om weekenden"
HOST = next(iter(CORPS_MUNICIPALITIES))
SCRIPTS = pytest.mark.parametrize("javascript", [True, False], ids=["", "without-javascript"])


async def _open(page: Page, *, reason: str = "ASSESSMENT", text: int = 0) -> None:
    """Choose a reason at a closed text and press the button."""
    form = page.locator(".sealed form").nth(text)
    await form.locator("select").select_option(reason)
    await form.get_by_role("button", name="Åbn med grund").click()
    await page.locator(".opened").first.wait_for()


@plays("POST /intake/concerns/{id}/open", "/intake/concerns/{id}")
@SCRIPTS
async def test_a_concern_opens_for_a_reason_and_says_who_opened_it_before(
    product: Product, look, seats: Seats, javascript: bool
) -> None:
    concern = await called(product)
    here = f"/intake/concerns/{concern}"
    adviser = await seats.page(look, Role.HOTLINE_ADVISER, HOTLINE, javascript=javascript)
    await adviser.goto(here)
    assert WORDS not in await adviser.content(), "closed until somebody gives a reason"
    await expect(adviser.locator(".sealed").first).to_contain_text("Ikke åbnet af andre endnu")
    texts = await adviser.locator(".sealed form").count()

    for number in range(texts):
        await adviser.goto(here)
        await _open(adviser, text=number)
        if WORDS in await adviser.inner_text("main"):
            break

    assert WORDS in await adviser.inner_text(".opened")
    assert concern.hex not in (await adviser.title()).replace("-", "")
    if javascript:  # axe-core is one itself
        await axe(adviser)
    await adviser.goto(here)
    assert WORDS not in await adviser.content(), "closed again on the next look"
    assert "Åbnet 1 gang, sidst af" in await adviser.inner_text("main")


@plays("POST /assessment/cases/{id}/open", "/assessment/cases/{id}")
async def test_a_case_tells_the_second_reader_who_was_first(product: Product, look, seats: Seats) -> None:
    _, path = await Infohus(product).arrived()
    here = f"/assessment/cases/{id_of(path)}"
    first = await seats.page(look, Role.TOVHOLDER_KOMMUNE, GREVE)
    await first.goto(here)
    await _open(first)
    assert WORDS in await first.inner_text(".opened")
    second = await seats.page(look, Role.TOVHOLDER_POLITI, POLICE)
    await second.goto(here)

    told = await second.locator(".sealed").first.inner_text()

    assert "Åbnet 1 gang, sidst af Kommunens tovholder, Greve Kommune" in told
    assert WORDS not in await second.content()


async def test_an_opened_text_is_printed_with_a_line_that_says_whose_print_it_is(
    product: Product, look, seats: Seats
) -> None:
    _, path = await Infohus(product).arrived()
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, GREVE)
    await page.goto(f"/assessment/cases/{id_of(path)}")
    await _open(page)
    line = page.locator(".confidential")
    await expect(line).to_be_hidden()

    await page.emulate_media(media="print")

    await expect(line).to_be_visible()
    await expect(line).to_contain_text("Fortroligt. Skrevet ud af Kommunens tovholder, Greve Kommune")
    await expect(page.locator(".opened")).to_contain_text(WORDS)


async def test_a_text_does_not_open_without_a_reason(product: Product, look, seats: Seats, watch: Watch) -> None:
    watch.expects(r"status of 422")
    _, path = await Infohus(product).arrived()
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, GREVE, javascript=False)
    await page.goto(f"/assessment/cases/{id_of(path)}")
    form = page.locator(".sealed form").first
    assert await form.locator("select").get_attribute("required") is not None
    await form.evaluate("one => { one.noValidate = true }")

    async with page.expect_navigation() as sent:
        await form.get_by_role("button", name="Åbn med grund").click()

    answer = await sent.value
    assert answer is not None
    assert answer.status == 422
    assert WORDS not in await page.content()
    await page.goto(f"/assessment/cases/{id_of(path)}")
    assert "Ikke åbnet af andre endnu" in await page.inner_text("main"), "nothing is on record, for nothing was opened"


@plays("POST /corps/interventions/{id}/open", "/corps/interventions/{id}")
async def test_the_note_of_a_session_opens_for_the_coordinator(product: Product, look, seats: Seats) -> None:
    member = (await register(product, HOST))[0]
    about = await requested(product, HOST)
    path, today = f"/corps/v1/interventions/{about}", local(product.clock.now()).date()
    coordinator, mentor = (
        product.at(Role.LOCAL_COORDINATOR, kommune(HOST)),
        product.at(Role.CORPS_MEMBER, kommune(HOST)),
    )
    mentor = type(mentor)(mentor.office, mentor.role, mentor.organisation, member.member_ref)
    options = (await coordinator.see(f"{path}/options")).body["options"]
    first = options[0]["member_ref"] == str(member.member_ref)
    why = {} if first else {"reason_code": "PROFESSIONAL_JUDGEMENT"}
    await coordinator.do(path, "choose-member", {"member_ref": str(member.member_ref), **why})
    await coordinator.do(path, "record-citizen-answer", {"accepts": True})
    plan = {"planned_end": (today + timedelta(days=150)).isoformat(), "goals": ["RELATIONSHIPS"]}
    for who in (mentor, coordinator):
        await who.do(path, "accept-match", plan)
    held = {"held_on": today.isoformat(), "minutes": 60, "mode": "IN_PERSON", "attended": "YES"}
    await mentor.do(path, "log-session", {**held, "note": f"{NOTE}."})
    page = await seats.page(look, Role.LOCAL_COORDINATOR, kommune(HOST))
    await page.goto(f"/corps/interventions/{about}")
    assert NOTE not in await page.content()

    await _open(page, text=await page.locator(".sealed form").count() - 1)

    assert NOTE in await page.inner_text(".opened")
    await axe(page)


@plays(
    "POST /assessment/insights/{id}/answer",
    "POST /assessment/insights/{id}/open",
    "/assessment/insights/{id}",
)
async def test_the_officer_drafts_answers_and_reads_why_something_is_held_back(
    product: Product, look, seats: Seats
) -> None:
    house = Infohus(product)
    path = await house.cleared()
    await house.met(path)
    await house.assessed(path)
    officer = product.at(Role.DPO, GREVE)
    asked = {"case_id": str(id_of(path)), "requested_by": "SUBJECT", "identity_checked": True, "regime": "GDPR15"}
    made = await officer.create("/assessment/v1/insights", {**asked, "received_at": product.clock.now().isoformat()})
    here = f"/assessment/insights/{made}"
    page = await seats.page(look, Role.DPO, GREVE)
    await page.goto(here)

    await page.get_by_role("button", name="Vis et udkast").click()

    await expect(page.locator("h1")).to_contain_text("Udkast til svar")
    await expect(page.locator("#always")).to_be_visible()
    assert CALL["reporter"] not in await page.content(), "who reported is held back always"
    await axe(page)
    draft = (await officer.see(f"/assessment/v1/insights/{made}/export")).body
    held = [{"text": each["text"], "basis": "DBL22_CRIME"} for each in draft["texts"] if each["of"] == "CASE"]
    assert held, "the assessment has texts of the case itself"
    decided = {"decision": "PARTIAL", "held_back": held, "grounds": "Hensynet til andre vejer tungere."}
    await officer.do(f"/assessment/v1/insights/{made}", "decide-insight", decided)
    await page.goto(here)
    await _open(page, reason="INSIGHT")
    assert "Hensynet til andre" in await page.inner_text(".opened")
    await page.goto(here)
    await page.get_by_role("button", name="Vis svaret til borgeren").click()
    await expect(page.locator("h1")).to_contain_text("Svar på anmodning om indsigt")
    held_back = await page.locator(".held").count()
    assert held_back >= len(held), "each text that is held back says so in its place"
