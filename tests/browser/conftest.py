"""The whole product in a real browser. Where there is no Chromium, that is said loudly; with TOVHOLDER_BROWSER=required it fails."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.support.browsing import DESKTOP, Watch, find_chromium, launch, open_page
from tests.support.product import Product, running
from tests.support.seats import Seats

MISSING = "browser tests did not run: there is no Chromium (Debian: apt install chromium; or set TOVHOLDER_CHROMIUM)"
REQUIRED = os.environ.get("TOVHOLDER_BROWSER") == "required"
Look = Callable[..., Awaitable[Page]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what a row of skipped tests would hide."""
    if find_chromium() is None:
        terminalreporter.section("browser", red=True, bold=True)
        terminalreporter.line(MISSING, red=True, bold=True)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    program = find_chromium()
    if program is None:
        (pytest.fail if REQUIRED else pytest.skip)(MISSING)
    async with async_playwright() as playwright:
        browser = await launch(playwright, program)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def product(chromium: Browser) -> AsyncIterator[Product]:
    """All four services on real servers, behind the gateway, with everybody of the seed."""
    with running() as found:
        yield found
        await found.office.close()


@pytest.fixture(scope="session")
def seats(product: Product) -> Seats:
    """The people who are signed in: `await seats.page(look, Role.DPO, "kommune:0253")`."""
    return Seats(product.backends.config.gateway_url)


@pytest.fixture
async def watch(product: Product) -> AsyncIterator[Watch]:
    """What the pages of this test did that they must not; asserted empty at its end."""
    watch = Watch(product.backends.config.gateway_url)
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
async def look(chromium: Browser, watch: Watch) -> AsyncIterator[Look]:
    """Open a page, watched: `await look()`, `await look(PHONE)`, `await look(javascript=False)`; several are several people."""
    opened: list[Page] = []

    async def page(viewport: ViewportSize = DESKTOP, **more: Any) -> Page:
        opened.append(await open_page(chromium, watch, viewport, **more))
        return opened[-1]

    yield page
    for one in opened:
        await one.context.close()
