"""The corps in a browser: a coordinator finds and reserves, leaders sign, a mentor logs a session on a phone without a script."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import UUID

from playwright.async_api import Page

from deploy.seed import CORPS_MUNICIPALITIES, CorpsMember, person
from shared.lifecycle.actor import Role
from shared.reference.municipalities import municipality
from tests.support.browsing import PHONE, axe, overflow, sign_in
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.requests import register, requested

HOST, LENDER = list(CORPS_MUNICIPALITIES)[:2]
BARE = "0390"
"""Vordingborg keeps no members of its own and borrows."""


def called(title: str, code: str) -> str:
    """Return the label under which the sign-in lists a person."""
    return f"{title}, {municipality(code).name} kommune"


def match(about: UUID) -> str:
    return f"/corps/interventions/{about}/match"


async def both_languages(page: Page, *paths: str) -> None:
    """Look at pages in Danish and in English; none breaks a rule of access or is wider than the window."""
    for code in ("en", "da"):
        for path in paths:
            await page.goto(f"/corps/language/{code}?to={path}")
            assert await page.locator("html").get_attribute("lang") == code
            await axe(page)
            assert await overflow(page) == 0, path


async def at_work(product: Product, look, member: CorpsMember) -> UUID:
    """Let coordinator, citizen and member agree through their pages; return the intervention."""
    about = await requested(product, HOST)
    page = await look()
    await sign_in(page, called("Korpskoordinator", HOST), match(about))
    card = page.locator("li.candidate", has=page.locator(f'input[value="{member.member_ref}"]')).first
    reason = card.locator("select")
    if await reason.input_value() == "":
        await reason.select_option("PROFESSIONAL_JUDGEMENT")
    await card.get_by_role("button", name=re.compile("Reserver 5 dage")).click()
    await page.wait_for_url(re.compile("done=choose-member"))
    assert "Pladsen holdes til" in await page.inner_text("main")

    await page.goto(f"/corps/interventions/{about}/do/record-citizen-answer")
    await page.get_by_label("Ja", exact=True).check()
    await page.locator("form.command button.primary").click()
    await page.wait_for_url(re.compile("done=record-citizen-answer"))
    await page.goto(f"/corps/interventions/{about}/do/accept-match")
    await page.get_by_label("Familie", exact=True).check()
    await page.locator("form.command button.primary").click()
    await page.wait_for_url(re.compile("done=accept-match"))
    return about


@plays(
    "intervention-choose-member",
    "intervention-record-citizen-answer",
    "intervention-accept-match",
    "intervention-log-session",
    "/corps/interventions/{id}",
    "/corps/interventions/{id}/match",
    "/corps/mine",
)
async def test_a_coordinator_finds_compares_and_reserves_and_a_mentor_logs_a_session_on_a_phone(
    product: Product, look
) -> None:
    members = await register(product, HOST)
    member = members[0]
    about = await at_work(product, look, member)

    phone = await look(PHONE, javascript=False)
    await sign_in(phone, member.label, "/corps/mine")
    await phone.get_by_role("link", name="Sig ja til at begynde").click()
    assert await phone.get_by_label("Familie", exact=True).is_checked(), "the plan that the coordinator agreed to"
    await phone.locator("form.command button.primary").click()
    await phone.goto("/corps/mine")
    await phone.get_by_role("link", name="Notér et møde").click()
    assert await phone.locator("#f-held_on").input_value() != ""
    await phone.get_by_role("button", name="Gem mødet").click()
    await phone.wait_for_url(re.compile(r"/corps/mine\?done=log-session"))
    assert "Gjort: Notér et møde" in await phone.inner_text("#notices")
    logged = await product.value("select body->>'sessions' from corps.intervention where id = $1", about)
    assert logged == "1", "with nothing typed but one press"
    small = await phone.evaluate(
        "[...document.querySelectorAll('main .buttons a')].filter(a => a.getBoundingClientRect().height < 44).length"
    )
    assert small == 0

    desk = await look(PHONE)
    await sign_in(desk, member.label, "/corps/mine")
    await both_languages(desk, "/corps/mine", f"/corps/mine/{about}/session", f"/corps/interventions/{about}")


@plays(
    "POST /corps/interventions/{id}/lend",
    "/corps/interventions/{id}/lend",
    "/corps/interventions",
    "/corps/loans",
    "/corps/loans/{id}",
    "loan-sign-as-lender",
    "loan-sign-as-borrower",
)
async def test_a_member_is_borrowed_and_both_leaders_sign(product: Product, look) -> None:
    await register(product, LENDER)
    about = await requested(product, BARE)
    page = await look()
    await sign_in(page, called("Korpskoordinator", BARE), "/corps/interventions")
    await page.locator(f'a[href="{match(about)}"]').click()
    for box in (await page.locator('input[name="compare"]').all())[:2]:
        await box.check()
    await page.get_by_role("button", name="Sammenlign de valgte").click()
    assert await page.locator("#compared th[scope=col]").count() == 3
    await page.get_by_role("link", name=re.compile("Lån og reserver 5 dage")).first.click()
    await page.get_by_role("button", name="Tilbyd lånet og reserver 5 dage").click()
    await page.wait_for_url(re.compile(r"/corps/loans/.*done=offer-loan"))
    loan = urlsplit(page.url).path
    lender = await product.value("select lender from corps.loan where intervention_id = $1", about)

    for code in (lender, BARE):
        leader = await look()
        await sign_in(leader, called("Leder", code), loan)
        assert "/corps/interventions/" not in await leader.content(), "hours and dates only"
        await leader.get_by_role("link", name=re.compile("Skriv under som")).first.click()
        await leader.locator("form.command button.primary").click()
        await leader.wait_for_url(re.compile("done=sign-as"))
        await both_languages(leader, loan, "/corps/loans")
    await page.goto(match(about))
    assert "Pladsen er fast" in await page.inner_text("main")
    await both_languages(page, match(about), "/corps/interventions", f"/corps/interventions/{about}/lend")


@plays("/corps/members", "/corps/members/{id}", "/corps/brokering")
async def test_members_and_brokering_break_no_rule_of_access(product: Product, look) -> None:
    members = await register(product, HOST)
    page, desk = await look(), await look()
    await sign_in(page, called("Korpskoordinator", HOST), "/corps/members")
    record = f"/corps/members/{members[0].member_ref}"
    await both_languages(page, "/corps/members", record, f"{record}/edit", "/corps/members/new")
    await sign_in(desk, person(Role.NATIONAL_DESK, "centre:national").label, "/corps/brokering")
    await both_languages(desk, "/corps/brokering", "/corps/members", record)


@plays("intervention-decline-match")
async def test_a_member_says_no_on_a_phone_without_a_script_and_another_is_looked_for(product: Product, look) -> None:
    members = await register(product, HOST)
    about = await at_work(product, look, members[1])

    phone = await look(PHONE, javascript=False)
    await sign_in(phone, members[1].label, "/corps/mine")
    await phone.locator(f'a[href="/corps/interventions/{about}/do/decline-match"]').click()
    await phone.get_by_label("Personlige grunde", exact=True).check()
    await phone.locator("form.command button.primary").click()
    await phone.wait_for_url(re.compile("/corps/given"))
    await phone.goto("/corps/mine")
    assert await phone.locator(f'a[href="/corps/interventions/{about}"]').count() == 0

    page = await look()
    await sign_in(page, called("Korpskoordinator", HOST), f"/corps/interventions/{about}")
    assert "Medlemmet sagde nej" in await page.inner_text("main")
    await page.goto(match(about))
    offered = await page.locator('li.candidate input[name="member_ref"]').evaluate_all(
        "found => found.map(each => each.value)"
    )
    assert offered
    assert str(members[1].member_ref) not in offered
    await both_languages(page, f"/corps/interventions/{about}")
