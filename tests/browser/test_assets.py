"""The files of the pages, as a browser gets them."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from deploy.local.gateway_headers import FOR_EVER
from tests.support.browsing import Watch
from tests.support.product import Product


@pytest.fixture
def manifest(product: Product) -> dict[str, str]:
    return dict(json.loads((product.backends.config.assets / "manifest.json").read_text()))


async def test_every_file_is_served_under_its_digest_for_ever(product: Product, manifest: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=product.backends.config.gateway_url, trust_env=False) as http:
        answers = {name: await http.get(f"/assets/{served}") for name, served in manifest.items()}

    assert {"dkfds.css", "htmx.js", "icons.svg", "fonts/IBMPlexSans-Regular-Latin1.woff2"} <= set(answers)
    assert {answer.status_code for answer in answers.values()} == {200}
    assert {answer.headers["cache-control"] for answer in answers.values()} == {FOR_EVER}
    assert all(re.search(r"\.[0-9a-f]{12}\.\w+$", served) for served in manifest.values())
    assert {answers[name].headers.get("content-encoding") for name in answers if name.endswith((".css", ".js"))} <= {
        "gzip",
        "br",
    }


async def test_a_page_takes_its_files_from_the_browser_the_second_time(product: Product, look, watch: Watch) -> None:
    page = await look()
    await page.goto("/auth/end-session", wait_until="networkidle")
    before = len(watch.requests)
    await page.goto("/auth/end-session?again=1", wait_until="networkidle")

    again = [request for request in watch.requests[before:] if "/assets/" in request.url]
    assert again, "the control: the page has files"
    sizes = await page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.name.includes('/assets/')).map(one => one.transferSize)"
    )
    assert set(sizes) == {0}, "nothing crossed the network"


async def test_what_a_page_must_not_do_is_noticed(product: Product, look, watch: Watch) -> None:
    """The control of every other test here."""
    page = await look()
    await page.goto("/auth/end-session")
    await page.evaluate("console.error('said aloud')")
    await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    await page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    await page.evaluate("fetch('http://192.0.2.1/').catch(() => 0)")
    await page.evaluate("() => new Promise(done => setTimeout(done))")

    noticed = "\n".join(watch.found)
    for what in (
        "said aloud",
        "policy violation: style-src-attr inline",
        "script error",
        "policy violation: connect-src",
    ):
        assert what in noticed, noticed
    watch.expects("")
