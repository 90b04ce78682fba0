"""Requests that are not as they must be, with a word wherever one can stand."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests.support.calls import adviser
from tests.support.product import Product
from tests.support.served import Served, ask, documents, served


async def wrong_requests(product: Product, wrong: str, named: str) -> list[str]:
    """Send a word wherever a request is not as it must be, another as the name of fields; return the answers that repeat the first.

    A name that is no field is told to who sent it; a value is not.
    """
    token = await product.office.token(adviser(product).ref)
    found = await documents(product)
    echoes = []
    for each in await served(product):
        for what, more in _wrong(each, found[each.service]["components"]["schemas"], f"{wrong} æøå", named):
            answer = await ask(product, each, None if what == "token" else token, **more)
            if wrong in answer.text or wrong in str(answer.headers):
                echoes.append(f"{each.name} repeats a wrong {what}: {answer.status_code}")
    return echoes


def _wrong(each: Served, schemas: dict[str, Any], text: str, named: str) -> list[tuple[str, dict[str, Any]]]:
    """Return wrong requests by what is wrong with them."""
    coded = text.encode()
    name = each.operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    fields = schemas.get(name.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    closed = [field for field, part in fields.items() if "sealed on arrival" not in json.dumps(part)]
    made: list[tuple[str, dict[str, Any]]] = [
        ("token", {"headers": {"Authorization": b"Bearer " + coded}}),
        ("reference", {"url": each.url(text.split(maxsplit=1)[0])}),
        ("query", {"params": {"cursor": text, "limit": text, "stage": text, text.split(maxsplit=1)[0]: "1"}}),
        ("header", {"headers": _headers(coded)}),
    ]
    if each.method in ("POST", "PUT"):
        made += [(f"{field}", {"json": {field: text}}) for field in closed]
        made += [(f"{field} inside", {"json": {field: [{"a": text}, text, {named: 1}]}}) for field in closed[:2]]
        made += [
            ("document", {"content": b'{"description": "' + coded}),
            ("list", {"json": [text]}),
            ("value", {"json": {"no_such_field": text}}),
            ("name", {"json": {named: 1, "wellbeing": {named: 1}}}),
            ("encoding", {"content": b'{"description": "\xff' + coded + b'"}'}),
            ("key", {"json": {}, "headers": {"Idempotency-Key": coded}}),
            ("version", {"json": {}, "headers": {"If-Match": coded}}),
            ("kind of content", {"content": coded, "headers": {"Content-Type": b"text/" + coded}}),
            (
                "number of a person",
                {"json": dict.fromkeys(("description", "note", "grounds"), f"{text} 010190-1234")},
            ),
        ]
    return made


def _headers(coded: bytes) -> dict[str, bytes]:
    names = ("X-Correlation-Id", "User-Agent", "Referer", "Cookie", "X-Forwarded-For", "Accept-Language", "baggage")
    word_alone = coded.split()[0]
    traced = {"traceparent": b"00-" + word_alone + b"-1-01", "tracestate": b"a=" + word_alone}
    return dict.fromkeys(names, coded) | traced | {"X-Request-Id": str(uuid4()).encode()}
