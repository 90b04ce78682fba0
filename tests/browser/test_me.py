"""One's own things in a browser: the count in the menu, saved views, absence, every session ended; and what the operator mends."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import expect

from deploy.seed import person
from shared.contracts.intake import CONCERN_TOPIC
from shared.lifecycle.actor import Role
from tests.support.broken import SECRET, dead_letter, failed_mail, forget_letter, mended_letter
from tests.support.browsing import Watch, axe, sign_in
from tests.support.calls import called
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.seats import Seats
from tests.support.topics import published
from tests.support.waiting import eventually
from tests.support.work import waits

CENTRE = "centre:national"
KOEGE = "kommune:0259"
"""Nobody else of these tests works there."""

WORK = "/notify/work"
SCRIPTS = pytest.mark.parametrize("javascript", [True, False], ids=["", "without-javascript"])


@pytest.fixture(autouse=True)
async def _empty(product: Product) -> None:
    await product.rows("delete from notify.work_item where owner_organisation = $1", KOEGE)


async def _on_duty(product: Product, who: UUID) -> None:
    """Put a person into the directory of Køge."""
    await product.rows(
        "insert into notify.person (person_ref, organisation, roles, email, duty_order)"
        " values ($1, $2, $3, 'function@tovholder.example', 1) on conflict (person_ref) do nothing",
        UUID(str(who)),
        KOEGE,
        ["TOVHOLDER_KOMMUNE"],
    )


@plays("/notify/start")
@pytest.mark.parametrize(
    ("role", "place", "first"),
    [
        (Role.OPERATOR, CENTRE, "/notify/operations"),
        (Role.HOTLINE_ADVISER, "hotline:national", "/intake/desk"),
        (Role.TOVHOLDER_KOMMUNE, KOEGE, "/notify/work"),
    ],
)
async def test_the_root_leads_everybody_to_their_own_first_page(
    product: Product, look, seats: Seats, role: Role, place: str, first: str
) -> None:
    page = await seats.page(look, role, place)
    await page.goto("/")
    assert first in page.url
    await page.locator("a.brand").click()
    assert first in page.url


@plays("/notify/work/count", "/notify/work/live", "/notify/work/rows")
async def test_the_count_in_the_menu_follows_what_waits_on_any_page(product: Product, look, seats: Seats) -> None:
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, KOEGE)
    await page.goto(WORK)
    await expect(page.locator(".empty")).to_be_visible()
    await page.goto("/assessment/cases")
    await page.locator("#stage").focus()

    await waits(product, 5, place=KOEGE)
    await waits(product, 6, place=KOEGE)

    await expect(page.locator(".count")).to_contain_text("2")
    await expect(page.locator(".count .sr-only")).to_have_text("opgaver venter")
    assert await page.evaluate("document.activeElement.id") == "stage"
    await page.goto(WORK)
    await page.locator("#kind").focus()
    third = await waits(product, 4, place=KOEGE)
    await expect(page.locator(f"#ref-{third}")).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "kind"


@plays("POST /notify/work/take", "POST /notify/work/seen")
@SCRIPTS
async def test_several_tasks_are_given_to_a_colleague_at_once(
    product: Product, look, seats: Seats, javascript: bool
) -> None:
    await _on_duty(product, deputy := person(Role.TOVHOLDER_KOMMUNE, KOEGE, deputy=True).person_ref)
    both = [await waits(product, hours, place=KOEGE) for hours in (5, 6)]
    left = await waits(product, 7, place=KOEGE)
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, KOEGE, javascript=javascript)
    await page.goto(f"{WORK}?whose=unit")
    for each in both:
        await page.locator(f"#item-{each}").check()
    await page.locator("#to").select_option(str(deputy))

    await page.get_by_role("button", name="Giv", exact=True).click()

    await page.get_by_text("2 opgaver er givet.").wait_for()
    given = await product.rows("select deadline_id from notify.work_item where taken_by = $1", deputy)
    assert {row["deadline_id"] for row in given} == set(both)
    await page.goto(f"{WORK}?whose=unit")
    await page.locator(f"#item-{left}").check()
    await page.locator("#to").select_option("me")
    await page.get_by_role("button", name="Giv", exact=True).click()
    await page.get_by_text("1 opgave er givet.").wait_for()
    await page.goto(WORK)
    await page.locator(f"#seen-{left}").click()
    await page.get_by_text("Noteret som set. Fristen løber videre.").wait_for()
    await expect(page.locator(f"#seen-{left}")).to_have_count(0)


@plays("POST /notify/work/views", "POST /notify/work/views/drop")
@SCRIPTS
async def test_a_view_is_kept_under_a_name_and_dropped_again(
    product: Product, look, seats: Seats, javascript: bool
) -> None:
    name = f"Ugen, {'med' if javascript else 'uden'} script"
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, KOEGE, javascript=javascript)
    await page.goto(f"{WORK}?whose=unit&when=week")
    await page.locator("details.menu summary").click()
    await page.locator("#view-name").fill(name)
    await page.get_by_role("button", name="Gem visning").click()
    await page.get_by_text("Visningen er gemt").wait_for()
    colleague = await seats.page(look, Role.TOVHOLDER_KOMMUNE, KOEGE, deputy=True)
    await colleague.goto(WORK)
    assert name not in await colleague.content(), "it is its maker's alone"

    await page.goto(WORK)
    await page.locator("details.menu summary").click()
    await page.get_by_role("link", name=name).click()
    await page.wait_for_url(lambda url: "whose=unit" in url and "when=week" in url)
    await page.locator("details.menu summary").click()
    await page.get_by_role("button", name=f"Slet {name}").click()

    await page.get_by_text("Visningen er slettet").wait_for()
    await page.goto(WORK)
    assert name not in await page.content()


@plays("/notify/me", "POST /notify/me/absence")
@SCRIPTS
async def test_an_absence_is_noted_and_ended(product: Product, look, seats: Seats, javascript: bool) -> None:
    me = person(Role.TOVHOLDER_KOMMUNE, KOEGE).person_ref
    await _on_duty(product, me)
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, KOEGE, javascript=javascript)
    await page.goto(WORK)
    await page.locator("a.me").click()
    await page.wait_for_url("**/notify/me")
    today = product.clock.now().date()
    await page.locator("#f-from").fill((today - timedelta(days=1)).isoformat())
    await page.locator("#f-to").fill((today + timedelta(days=2)).isoformat())
    await page.get_by_role("button", name="Notér fravær").click()
    await page.get_by_text("Fraværet er noteret").wait_for()
    assert "Du er noteret som væk til" in await page.inner_text("main")
    assert await product.value("select away_to > now() from notify.person where person_ref = $1", me)

    await page.get_by_role("button", name="Jeg er tilbage nu").click()

    await page.get_by_text("Dit fravær er slut").wait_for()
    assert "Du er noteret som væk til" not in await page.inner_text("main")


@plays("POST /notify/me/sign-out-everywhere")
async def test_signing_out_everywhere_ends_the_other_browser_too(product: Product, look) -> None:
    label = person(Role.TOVHOLDER_KOMMUNE, "kommune:0265").label
    office, home = await look(), await look()
    for page in (office, home):
        await sign_in(page, label, "/notify/me")
        assert await page.locator("h1").inner_text() == "Mig"

    await office.get_by_role("button", name="Log af overalt").click()
    await office.wait_for_url(lambda url: "/notify/me" not in url)

    for page in (office, home):
        await page.goto("/assessment/cases")
        assert "/auth/" in page.url, "nobody is signed in any more"


async def test_a_list_from_which_nothing_is_chosen_says_so_and_stays(
    product: Product, look, seats: Seats, watch: Watch
) -> None:
    watch.expects(r"status of 422")
    await waits(product, 5, place=KOEGE)
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, KOEGE)
    await page.goto(f"{WORK}?whose=unit")

    await page.get_by_role("button", name="Giv", exact=True).click()

    await expect(page.locator("#refused")).to_contain_text("Vælg en eller flere opgaver på listen")
    assert await page.evaluate("document.activeElement.id") == "refused"
    assert await page.locator("#rows tbody tr").count() == 1
    await axe(page)
    await page.locator("#refused a").click()
    await page.keyboard.press("Tab")
    assert "item-" in await page.evaluate("document.activeElement.id")


@SCRIPTS
async def test_an_absence_without_days_comes_back_with_what_was_typed(
    product: Product, look, seats: Seats, watch: Watch, javascript: bool
) -> None:
    watch.expects(r"status of 422")
    await _on_duty(product, person(Role.TOVHOLDER_KOMMUNE, KOEGE).person_ref)
    page = await seats.page(look, Role.TOVHOLDER_KOMMUNE, KOEGE, javascript=javascript)
    await page.goto("/notify/me")
    await page.locator("form.command").evaluate("form => { form.noValidate = true }")
    await page.locator("#f-from-time").fill("09:15")

    await page.get_by_role("button", name="Notér fravær").click()

    await expect(page.locator("#refused li")).to_have_count(2)
    assert await page.locator("#f-from-time").input_value() == "09:15"
    if javascript:  # axe-core is one itself
        await axe(page)
    await page.locator("#refused a").first.click()
    assert await page.evaluate("document.activeElement.id") == "f-from"
    assert await page.get_attribute("#f-from", "aria-invalid") == "true"


@plays("/notify/people", "/notify/counters")
async def test_the_directory_and_the_figures_are_read(product: Product, look, seats: Seats) -> None:
    await _on_duty(product, person(Role.TOVHOLDER_KOMMUNE, KOEGE).person_ref)
    page = await seats.page(look, Role.STEERING, CENTRE)
    await page.goto("/notify/me")
    await page.get_by_role("link", name="Vagtlisten").click()
    await page.locator("#organisation").select_option(KOEGE)
    await page.get_by_role("button", name="Vis", exact=True).click()
    await page.wait_for_url("**/notify/people?organisation=*")
    await expect(page.locator("main tbody")).to_contain_text("function@tovholder.example")
    await page.get_by_role("link", name="Tal", exact=True).click()
    await page.wait_for_url("**/notify/counters")
    await page.get_by_role("link", name="24 måneder").or_(page.locator(".segments a").last).first.click()
    await page.wait_for_url("**/notify/counters?months=*")
    await expect(page.locator("h1")).to_have_text("Tal for hele landet")


@plays("/notify/operations", "POST /notify/operations/send-again")
@SCRIPTS
async def test_mail_that_reached_nobody_is_sent_again(product: Product, look, seats: Seats, javascript: bool) -> None:
    mail, deadline = await failed_mail(product)
    page = await seats.page(look, Role.OPERATOR, CENTRE, javascript=javascript)
    await page.goto("/notify/operations")
    row = page.locator("tr", has=page.locator(f'input[value="{mail}"]'))
    await expect(row).to_contain_text("Odense Kommune")

    await row.get_by_role("button", name="Send igen").click()

    await page.get_by_text("Beskeden er planlagt igen.").wait_for()
    assert await page.locator(f'input[value="{mail}"]').count() == 0
    planned = await product.value(
        "select count(*) from notify.delivery where deadline_id = $1 and id <> $2", deadline, mail
    )
    assert planned == 1


@plays("/*/operations/status", "/*/operations/dead-letters", "POST /*/operations/dead-letters/replay")
@pytest.mark.parametrize("service", ["intake", "assessment", "corps", "notify"])
async def test_a_dead_letter_is_shown_by_its_codes_and_fails_again_while_nothing_is_mended(
    product: Product, look, seats: Seats, service: str
) -> None:
    key = await dead_letter(product, service)
    page = await seats.page(look, Role.OPERATOR, CENTRE)
    try:
        await page.goto("/notify/operations")
        for each in ("intake", "assessment", "corps", "notify"):
            await expect(page.locator(f"#status-{each}")).to_contain_text("Klar")
        await expect(page.locator(f"#status-{service}")).to_contain_text(re.compile(r"[1-9]\d* (dødt brev|døde breve)"))
        await page.locator(f"#status-{service} a").click()
        await page.wait_for_url(f"**/{service}/operations/dead-letters")
        assert SECRET.decode() not in await page.content()
        assert "envelope_invalid" in await page.inner_text("main")
        assert "deadline.opened.v1" in await page.inner_text("main")
        await axe(page)

        await page.get_by_role("button", name="Prøv igen").last.click()

        await page.get_by_text("Det gik galt igen").wait_for()
    finally:
        await forget_letter(product, service, key)


@plays("POST /*/operations/dead-letters/replay")
@SCRIPTS
async def test_a_dead_letter_is_handled_once_its_cause_has_gone(
    product: Product, look, seats: Seats, javascript: bool
) -> None:
    await called(product)
    await eventually(lambda: _has(product, CONCERN_TOPIC), what="the call is told of")
    key = await mended_letter(product, "notify", CONCERN_TOPIC)
    page = await seats.page(look, Role.OPERATOR, CENTRE, javascript=javascript)
    await page.goto("/notify/operations/dead-letters")
    row = page.locator("main tbody tr", has_text="database_away")
    await expect(row).to_have_count(1)

    await row.get_by_role("button", name="Prøv igen").click()

    await page.get_by_text("Brevet er behandlet, og køen bag det er åben igen.").wait_for()
    await expect(row).to_have_count(0)
    parked = await product.value("select count(*) from notify.parked_keys where key = $1", key)
    assert parked == 0, "what comes later about the same is handled again"


async def _has(product: Product, topic: str) -> bool:
    return bool((await published(product.backends.bootstrap, [topic])).records)
