"""Whatever is sent, a service says what is wrong with it: 4xx, a stable code, nothing saved, never a crash."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest

from deploy.config import SERVICES
from tests.support.calls import adviser, called
from tests.support.cases import Infohus
from tests.support.product import Product
from tests.support.served import Served, ask, documents, served

pytestmark = pytest.mark.timeout(240)  # the first test also starts the servers
AT_ONCE = 8
CODE = re.compile(r"^[a-z][a-z0-9_-]{2,60}$")
"""What a stable code looks like; the gateway's own, such as not-found, have hyphens."""

JSON = {"Content-Type": "application/json"}
NUL, LONE, HUGE = "a\\u0000b", "\\ud800", "1" + "0" * 5_000

BODIES: dict[str, bytes] = {
    "half a document": b'{"description": ',
    "a list": b"[]",
    "a word": b'"ja"',
    "null": b"null",
    "two documents": b"{}{}",
    "a list without an end": b"[" * 100_000,
    "objects a thousand deep": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "known field a thousand deep": b'{"description":' + b"[" * 1_000 + b"]" * 1_000 + b"}",
    "bytes that are no UTF-8": b'{"description": "\xff\xfe\xfa"}',
    "half a surrogate pair": f'{{"description": "{LONE}"}}'.encode(),
    "a NUL character": f'{{"description": "{NUL}", "grounds": "{NUL}", "note": "{NUL}"}}'.encode(),
    "a NUL in a name": f'{{"{NUL}": 1}}'.encode(),
    "a number without an end": f'{{"minutes": {HUGE}, "attempts": {HUGE}, "hours_per_week": {HUGE}}}'.encode(),
    "no number": b'{"minutes": NaN, "attempts": Infinity, "hours_per_week": -Infinity}',
    "a field that nobody knows": '{"ikke-et-felt": "æøå"}'.encode(),
    "a byte order mark": b"\xef\xbb\xbf[]",
    "200 kB": json.dumps({"description": "x" * 200_000}).encode(),
    "gzip": gzip.compress(b'{"a": 1}'),
    "a form": b"description=a&anonymity=OPEN",
}
"""Nonsense that no request takes."""


@pytest.mark.parametrize("name", BODIES)
async def test_nonsense_is_refused_by_every_request_that_has_a_body(product: Product, name: str) -> None:
    requests = [(each, BODIES[name], JSON, None) for each in await _with_bodies(product)]

    await _all_refused(product, requests)


async def test_a_body_of_200_kb_without_a_length_is_refused(product: Product) -> None:
    async def drops() -> Any:
        for _ in range(200):
            yield b" " * 1_024

    token = await product.office.token(adviser(product).ref)

    answers = [
        (each, await ask(product, each, token, content=drops(), headers=JSON)) for each in await _with_bodies(product)
    ]

    assert [line for each, answer in answers for line in _wrong(each, answer)] == []


async def test_every_field_refuses_what_is_not_of_its_type(product: Product) -> None:
    schemas = {service: found["components"]["schemas"] for service, found in (await documents(product)).items()}
    odd: tuple[Any, ...] = ({"a": [1]}, [[]], -1e300, True, "", "\u202e" * 20, "x" * 9_000, 10**400)
    requests = [
        (each, json.dumps({field: value}).encode(), JSON, None)
        for each in await _with_bodies(product)
        for field, schema in _fields(each, schemas[each.service])
        for value in odd
        if not _takes(schema, value)
    ]

    assert len(requests) > 900
    await _all_refused(product, requests)


async def test_a_body_that_says_it_is_something_else_is_refused(product: Product) -> None:
    call = json.dumps({"anonymity": "ANONYMOUS", "channel": "HOTLINE"}).encode()
    receive = next(each for each in await served(product) if each.name == "intake POST /v1/concerns")
    others = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml")

    await _all_refused(product, [(receive, call, {"Content-Type": kind}, None) for kind in others])


async def test_a_name_that_stands_twice_is_refused(product: Product) -> None:
    twice = b'{"anonymity": "ANONYMOUS", "channel": "HOTLINE", "anonymity": "OPEN", "reporter": "x"}'
    receive = next(each for each in await served(product) if each.name == "intake POST /v1/concerns")

    await _all_refused(product, [(receive, twice, JSON, None)])


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "æøåæøåæøå", "a b c d e f", "../../etc/passwd"])
async def test_a_key_that_is_none_is_refused(product: Product, key: str) -> None:
    requests = [
        (each, b"{}", {**JSON, "Idempotency-Key": key.encode()}, None) for each in await _with_bodies(product, "POST")
    ]

    await _all_refused(product, requests)


@pytest.mark.parametrize("version", [None, "", "*", "7", '"x"', '"-1"', '"' + "9" * 40 + '"', '"1", "2"'])
async def test_a_version_that_is_none_is_refused(product: Product, version: str | None) -> None:
    concern = await called(product)
    give = Served("intake", "POST", f"/v1/concerns/{concern}/give-advice", {})

    await _all_refused(product, [(give, b"{}", {**JSON, "If-Match": version}, None)])


@pytest.mark.parametrize(
    "reference", ["1", "x" * 3_000, "%00", "%ff%fe", "..%2f..", "'; drop table facts; --", "%F0%9F%92%A5"]
)
async def test_a_reference_that_is_none_is_refused_on_every_path(product: Product, reference: str) -> None:
    requests = [
        (each, b"{}" if each.method != "GET" else None, JSON, each.url(reference))
        for each in await served(product)
        if "{" in each.path
    ]

    await _all_refused(product, requests)


async def test_a_list_asked_in_a_way_that_it_does_not_know_says_so(product: Product) -> None:
    lists = [each for each in await served(product) if each.method == "GET" and "{" not in each.path]
    requests = [(each, None, {}, f"{each.url()}?{query}") for each in lists for query in _queries(each)]

    answers = await _answers(product, requests)

    assert [line for each, found in answers for line in _crashed(each, found)] == []
    nonsense = [
        found.status_code for each, found in answers if "limit=nej" in str(found.url) and "limit" in _asks(each)
    ]
    assert set(nonsense) <= {403, 422}


async def test_other_methods_are_refused_in_the_same_form(product: Product) -> None:
    everything = await served(product)
    paths = {(each.service, each.path) for each in everything}
    known = {(each.service, each.path, each.method) for each in everything}
    requests = [
        (Served(service, method, path, {}), b"{}", JSON, None)
        for service, path in paths
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if (service, path, method) not in known
    ]

    await _all_refused(product, requests)


async def test_what_exists_is_not_changed_by_nonsense_either(product: Product) -> None:
    path = await Infohus(product).opened()
    who = Infohus(product).tovholder
    before = (await who.see(path)).version
    commands = [
        each for each in await served(product) if each.path.startswith("/v1/cases/{id}/") and each.method == "POST"
    ]
    requests = [
        (each, body, {**JSON, "If-Match": f'"{before}"'}, path + each.path.removeprefix("/v1/cases/{id}"))
        for each in commands
        for body in BODIES.values()
    ]

    await _all_refused(product, requests, role=who)

    assert (await who.see(path)).version == before


Request = tuple[Served, bytes | None, dict[str, Any], str | None]


async def _all_refused(product: Product, requests: list[Request], role: Any = None) -> None:
    """Send all; hold that each is refused as a problem, and that nothing was saved."""
    before = await _saved(product)

    answers = await _answers(product, requests, role)

    assert len(answers) == len(requests) > 0
    assert [line for each, answer in answers for line in _wrong(each, answer)] == []
    assert await _saved(product) == before


async def _answers(
    product: Product, requests: Iterable[Request], role: Any = None
) -> list[tuple[Served, httpx.Response]]:
    token = await product.office.token((role or adviser(product)).ref)
    limit = asyncio.Semaphore(AT_ONCE)

    async def send(
        each: Served, body: bytes | None, headers: dict[str, Any], url: str | None
    ) -> tuple[Served, httpx.Response]:
        more: dict[str, Any] = {"url": url} if url else {}
        absent = {name for name, value in headers.items() if value is None}
        async with limit:
            given = {name: value for name, value in headers.items() if name not in absent}
            return each, await ask(product, each, token, content=body, headers=given, without=absent, **more)

    return list(await asyncio.gather(*(send(*request) for request in requests)))


async def _with_bodies(product: Product, *methods: str) -> list[Served]:
    wanted = methods or ("POST", "PUT", "PATCH")
    return [each for each in await served(product) if each.method in wanted]


async def _saved(product: Product) -> dict[str, int]:
    """Return what there is of everything that a command would save."""
    tables = [f"{service}.{table}" for service in SERVICES for table in ("facts", "outbox", "idempotency", "deadlines")]
    tables += ["corps.member", "corps.host", "notify.person", "intake.help_offer", "vault.blobs"]
    there = {f"{row[0]}.{row[1]}" for row in await product.rows("select schemaname, tablename from pg_tables")}
    return {table: await product.value(f"select count(*) from {table}") for table in tables if table in there}


def _wrong(each: Served, answer: httpx.Response) -> Iterator[str]:
    """Say what is wrong with an answer that must be a refusal."""
    yield from _crashed(each, answer)
    # A path that climbs out of /v1 may be that of a page, which lets nobody in without a sign-in.
    sent_away = answer.status_code == 303 and "/sign-in?" in answer.headers.get("location", "")
    if answer.status_code < 400 and not sent_away:
        yield f"{each.name}: {answer.status_code}, taken"


def _crashed(each: Served, answer: httpx.Response) -> Iterator[str]:
    """Say what is wrong with an answer, if it is not one that the services give on purpose."""
    if answer.status_code >= 500:
        yield f"{each.name}: {answer.status_code} {answer.text[:200]}"
    elif answer.status_code >= 400:
        if answer.headers.get("content-type") != "application/problem+json":
            yield f"{each.name}: {answer.status_code} as {answer.headers.get('content-type')}"
            return
        body = answer.json()
        if body.get("status") != answer.status_code or not CODE.match(body.get("code", "")):
            yield f"{each.name}: {answer.status_code} with {body.get('status')} {body.get('code')}"


def _fields(each: Served, schemas: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    content = each.operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    yield from schemas.get(name, {}).get("properties", {}).items()


def _takes(schema: dict[str, Any], value: Any) -> bool:
    """Say whether a field could take a value: then it is no bad input."""
    kinds = json.dumps(schema)
    fits: dict[type, Callable[[], bool]] = {
        bool: lambda: '"boolean"' in kinds,
        dict: lambda: '"object"' in kinds or "$ref" in kinds,
        str: lambda: '"string"' in kinds or "$ref" in kinds,
    }
    return fits.get(type(value), lambda: False)()


def _asks(each: Served) -> set[str]:
    return {parameter["name"] for parameter in each.operation.get("parameters", ()) if parameter["in"] == "query"}


def _queries(each: Served) -> list[str]:
    names = {
        *_asks(each),
        "stage",
        "limit",
        "cursor",
        "municipality",
        "concern",
        "case",
        "kind",
        "lender",
        "organisation",
    }
    values = ("%00", "%ff", "nej", "-1", "9" * 30, "x" * 2_000, "'%20or%201=1", "%F0%9F%92%A5")
    return [f"{name}={value}" for name in sorted(names) for value in values] + [f"cursor={text}" for text in _cursors()]


def _cursors() -> list[str]:
    somebody = "00000000-0000-4000-8000-000000000001"
    documents: tuple[Any, ...] = (
        ["2026-01-01T00:00:00", somebody],
        ["0001-01-01T00:00:00+00:00", somebody],
        ["9999-12-31T23:59:59-14:00", somebody],
        [True, "2026-01-01T00:00:00", somebody],
        [False, "2026-01-01T00:00:00+00:00", "\x00"],
        [],
        {},
        None,
        [1, 2],
        [[[]], {}],
    )
    return [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in documents]
