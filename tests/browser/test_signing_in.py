"""The page of the development sign-in, as people meet it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import ViewportSize

from deploy.local.issuer_core import challenge_of
from tests.support.browsing import DESKTOP, PHONE, Watch, axe, choose_person, overflow
from tests.support.product import Product

CASEWORKER = "Myndighedssagsbehandler, Greve kommune"
FIRST_PAGE_BYTES = 200_000
VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


def asked(product: Product, **more: str) -> str:
    """The address of a sign-in that comes back to an address of the gateway."""
    back = f"{product.backends.config.gateway_url}/.well-known/tovholder"
    query = {"response_type": "code", "client_id": "test", "redirect_uri": back, "state": "s"}
    query |= {"code_challenge": challenge_of("v" * 43), "code_challenge_method": "S256"}
    return f"/auth/authorize?{urlencode(query | more)}"


@VIEWPORTS
@pytest.mark.parametrize("language", ["da", "en"])
async def test_choosing_a_person_breaks_no_rule_of_access(
    product: Product, look, viewport: ViewportSize, language: str
) -> None:
    page = await look(viewport)
    for more in ({}, {"find": "tovholder greve"}, {"find": "nobody at all"}):
        await page.goto(asked(product, sprog=language, **more))
        assert await page.get_attribute("html", "lang") == language
        await axe(page)
        assert await overflow(page) == 0

    await page.goto("/auth/end-session")
    await axe(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["", "without-javascript"])
async def test_a_person_is_found_and_chosen(product: Product, look, javascript: bool) -> None:
    page = await look(javascript=javascript)
    await page.goto(asked(product))
    await choose_person(page, CASEWORKER)

    await page.wait_for_url("**/.well-known/tovholder?**")
    answer = parse_qs(urlsplit(page.url).query)
    assert answer["state"] == ["s"]
    assert answer["code"]


async def test_a_person_is_found_and_chosen_with_the_keyboard_alone(product: Product, look) -> None:
    page = await look()
    await page.goto(asked(product))
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "English"
    await page.keyboard.press("Tab")
    await page.keyboard.type("modtagelsen greve")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**find=**")
    first = page.get_by_role("button", name="Modtagelsen for underretninger, Greve kommune", exact=True)
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await first.evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/.well-known/tovholder?**")


async def test_the_first_page_is_small_and_looks_as_it_should(product: Product, look, watch: Watch) -> None:
    page = await look()
    await page.goto(asked(product), wait_until="networkidle")
    sizes = {request.url: (await request.sizes())["responseBodySize"] for request in watch.requests}

    assert any("/assets/dkfds." in url for url in sizes)
    assert sum(url.endswith(".woff2") for url in sizes) <= 3, "the letters of Danish in the weights used, no whole font"
    assert sum(sizes.values()) < FIRST_PAGE_BYTES, sizes
    assert await page.evaluate("document.fonts.check('16px \"IBM Plex Sans\"')")
    assert "IBM Plex Sans" in await page.locator("h1").evaluate("one => getComputedStyle(one).fontFamily")
