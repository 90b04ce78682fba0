"""Every page by everybody who has it, found by its links, as people find it: in Danish and English, at a desk, on a phone and magnified,
with the keyboard alone, on paper, in the dark, without motion and without a script."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
from playwright.async_api import Page

from deploy.docs import functions
from deploy.functions_page import EVERY_SERVICE, Kind
from shared.lifecycle.actor import Role
from shared.persistence.roles import SERVICES
from shared.policy.matrix import STAFF
from tests.support.broken import dead_letter, failed_mail
from tests.support.browsing import DESKTOP, PHONE, axe
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.requests import register
from tests.support.seats import Seats
from tests.support.standing import AARHUS, GREVE, HOTLINE, LENDER, POLICE, put, standings
from tests.support.sweeping import QUARTER, by_keyboard, in_the_dark, on_paper, shown_without_script, still, zoomed

NARROW = (PHONE, QUARTER)
"""Widths at which the form of a command is looked at."""

CENTRE = "centre:national"
DESKS = {
    Role.HOTLINE_ADVISER: (HOTLINE,),
    Role.PRO_REPORTER: ("school:greve-01",),
    Role.TOVHOLDER_POLITI: (POLICE,),
    Role.SECRETARIAT: (POLICE,),
    Role.LEADER: (LENDER, GREVE),
    Role.LOCAL_COORDINATOR: (AARHUS,),
    Role.CORPS_MEMBER: (AARHUS,),
    Role.NATIONAL_DESK: (CENTRE,),
    Role.CENTRE_ADVISER: (CENTRE,),
    Role.STEERING: (CENTRE,),
    Role.AUDITOR: (CENTRE,),
    Role.OPERATOR: (CENTRE,),
}
"""Where each role is looked at; the others in Greve."""

PAGES = (
    "/intake/desk",
    "/intake/desk/{id}",
    "/intake/calls",
    "/intake/report",
    "/intake/concerns",
    "/intake/concerns/{id}",
    "/assessment/cases",
    "/assessment/cases/{id}",
    "/assessment/overview",
    "/assessment/me",
    "/assessment/glass",
    "/assessment/access-log",
    "/assessment/officer",
    "/assessment/namings",
    "/assessment/namings/{id}",
    "/assessment/underretninger",
    "/assessment/underretninger/{id}",
    "/assessment/insights",
    "/assessment/insights/{id}",
    "/corps/interventions",
    "/corps/interventions/{id}",
    "/corps/interventions/{id}/match",
    "/corps/loans",
    "/corps/loans/{id}",
    "/corps/members",
    "/corps/members/{id}",
    "/corps/brokering",
    "/corps/mine",
    "/notify/work",
    "/notify/me",
    "/notify/people",
    "/notify/counters",
    "/notify/operations",
    "/*/language/{code}",
)
"""Found by somebody's links in this module; one that nobody finds any more fails."""

UNLINKED = {
    "/intake/public/report": "the public's own way in, which test_intake.py goes without signing in",
    "/intake/public/report/questions": "the public's own",
    "/intake/public/status": "the public's own",
    "/intake/report/questions": "a form leads on to it",
    "/corps/interventions/{id}/lend": "from a candidate of another municipality, where there is one: test_corps.py",
    "/notify/start": "the root and the name of the product lead to it, and it leads on: test_me.py",
    "/notify/work/rows": "a part of a page",
    "/notify/work/count": "a part of a page",
    "/notify/work/live": "what a page listens to",
}
"""Pages that no link leads to here, and why."""

UNIQUE = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NUMBERS = re.compile(r"\b\d{6}-?\d{4}\b")
"""What a civil registration number looks like: in no address and no title."""

ADDRESS = re.compile(rf"^(/[a-z0-9-]+)*(/{UNIQUE})?(/[a-z0-9-]+)*/?(\?[a-z_]+=[\w%:.,+-]*(&[a-z_]+=[\w%:.,+-]*)*)?$")
found_by_anybody: set[str] = set()


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every page by its name with what its addresses look like, the forms that bring something into being among them."""
    names = [each.name for each in functions() if each.kind is Kind.PAGE and each.service != EVERY_SERVICE]
    names += [
        each.where for each in functions() if each.kind is Kind.COMMAND and each.where and "/do/" not in each.where
    ]
    names += [
        each.name.replace("*", service, 1)
        for each in functions()
        if each.name.startswith("/*/operations/")
        for service in SERVICES
    ]
    made = [(name, re.compile(re.escape(name).replace(r"\{id\}", UNIQUE) + "$")) for name in dict.fromkeys(names)]
    return tuple(sorted(made, key=lambda each: "{" in each[0]))


def _page_of(address: str) -> str | None:
    """Return the name of the page; the rooms of a case are pages of their own."""
    path, query = urlsplit(address).path, urlsplit(address).query
    name = next((name for name, pattern in _patterns() if pattern.match(path)), None)
    return f"{name}?{query}" if name and query.startswith("rum=") else name


@pytest.fixture(scope="session")
async def records(product: Product) -> dict[str, UUID]:
    """A record for each command, so that every list has rows; the corps of a municipality; and something that broke."""
    await register(product, AARHUS.partition(":")[2])
    found = {operation: (await put(product, standing))[0] for operation, standing in standings().items()}
    await dead_letter(product, "notify")
    await failed_mail(product)
    return found


async def _links(page: Page) -> list[str]:
    hrefs: list[str] = await page.eval_on_selector_all(
        "a[href^='/']", "all => all.map(one => one.getAttribute('href').split('#')[0])"
    )
    return [each for each in hrefs if "/do/" not in each and "/language/" not in each]


async def _opened(page: Page, address: str, language: str, origin: str) -> None:
    answer = await page.goto(f"/intake/language/{language}?to={quote(address)}")
    assert answer is not None
    assert answer.status == 200, f"{address}: {answer.status}"
    assert await page.get_attribute("html", "lang") == language, address
    assert not NUMBERS.search(await page.title()), "a title says nothing of a person"
    assert ADDRESS.match(page.url.removeprefix(origin)), page.url


async def _looked_at(page: Page, mute: Page, address: str, origin: str, *, first: bool) -> list[str]:
    """Look at one page in both languages at every width; who is first, in every other way that it must stand. Return all that is wrong."""
    await page.set_viewport_size(DESKTOP)
    await _opened(page, address, "en", origin)
    wrong = await _wrong((axe, page), (zoomed, page))
    await _opened(page, address, "da", origin)
    wrong += await _wrong((zoomed, page))
    await page.set_viewport_size(PHONE)
    wrong += await _wrong((axe, page))
    await page.set_viewport_size(DESKTOP)
    if not first:
        return wrong
    return wrong + await _wrong(
        (in_the_dark, page),
        (on_paper, page),
        (still, page),
        (by_keyboard, page),
        (shown_without_script, mute, address),
    )


async def _wrong(*looks: tuple[Any, ...]) -> list[str]:
    found = []
    for look, *given in looks:
        try:
            await look(*given)
        except AssertionError as error:
            found.append(str(error))
    return found


@plays(*PAGES)
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("role", "place"), [(role, place) for role in STAFF for place in DESKS.get(role, (GREVE,))])
async def test_every_page_of_a_role(
    product: Product, look, seats: Seats, records: dict[str, UUID], role: Role, place: str
) -> None:
    page, mute = await seats.page(look, role, place), await seats.page(look, role, place, javascript=False)
    origin = product.backends.config.gateway_url
    await page.goto("/notify/work")
    waiting, seen, wrong = [page.url.removeprefix(origin), *await _links(page)], set[str](), list[str]()
    while waiting:
        address = waiting.pop(0)
        name = _page_of(address)
        if name is None or name in seen:
            continue
        seen.add(name)
        wrong += await _looked_at(page, mute, address, origin, first=name not in found_by_anybody)
        found_by_anybody.add(name)
        waiting += await _links(page)
    assert seen, f"{role} has a page"
    assert not wrong, "\n".join(wrong)


@cache
def _forms() -> dict[str, str]:
    """Return the form of each command that is given on a record, by its operation."""
    return {
        each.name: each.where
        for each in functions()
        if each.kind is Kind.COMMAND and each.where and "/do/" in each.where and each.name in standings()
    }


NOWHERE = {
    "case-close-case",
    "case-record-parties-told",
    "case-reopen-case",
    "concern-close-acute",
    "insight-hand-over-insight",
}
"""Commands that no sample state of `tests/support/standing.py` lets somebody give; the way of a case and the stories give them."""

GIVERS = sorted({(standings()[each].role, standings()[each].organisation) for each in _forms()})
REACHED = """() => [...document.querySelectorAll('main form button[type=submit], main form .buttons a')].filter(one => {
  if (!one.checkVisibility()) return false;
  one.scrollIntoView({ block: 'center', inline: 'nearest' });
  const box = one.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.left < 0 || box.right > document.documentElement.clientWidth || !top || !(top === one || one.contains(top));
}).map(one => one.innerText.slice(0, 40))"""
"""The buttons of a form that nobody can press: beside the window, or under something else."""


async def _pressable(page: Page) -> None:
    for size in NARROW:
        await page.set_viewport_size(size)
        missed = await page.evaluate(REACHED)
        assert not missed, f"{page.url.partition('?')[0]} at {size['width']} px: out of reach: {missed}"


async def _narrow(page: Page) -> None:
    await zoomed(page, *NARROW)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("role", "place"), GIVERS)
async def test_every_form_of_a_command_stands_on_a_phone_and_magnified(
    product: Product, look, seats: Seats, records: dict[str, UUID], role: Role, place: str
) -> None:
    page = await seats.page(look, role, place)
    origin, wrong = product.backends.config.gateway_url, list[str]()
    for operation, where in _forms().items():
        if (standings()[operation].role, standings()[operation].organisation) != (role, place):
            continue
        address = where.replace("{id}", str(records[operation]))
        await _opened(page, address, "en", origin)
        wrong += await _wrong((_narrow, page), (_pressable, page))
        await _opened(page, address, "da", origin)
        assert await page.locator("form.command").count(), f"{operation} has no form in its own stage"
        wrong += await _wrong((_narrow, page), (_pressable, page), (axe, page))
    assert not wrong, "\n".join(wrong)


def test_every_form_of_a_command_is_looked_at_or_said_not_to_be() -> None:
    forms = {each.name for each in functions() if each.kind is Kind.COMMAND and each.where and "/do/" in each.where}
    assert forms - _forms().keys() == NOWHERE


def test_every_page_that_is_told_of_was_found() -> None:
    assert {each for each in PAGES if not each.startswith("/*/")} <= found_by_anybody


def test_every_page_is_found_by_a_link_or_says_why_not() -> None:
    pages = {each.name for each in functions() if each.kind is Kind.PAGE and each.service != EVERY_SERVICE}
    assert pages - set(PAGES) - set(UNLINKED) == set()
    assert set(UNLINKED) <= pages
