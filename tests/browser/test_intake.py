"""Intake as people meet it: the public form, the professionals' form, the hotline's desk through a killed service."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.support.browsing import DESKTOP, PHONE, Watch, axe, overflow, sign_in
from tests.support.playing import plays
from tests.support.product import Product

pytestmark = pytest.mark.timeout(180)
ADVISER = "Rådgiver 1, National Hotline"
TEACHER = "Fagperson, skole 01 i Greve kommune"
TOVHOLDER = "Tovholder, Greve kommune"
POLICE = "Politiets tovholder, Midt- og Vestsjælland politikreds"
CHILD_UNIT = "Modtagelsen for underretninger, Greve kommune"
REPORT = "/intake/public/report"
CODE = re.compile(r"[0-9A-Z]{4}( [0-9A-Z]{4}){3}")
SAID = "En opdigtet bekymring om en opdigtet person."
VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(autouse=True)
def refusals_are_expected(watch: Watch) -> None:
    """The browser writes every refused form to its console; work's count is another room's."""
    watch.expects(r"status of 4(04|22)")


async def _fits(page: Page) -> None:
    """Assert that nothing is wider than the screen, and no rule of access is broken."""
    assert await overflow(page) == 0
    await axe(page)


@plays(
    "/intake/public/report",
    "/intake/public/report/questions",
    "POST /intake/public/report/questions",
    "/intake/public/status",
    "POST /intake/public/status",
    "POST /intake/public/status/add",
)
@VIEWPORTS
@pytest.mark.parametrize(
    ("query", "done", "added"),
    [("", "Tak, vi har modtaget det", "Det er føjet til"), ("?sprog=en", "Thank you, we have", "It has been added")],
    ids=["da", "en"],
)
async def test_the_public_reports_and_comes_back_with_the_code(
    product: Product, look, viewport: ViewportSize, query: str, done: str, added: str
) -> None:
    page = await look(viewport)
    await page.goto(REPORT + query)
    await _fits(page)
    await page.locator("[name=anonymity][value=ANONYMOUS]").check()
    await page.locator("button.primary").click()
    await _fits(page)
    await page.locator("#f-description").fill(SAID)
    await page.locator("[name=travel][value=WISH]").check()
    await page.get_by_role("button", name=re.compile("^Send$")).click()

    await expect(page.locator("h1")).to_contain_text(done)
    await _fits(page)
    code = await page.locator(".code").inner_text()
    assert CODE.fullmatch(code)
    assert code.replace(" ", "")[:8] not in page.url, "a code stands in no address"

    await page.goto(f"/intake/public/status{query}")
    await _fits(page)
    await page.locator("#f-code").fill(code.lower())
    await page.locator("button.primary").click()
    await page.locator("#f-information").fill("En opdigtet tilføjelse.")
    await page.get_by_role("button", name=re.compile("^Send$")).click()
    await expect(page.locator("#notices")).to_contain_text(added)
    await _fits(page)
    assert await page.context.cookies() == []


@plays("concern-ask-question", "concern-note-information", "POST /intake/public/status/answer")
@pytest.mark.parametrize("script", [True, False], ids=["javascript", "without"])
async def test_who_reported_it_is_asked_and_answers_with_the_code_alone(product: Product, look, script: bool) -> None:
    made = await product.citizen().send(
        "POST", "/intake/v1/public/concerns", {"anonymity": "ANONYMOUS", "channel": "WEB_FORM", "description": SAID}
    )
    code, concern = made.body["reference_code"], f"/intake/concerns/{made.body['id']}"
    desk = await look()
    await sign_in(desk, ADVISER, concern)
    await desk.get_by_role("link", name="Stil et spørgsmål").click()
    await _fits(desk)
    await desk.locator("[name=question]").fill("Hvornår så du det sidst?")
    await desk.locator("form.command button[type=submit]").first.click()
    await expect(desk.locator("main")).to_contain_text("Et spørgsmål venter på svar")
    await _fits(desk)

    page = await look(PHONE, javascript=script)
    await page.goto("/intake/public/status")
    await page.locator("#f-code").fill(code)
    await page.locator("button.primary").click()
    await expect(page.locator(".asked")).to_have_text("Hvornår så du det sidst?")
    if script:
        await _fits(page)
    await page.locator("#f-answer").fill("Det var i går.")
    await page.get_by_role("button", name="Send svaret").click()
    await expect(page.locator("#notices")).to_contain_text("Tak for svaret")
    assert await page.locator(".asked").count() == 0
    assert code.replace("-", "")[:8] not in page.url.replace("-", "")

    await desk.goto("/notify/work")
    await expect(desk.locator("main")).to_contain_text("Læs det, der er føjet til")
    await desk.goto(concern)
    answer = desk.locator("section.card", has=desk.get_by_role("heading", name="Svaret på det"))
    await answer.locator("select[name=reason]").select_option("ADVICE")
    await answer.locator("form button[type=submit]").click()
    await expect(desk.locator(".opened")).to_contain_text("Det var i går.")


@plays("POST /intake/public/report/questions")
async def test_the_public_needs_no_javascript(product: Product, look) -> None:
    page = await look(PHONE, javascript=False)
    await page.goto(REPORT)
    await page.locator("[name=anonymity][value=CONFIDENTIAL]").check()
    await page.locator("button.primary").click()
    assert await page.locator("[data-leave]").get_attribute("href")
    assert not await page.locator("[data-draft-box]").is_visible(), "what needs a script is not shown without one"
    await page.locator("#f-description").fill(SAID)
    await page.locator("#f-reporter").fill("En opdigtet nabo.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("h1")).to_contain_text("Tak, vi har modtaget det")


async def test_who_leaves_in_a_hurry_does_not_come_back_by_the_back_button(
    product: Product, look, watch: Watch
) -> None:
    watch.expects("request off the origin")
    page = await look()
    await page.route("https://www.dmi.dk/**", lambda route: route.fulfill(body="<title>weather</title>"))
    await page.goto("about:blank")
    await page.goto(f"{REPORT}/questions?anonymity=ANONYMOUS")
    await page.locator("#f-description").fill(SAID)
    await page.locator("[data-leave]").click()
    await page.wait_for_url("https://www.dmi.dk/")
    await page.go_back()
    assert page.url == "about:blank"


async def test_a_draft_stays_on_the_device_only_for_who_asks_and_goes_when_told(product: Product, look) -> None:
    page = await look()
    asked = f"{REPORT}/questions?anonymity=ANONYMOUS"
    kept = "localStorage.getItem('tovholder-draft')"
    await page.goto(asked)
    await page.locator("#f-description").fill(SAID)
    assert await page.evaluate(kept) is None, "nobody asked"
    await page.locator("[data-draft-keep]").check()
    await page.locator("[name=minor][value=NO]").check()
    await page.goto(asked)
    assert await page.locator("#f-description").input_value() == SAID
    assert await page.locator("[name=minor][value=NO]").is_checked()
    await page.goto(asked.replace("ANONYMOUS", "CONFIDENTIAL"))
    assert await page.locator("#f-description").input_value() == "", "a draft of the other mode stays away"
    await page.goto(asked)
    await page.locator("[data-draft-forget]").click()
    assert await page.evaluate(kept) is None


@plays("POST /intake/public/report/questions")
@pytest.mark.parametrize("script", [True, False], ids=["javascript", "without"])
async def test_another_language_in_the_middle_keeps_every_word(product: Product, look, script: bool) -> None:
    page = await look(PHONE, javascript=script)
    await page.goto(f"{REPORT}/questions?anonymity=CONFIDENTIAL")
    await page.locator("#f-description").fill(SAID)
    await page.locator("#f-reporter").fill("En opdigtet nabo.")
    await page.locator("[name=travel][value=WISH]").check()
    await page.locator("#f-subject_municipality").select_option("0253")

    for code, direction in (("en", "ltr"), ("ar", "rtl")):
        await page.locator(f"button[name=language][value={code}]").click()
        await page.wait_for_url(re.compile(f"sprog={code}"))
        assert await page.locator("#f-description").input_value() == SAID
        assert await page.locator("#f-reporter").input_value() == "En opdigtet nabo."
        assert await page.locator("[name=travel][value=WISH]").is_checked()
        assert await page.locator("#f-subject_municipality").input_value() == "0253"
        if code == "en":
            await expect(page.locator("h1")).to_have_text("Tell us about a concern")
        else:
            guidance = page.locator(".guidance")
            assert await guidance.evaluate("one => getComputedStyle(one).direction") == direction
        if script:
            await _fits(page)
    await page.locator("#f-description").fill("\u0642\u0644\u0642")
    assert await page.locator("#f-description").evaluate("one => getComputedStyle(one).direction") == "rtl"
    await page.locator("form.command button.primary").click()
    await expect(page.locator("h1")).to_be_visible()
    assert await page.locator("#f-description").count() == 0, "it was taken in"


@pytest.mark.parametrize("code", ["ar", "ur"])
async def test_guidance_runs_from_right_to_left_where_the_script_does(product: Product, look, code: str) -> None:
    page = await look(PHONE)
    await page.goto(f"{REPORT}?sprog={code}")
    assert await page.locator(".guidance").evaluate("one => getComputedStyle(one).direction") == "rtl"
    await _fits(page)


@plays("/intake/report", "/intake/report/questions", "POST /intake/report/questions")
@VIEWPORTS
async def test_a_professional_reports_and_is_told_of_the_duty_to_notify(
    product: Product, look, viewport: ViewportSize
) -> None:
    page = await look(viewport)
    await sign_in(page, TEACHER, "/intake/report")
    await _fits(page)
    await page.locator("[name=anonymity][value=OPEN]").check()
    await page.locator("form.command button.primary").click()
    await _fits(page)
    await expect(page.locator("#duty-title")).to_be_visible()
    await page.locator("[name=minor][value=NO]").check()
    await expect(page.locator("#duty-title")).to_be_hidden()
    await page.locator("[name=minor][value=YES]").check()
    await page.locator("[name=reporter_kind][value=TEACHER]").check()
    await page.locator("#f-description").fill(SAID)
    await page.locator("#f-reporter").fill("En opdigtet lærer.")
    await page.locator("#f-subject_municipality").select_option("0253")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("main")).to_contain_text("Henvendelsen er hos Infohuset")
    assert CODE.fullmatch(await page.locator(".code").inner_text())
    await _fits(page)


@plays("/intake/desk", "/intake/desk/{id}", "POST /intake/desk/{id}", "POST /intake/desk/{id}/save")
async def test_a_call_survives_a_killed_service_and_a_killed_browser(product: Product, look, watch: Watch) -> None:
    watch.expects(r"status of 502|Response Status Error Code 502|sendError")
    page = await look()
    await sign_in(page, ADVISER, "/intake/desk")
    await page.locator("#f-description").press_sequentially("Før.", delay=20)
    await expect(page.locator("#saved .saved")).to_contain_text("forseglet", timeout=5_000)

    await asyncio.to_thread(product.backends.stack.kill, "intake-api")
    await page.locator("#f-description").fill("Før. Skrevet, mens tjenesten var væk.")
    await expect(page.locator("#saved")).to_contain_text("Ikke gemt.", timeout=15_000)
    product.begin("intake-api")
    await product.serving("intake-api")
    await expect(page.locator("#saved .saved")).to_contain_text("forseglet", timeout=15_000)

    cookies, address = await page.context.cookies(), page.url
    await page.close(run_before_unload=False)
    again = await look()
    await again.context.add_cookies(cookies)  # type: ignore[arg-type]  # what one context gives another takes
    await again.goto(address)
    assert await again.locator("#f-description").input_value() == "Før. Skrevet, mens tjenesten var væk."


@plays(
    "POST /intake/desk/{id}",
    "POST /intake/desk/{id}/place",
    "/intake/calls",
    "/intake/concerns",
    "/intake/concerns/{id}",
)
@VIEWPORTS
async def test_an_alarm_does_not_end_the_call_and_the_end_gives_a_code(
    product: Product, look, viewport: ViewportSize
) -> None:
    page = await look(viewport)
    await sign_in(page, ADVISER, "/intake/desk")
    await _fits(page)
    await page.locator("[name=anonymity][value=ANONYMOUS]").check()
    await page.locator("#f-description").fill(SAID)
    await page.locator("button[value=acute]").click()
    await expect(page.locator(".acute-box")).to_contain_text("Meldt akut.")
    spoken = await page.locator(".code").inner_text()
    assert CODE.fullmatch(spoken), "the code is read aloud while the call goes on"
    await _fits(page)
    await page.locator("[name=called][value=POLICE_114]").check()
    await page.locator("button[value=handover]").click()
    await expect(page.locator(".acute-box")).to_contain_text("Overdragelsen er noteret.")
    await page.mouse.wheel(0, 3_000)
    await expect(page.locator(".acute-box")).to_be_in_viewport()

    await page.locator("#f-place").press_sequentially("Greve", delay=20)
    await expect(page.locator("#f-subject_municipality")).to_have_value("0253")
    await expect(page.locator("#local-title")).to_contain_text("Greve")
    await page.locator("button[value=route]").click()
    await expect(page.locator("h1")).to_contain_text("Opkaldet er afsluttet")
    assert await page.locator(".code").inner_text() == spoken
    await _fits(page)
    await page.goto("/intake/calls")
    await _fits(page)
    await expect(page.locator("main")).to_contain_text("Midt- og Vestsjællands Politi")


@plays("/intake/desk", "/intake/desk/{id}", "POST /intake/desk/{id}", "/intake/calls", "/intake/concerns/{id}")
@VIEWPORTS
@pytest.mark.parametrize("who", [TOVHOLDER, POLICE, CHILD_UNIT])
async def test_somebody_who_walks_in_at_the_infohus_is_taken_in_there(
    product: Product, look, viewport: ViewportSize, who: str
) -> None:
    page = await look(viewport)
    await sign_in(page, who, "/notify/work")
    await page.goto(str(await page.get_by_role("link", name="Tag imod").first.get_attribute("href")))
    await expect(page.locator("h1")).to_contain_text("Ny henvendelse")
    await _fits(page)
    await page.locator("#f-channel").select_option("WALK_IN")
    await page.locator("[name=anonymity][value=ANONYMOUS]").check()
    await page.locator("#f-description").fill(SAID)
    await page.locator("[name=minor][value=NO]").check()
    await page.locator("#f-place").press_sequentially("Greve", delay=20)
    await expect(page.locator("#f-subject_municipality")).to_have_value("0253")
    await page.locator("button[value=route]").click()
    await expect(page.locator("h1")).to_contain_text("Henvendelsen er taget imod")
    await expect(page.locator("main")).to_contain_text("Det er jeres eget")
    assert CODE.fullmatch(await page.locator(".code").inner_text())
    await _fits(page)
    await page.get_by_role("link", name="Se henvendelsen").click()
    await expect(page.locator("body")).to_contain_text("Personligt fremmøde")
    await page.goto("/intake/calls")
    await _fits(page)
    await expect(page.locator("main")).to_contain_text("Her er ingen henvendelser.")


@plays("POST /intake/desk/{id}", "POST /intake/desk/{id}/discard", "/intake/concerns", "/intake/concerns/{id}")
async def test_the_desk_needs_no_javascript(product: Product, look) -> None:
    page = await look(javascript=False)
    await sign_in(page, ADVISER, "/intake/desk")
    await page.locator("#f-place").fill("Greve")
    await page.get_by_role("button", name="Find kommunen").click()
    assert await page.locator("#f-subject_municipality").input_value() == "0253"
    await page.get_by_role("button", name="Kassér kladden").click()

    await page.goto("/intake/desk")
    await page.locator("[name=anonymity][value=OPEN]").check()
    await page.locator("#f-reporter").fill("En opdigtet mor.")
    await page.locator("#f-description").fill(SAID)
    await page.locator("button[value=later]").click()
    await expect(page.locator("h1")).to_contain_text("Opkaldet er afsluttet")
    await page.goto("/intake/concerns")
    await page.locator("table.list a").first.click()
    await expect(page.locator("h1")).to_contain_text("H-")


async def test_english_is_english_at_the_desk(product: Product, look) -> None:
    page = await look()
    await sign_in(page, ADVISER, "/intake/desk")
    await page.get_by_role("link", name="English", exact=True).click()
    await expect(page.locator("h1")).to_contain_text("Call")
    await _fits(page)
    await page.locator("#f-description").fill(SAID)
    await expect(page.locator("#saved .saved")).to_contain_text("sealed")
