"""Real Chromium, driven by Playwright: where it is, what is watched while a test looks, and what people do at every page.

    page = await look()                      a watched page at a desk; look(PHONE), look(javascript=False), look(language="en-GB")
    await sign_in(page, "Tovholder, Greve kommune", "/assessment/cases")
    await axe(page)                          no violation of WCAG 2.2 A or AA on what is shown now

`Watch` holds what no page may do: write an error to the console, break the content security policy, ask anything off the origin.
The fixture `look` asserts at the end of each test that nothing of it happened; `page.watch.expects("status of 502")` is for a test that
provokes it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, Request, ViewportSize

from deploy.config import PROJECT

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
AXE = PROJECT / "deploy" / "web" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OWN_SCHEMES = ("data", "blob", "about")
REPORT = """document.addEventListener('securitypolicyviolation', event =>
  window.tovholderViolation(`${event.effectiveDirective} ${event.blockedURI || 'inline'} at ${event.sourceFile || 'the page'}`))"""
SECONDS = 15.0


def find_chromium() -> Path | None:
    """Chromium's program: TOVHOLDER_CHROMIUM, or one on the path (Debian: `apt install chromium`)."""
    given = os.environ.get("TOVHOLDER_CHROMIUM")
    found = [given] if given else [shutil.which(name) for name in PROGRAMS]
    return next((Path(program) for program in found if program and Path(program).exists()), None)


async def launch(playwright: Playwright, program: Path) -> Browser:
    """Start it; as root without its sandbox, which root may not have."""
    arguments = ["--no-proxy-server", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return await playwright.chromium.launch(executable_path=program, args=arguments)


@dataclass
class Watch:
    """What happened at the pages of one browser context that must not happen."""

    origin: str
    found: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expects(self, pattern: str) -> None:
        """Let a test provoke what fits the pattern."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        """What was not expected, each in a line."""
        return [one for one in self.found if not any(re.search(pattern, one) for pattern in self._expected)]

    async def attach(self, context: BrowserContext) -> None:
        """Watch every page of a context, from before its first line of script."""
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        await context.expose_function("tovholderViolation", lambda text: self.found.append(f"policy violation: {text}"))
        await context.add_init_script(REPORT)

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and f"{address.scheme}://{address.netloc}" != self.origin:
            self.found.append(
                f"request off the origin: {request.method} {address.scheme}://{address.netloc}{address.path}"
            )

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            at = urlsplit(message.location.get("url", "")).path
            self.found.append(f"console {message.type}: {message.text} ({at})")


async def open_page(
    browser: Browser, watch: Watch, viewport: ViewportSize, *, javascript: bool = True, **more: Any
) -> Page:
    """A page of a context of its own (cookies are nobody else's); its paths are relative to the watched origin."""
    context = await browser.new_context(
        base_url=watch.origin,
        viewport=viewport,
        is_mobile=viewport == PHONE,
        has_touch=viewport == PHONE,
        java_script_enabled=javascript,
        **{"locale": "da-DK", "timezone_id": "Europe/Copenhagen", "reduced_motion": "reduce", **more},
    )
    context.set_default_timeout(SECONDS * 1000)
    await watch.attach(context)
    return await context.new_page()


async def sign_in(page: Page, label: str, to: str = "/notify/work") -> None:
    """Go to a page that asks who one is, choose the fictional person with that label, and be there; needs no JavaScript."""
    await page.goto(to)
    await choose_person(page, label)
    await page.wait_for_url(lambda url: "/auth/" not in url)
    assert "/sign-in/" not in page.url, f"{label} was not let in: {await page.inner_text('body')}"


async def choose_person(page: Page, label: str) -> None:
    """On the issuer's page: search for the person and press the button."""
    await page.locator("#find").fill(label)
    await page.locator("#find").press("Enter")
    await page.get_by_role("button", name=label, exact=True).click()


async def overflow(page: Page) -> int:
    """Return by how many pixels what is shown is wider than the window, once the page has been read."""
    await page.wait_for_load_state("domcontentloaded")  # a button that was just pressed may have begun another one
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return int(wider)


async def axe(page: Page, within: str = "html", rules: Sequence[str] = ()) -> None:
    """Assert that what is shown breaks no rule of WCAG 2.2 A and AA that axe-core can tell, or none of these rules."""
    try:
        await page.evaluate("() => axe.version")
    except Error:
        await page.evaluate(AXE.read_text())  # by the debugger, so that the page's policy need not allow it
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(WCAG)}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    found = await page.evaluate("([within, options]) => axe.run(within, options)", [within, options])
    lines = [line for violation in found["violations"] for line in _described(violation)]
    assert not lines, "\n".join([f"{page.url.partition('?')[0]} breaks WCAG:", *lines])


def _described(violation: dict[str, Any]) -> list[str]:
    head = f"  {violation['id']} ({violation['impact']}): {violation['help']}"
    return [
        head,
        *(f"    {' '.join(map(str, node['target']))}: {node['failureSummary']}" for node in violation["nodes"][:5]),
    ]
