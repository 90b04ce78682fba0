"""What the real gateway does for pages: cookies, headers, files, compression, streams."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from deploy.config import StackConfig
from deploy.local.gateway_headers import DATA_POLICY, FOR_EVER, PAGE_POLICY
from tests.support.gateway import browser, gateway_of
from tests.support.waiting import eventually

PAGE = "<!doctype html><title>side</title>" + "<p>Tovholder</p>" * 200
SCRIPT = b"let a = 1\n" * 200
NAMED = f"console.{hashlib.sha256(SCRIPT).hexdigest()[:12]}.js"


@dataclass
class Behind:
    """A stand-in for a service: it answers pages, JSON and a stream, and remembers what came."""

    requests: list[str] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.requests.append(head.lower())
        if " /events" in head:
            await self._stream(reader, writer)
        elif " /v1/" in head:
            _whole(writer, "application/json", "{}" + " " * 2000)
        else:
            _whole(writer, "text/html; charset=utf-8", PAGE)
        writer.close()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: 1\n\n")
        await writer.drain()
        await self.more.wait()
        writer.write(b"data: 2\n\n")
        await writer.drain()
        await reader.read()
        self.gone.set()


def _whole(writer: asyncio.StreamWriter, kind: str, body: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nServer: uvicorn\r\n"
    cookie = "Set-Cookie: __Host-tovholder=x; Path=/; Secure\r\nContent-Security-Policy: script-src *\r\n"
    writer.write(f"{head}{cookie}Connection: close\r\n\r\n{body}".encode())


@dataclass
class Site:
    url: str
    http: httpx.AsyncClient
    behind: Behind

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(self.url + path, headers=headers)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    config = replace(StackConfig.load(tmp_path / "state", settings={}), project=tmp_path)
    config.assets.mkdir(parents=True)
    (config.assets / NAMED).write_bytes(SCRIPT)
    (config.assets / f"{NAMED}.gz").write_bytes(gzip.compress(SCRIPT))
    (config.assets / f"{NAMED}.br").write_bytes(b"as br")
    (config.assets / "manifest.json").write_text("{}")
    behind = Behind()
    ports = [config.ports.port(name) for name in ("intake_api", "notify_api", "issuer")]
    servers = [await asyncio.start_server(behind.answer, "127.0.0.1", port) for port in ports]
    try:
        async with gateway_of(config) as url, browser() as http:
            yield Site(url, http, behind)
    finally:
        behind.more.set()
        for server in servers:
            server.close()


@pytest.mark.parametrize("path", ["/notify/work", "/intake/desk", "/intake/v2/x"])
async def test_a_page_gets_the_cookie_and_may_set_one(site: Site, path: str) -> None:
    answer = await site.get(path, Cookie="__Host-tovholder=abc")

    assert "cookie: __host-tovholder=abc" in site.behind.requests[0]
    assert "__Host-tovholder=x" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "path",
    [
        "/notify/v1/work",
        "/notify/v1",
        "/notify/%76%31/work",
        "/intake/v1/public/concerns",
        "/intake/public",
        "/intake/public/form",
        "/auth/authorize",
    ],
)
async def test_json_the_public_form_and_sign_in_get_no_cookie_and_set_none(site: Site, path: str) -> None:
    answer = await site.get(path, Cookie="__Host-tovholder=abc")

    assert answer.status_code == 200
    assert "cookie" not in site.behind.requests[0]
    assert "set-cookie" not in answer.headers


async def test_a_prefix_from_outside_is_overwritten(site: Site) -> None:
    await site.get("/notify/work", **{"X-Forwarded-Prefix": "/elsewhere"})

    assert "x-forwarded-prefix: /notify\r\n" in site.behind.requests[0]
    assert "elsewhere" not in site.behind.requests[0]


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/notify/work", PAGE_POLICY),
        ("/intake/public", PAGE_POLICY),
        ("/auth/authorize", PAGE_POLICY),
        (f"/assets/{NAMED}", PAGE_POLICY),
        ("/", PAGE_POLICY),
        ("/nowhere", PAGE_POLICY),
        ("/corps/work", PAGE_POLICY),
        ("/notify/v1/work", DATA_POLICY),
        ("/corps/v1/members", DATA_POLICY),
    ],
)
async def test_every_answer_has_the_headers_that_hold_a_browser_back(site: Site, path: str, policy: str) -> None:
    answer = await site.get(path)

    assert answer.headers.get_list("content-security-policy") == [policy], (
        "what a service says itself does not weaken it"
    )
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "uvicorn" not in answer.headers.get("server", "")


async def test_a_file_is_kept_for_ever_in_the_form_that_the_browser_takes(site: Site) -> None:
    plain = await site.get(f"/assets/{NAMED}", **{"Accept-Encoding": "identity"})
    packed = await site.get(f"/assets/{NAMED}", **{"Accept-Encoding": "gzip"})
    head = await site.http.head(f"{site.url}/assets/{NAMED}", headers={"Accept-Encoding": "gzip, br"})

    assert plain.content == packed.content == SCRIPT
    assert packed.headers["content-encoding"] == "gzip"
    assert head.headers["content-encoding"] == "br"
    assert "javascript" in packed.headers["content-type"]
    assert {answer.headers["cache-control"] for answer in (plain, packed, head)} == {FOR_EVER}
    assert "accept-encoding" in packed.headers["vary"].lower()


@pytest.mark.parametrize("path", ["/assets/gone.js", "/assets/manifest.json", "/assets/", "/assets/../caddy.json"])
async def test_what_is_no_file_is_not_found_and_not_kept(site: Site, path: str) -> None:
    answer = await site.get(path)

    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


async def test_a_service_that_is_down_is_said_in_words_to_a_person_and_by_a_code_to_a_program(site: Site) -> None:
    page, data = await site.get("/corps/work"), await site.get("/corps/v1/members")

    assert (page.status_code, data.status_code) == (502, 502)
    assert "svarer ikke lige nu" in page.text
    assert "112" in page.text
    assert data.json()["code"] == "service-away"
    assert data.headers["content-type"] == "application/problem+json"


async def test_the_root_leads_to_the_start_and_the_list_of_services_is_well_known(site: Site) -> None:
    root, listed = await site.get("/"), await site.get("/.well-known/tovholder")

    assert (root.status_code, root.headers["location"]) == (303, "/notify/start")
    assert listed.json()["services"]["intake"]["api"] == "/intake/v1"


async def test_who_typed_localhost_goes_on_where_the_cookies_are(site: Site) -> None:
    there = site.url.replace("127.0.0.1", "localhost")
    page = await site.http.get(f"{there}/notify/work?a=1", headers={"Host": there.removeprefix("http://")})

    assert page.status_code == 307
    assert page.headers["location"] == f"{site.url}/notify/work?a=1"


async def test_pages_are_compressed_and_json_is_not(site: Site) -> None:
    page, data = [await site.get(path, **{"Accept-Encoding": "gzip"}) for path in ("/notify/work", "/notify/v1/work")]

    assert page.headers["content-encoding"] == "gzip"
    assert page.text == PAGE
    assert "content-encoding" not in data.headers


async def test_a_stream_of_events_comes_piece_by_piece_and_ends_when_the_browser_goes(site: Site) -> None:
    accepted = {"Accept": "text/event-stream", "Accept-Encoding": "gzip, br, zstd"}
    async with site.http.stream("GET", f"{site.url}/notify/events", headers=accepted) as stream:
        pieces = stream.aiter_raw()
        assert await asyncio.wait_for(anext(pieces), 5) == b"data: 1\n\n", "the second is not written yet"
        site.behind.more.set()
        assert await asyncio.wait_for(anext(pieces), 5) == b"data: 2\n\n"
        assert "content-encoding" not in stream.headers

    await eventually(site.behind.gone.is_set, within=10, what="the service learns that the browser went")
