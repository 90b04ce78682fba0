"""The way into the console: signed in once, for every service; out again."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, ViewportSize

from tests.support.browsing import DESKTOP, PHONE, axe, overflow, sign_in
from tests.support.product import Product

TOVHOLDER = "Tovholder, Greve kommune"
CASES = "/assessment/cases"
VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


async def _session(page: Page) -> dict[str, object]:
    return next((dict(one) for one in await page.context.cookies() if one["name"] == "__Host-tovholder"), {})


@VIEWPORTS
async def test_the_first_page_after_signing_in_breaks_no_rule_of_access(
    product: Product, look, viewport: ViewportSize
) -> None:
    page = await look(viewport)
    await sign_in(page, TOVHOLDER, CASES)

    assert page.url.endswith(CASES)
    await axe(page)
    assert await overflow(page) == 0


async def test_a_session_is_a_cookie_that_no_script_reads_and_holds_no_token(product: Product, look) -> None:
    page = await look()
    await sign_in(page, TOVHOLDER, CASES)
    cookie = await _session(page)

    assert (cookie["httpOnly"], cookie["secure"], cookie["path"], cookie["sameSite"]) == (True, True, "/", "Lax")
    assert await page.evaluate("document.cookie") == ""
    kept = await page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(kept) <= {"htmx-current-path-for-history"}, "a path, until the tab is closed; no page, no text"
    assert "eyJ" not in str(await page.context.storage_state()), "no signed token in the browser"


async def test_signing_in_works_without_a_script(product: Product, look) -> None:
    page = await look(javascript=False)
    await sign_in(page, TOVHOLDER, CASES)

    assert page.url.endswith(CASES)
    assert await _session(page)


async def test_two_people_at_once_are_two_people(product: Product, look) -> None:
    first, second = await look(), await look(PHONE)
    await sign_in(first, TOVHOLDER, CASES)
    await sign_in(second, "Politiets tovholder, Fyn politikreds", CASES)

    assert (await _session(first))["value"] != (await _session(second))["value"]
