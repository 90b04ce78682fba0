"""Every page by everybody who has it, in Danish and English, at a desk and on a phone: found by its links, as people find it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote, urlsplit

import pytest
from playwright.async_api import Page

from deploy.docs import functions
from deploy.functions_page import EVERY_SERVICE, Kind
from shared.lifecycle.actor import Role
from shared.policy.matrix import STAFF
from tests.support.browsing import DESKTOP, PHONE, axe
from tests.support.playing import plays
from tests.support.product import Product
from tests.support.seats import Seats
from tests.support.standing import GREVE, HOTLINE, LENDER, POLICE, put, standings

DESKS = {
    Role.HOTLINE_ADVISER: HOTLINE,
    Role.PRO_REPORTER: "school:greve-01",
    Role.TOVHOLDER_POLITI: POLICE,
    Role.SECRETARIAT: POLICE,
    Role.LEADER: LENDER,
    Role.NATIONAL_DESK: "centre:national",
    Role.CENTRE_ADVISER: "centre:national",
    Role.STEERING: "centre:national",
}
"""Where each role is looked at; the others in Greve."""

PAGES = (
    "/intake/desk",
    "/intake/report",
    "/intake/concerns",
    "/intake/concerns/{id}",
    "/assessment/cases",
    "/assessment/cases/{id}",
    "/assessment/underretninger",
    "/assessment/insights",
    "/corps/interventions",
    "/notify/work",
    "/*/language/{code}",
)
"""Found by somebody's links in this module; one that nobody finds any more fails."""

LEFT_OUT = {
    Role.AUDITOR: "not looked at yet; at the centre",
    Role.CORPS_MEMBER: "stands in the register of the seed only; test_corps.py is at her pages",
    Role.LOCAL_COORDINATOR: "/corps/interventions is 26 px wider than a phone where a request waits",
    Role.OPERATOR: "/notify/operations is wider than a phone",
}
"""Roles that are not looked at here, and why."""

UNIQUE = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NUMBERS = re.compile(r"\b\d{6}-?\d{4}\b")
"""What a civil registration number looks like: in no address and no title."""

ADDRESS = re.compile(rf"^(/[a-z0-9-]+)*(/{UNIQUE})?(/[a-z0-9-]+)*/?(\?[a-z_]+=[\w%:.,+-]*(&[a-z_]+=[\w%:.,+-]*)*)?$")
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
found_by_anybody: set[str] = set()


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every page by its name with what its addresses look like; the plain ones first."""
    names = [each.name for each in functions() if each.kind is Kind.PAGE and each.service != EVERY_SERVICE]
    made = [(name, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(name)) + "$")) for name in names]
    return tuple(sorted(made, key=lambda each: "{" in each[0]))


def _page_of(address: str) -> str | None:
    path = urlsplit(address).path
    return next((name for name, pattern in _patterns() if pattern.match(path)), None)


@pytest.fixture(scope="session")
async def records(product: Product) -> None:
    """A record for each command, so that every list has rows."""
    for standing in standings().values():
        await put(product, standing)


async def _links(page: Page) -> Iterator[str]:
    hrefs = await page.eval_on_selector_all("a[href^='/']", "all => all.map(one => one.getAttribute('href'))")
    return (each for each in hrefs if "/do/" not in each)


async def _looked_at(page: Page, address: str, origin: str) -> None:
    """Look at one page in both languages at both widths."""
    for language, first, second in (("da", DESKTOP, PHONE), ("en", PHONE, DESKTOP)):
        await page.set_viewport_size(first)
        answer = await page.goto(f"/intake/language/{language}?to={quote(address)}")
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        assert await page.get_attribute("html", "lang") == language, address
        assert not NUMBERS.search(await page.title()), "a title says nothing of a person"
        assert ADDRESS.match(page.url.removeprefix(origin)), page.url
        await axe(page)
        for size in (first, second):
            await page.set_viewport_size(size)
            assert await page.evaluate(WIDE) == 0, f"{address} is wider than {size['width']} px"


@plays(*PAGES)
@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", [role for role in STAFF if role not in LEFT_OUT])
async def test_every_page_of_a_role(product: Product, look, seats: Seats, records: None, role: Role) -> None:
    page = await seats.page(look, role, DESKS.get(role, GREVE))
    origin = product.backends.config.gateway_url
    await page.goto("/notify/work")
    waiting, seen = [page.url.removeprefix(origin), *await _links(page)], set()
    while waiting:
        address = waiting.pop(0)
        name = _page_of(address)
        if name is None or name in seen:
            continue
        seen.add(name)
        await _looked_at(page, address, origin)
        waiting += await _links(page)
    found_by_anybody.update(seen)
    assert seen, f"{role} has a page"


def test_every_page_that_is_told_of_was_found() -> None:
    assert {each for each in PAGES if not each.startswith("/*/")} <= found_by_anybody
