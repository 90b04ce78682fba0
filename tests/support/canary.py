"""Words that stand nowhere else, typed into every text field; and how to find them again, whatever they were turned into."""

from __future__ import annotations

import base64
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

LETTERS = "bcdfghjklmnpqrstvwxz"
SEALED = "free text; sealed on arrival"
"""How an OpenAPI document says that a text goes into the vault."""


BIRD = "kanari"
"""How every canary begins."""


def word() -> str:
    """Return a word that stands nowhere else: no digits, which could look like a CPR number, and no vowels, which could curse."""
    return BIRD + "".join(secrets.choice(LETTERS) for _ in range(18))


def found_in(content: bytes, sought: str) -> str | None:
    """Say in which form a word stands in some bytes, or None. Its first half is enough: a text may have been cut."""
    return next((form for form, needle in _forms(sought[:15]) if needle in content), None)


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield what storing and sending can make of a text."""
    for cased in (text, text.upper(), text.capitalize()):
        yield "plain", cased.encode()
        yield "UTF-16", cased.encode("utf-16-le")
        yield "hex", cased.encode().hex().encode()
        yield "hex", cased.encode().hex().upper().encode()
    for before in range(3):  # base64 has three forms, by where the text begins; the ends are shaped by its neighbours
        coded = base64.b64encode(b"\0" * before + text.encode())
        yield "base64", coded[(before * 8 + 5) // 6 : (before + len(text)) // 3 * 4]


_BIRDS = tuple({needle for _, needle in _forms(BIRD)})


NO_WORDS = ("cpr",)
"""Sealed fields that take no word: a CPR number is ten digits."""


class Teller(httpx.AsyncClient):
    """An HTTP client that types a canary into every text field of every request that it sends.

    `accepted` are the places (service, schema, field) where a canary was taken with a 2xx answer.
    """

    def __init__(self, documents: dict[str, dict[str, Any]], core: str, **more: Any) -> None:
        super().__init__(**more)
        self._documents = documents
        self._core = core
        self._routes = [
            (re.compile(f"^/{service}{re.sub(r'{[^}]+}', '[^/]+', path)}$"), service, operation["post"])
            for service, document in documents.items()
            for path, operation in document["paths"].items()
            if "post" in operation
        ]
        self.accepted: set[str] = set()

    def places(self) -> set[str]:
        """Return every place in the documents where free text can be typed."""
        return {
            f"{service} {name}.{field}"
            for service, document in self._documents.items()
            for name, schema in document["components"]["schemas"].items()
            for field, part in schema.get("properties", {}).items()
            if _is_text(part) and field not in NO_WORDS
        }

    async def request(self, method: str, url: Any, **more: Any) -> httpx.Response:
        """Send, with canaries."""
        typed: set[str] = set()
        if method == "POST" and isinstance(more.get("json"), dict):
            more["json"] = self._with_canaries(str(url), more["json"], typed)
        answer = await super().request(method, url, **more)
        if answer.is_success:
            self.accepted |= typed
        return answer

    def _with_canaries(self, url: str, body: dict[str, Any], typed: set[str]) -> dict[str, Any]:
        for pattern, service, operation in self._routes:
            if pattern.match(url):
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                return self._filled(service, content.get("schema", {}), body, typed)
        return body

    def _filled(self, service: str, schema: dict[str, Any], body: dict[str, Any], typed: set[str]) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        parts = self._documents[service]["components"]["schemas"].get(name, {}).get("properties", {})
        filled = dict(body)
        for each, part in parts.items():
            if _is_text(part) and each not in NO_WORDS:
                filled[each] = f"{self._core} {service} {name} {each} æøå ÆØÅ"
                typed.add(f"{service} {name}.{each}")
            elif isinstance(body.get(each), list):
                filled[each] = [self._inner(service, part.get("items", {}), item, typed) for item in body[each]]
        return filled

    def _inner(self, service: str, schema: dict[str, Any], item: Any, typed: set[str]) -> Any:
        return self._filled(service, schema, item, typed) if isinstance(item, dict) else item


def _is_text(part: dict[str, Any]) -> bool:
    return any(option.get("description") == SEALED for option in part.get("anyOf", [part]))


@dataclass
class Stores:
    """What was read of every store. Only what holds some canary is kept; of the rest, how much it was."""

    sizes: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[str, str, bytes]] = field(default_factory=list)

    def add(self, kind: str, place: str, content: bytes | str) -> None:
        """Take in something that was read: kind of store, place in it, content."""
        raw = content if isinstance(content, bytes) else content.encode()
        self.sizes[kind] += len(raw)
        if any(bird in raw for bird in _BIRDS):
            self.kept.append((kind, place, raw))

    def where(self, sought: str) -> list[tuple[str, str, str]]:
        """Return (kind, place, form) wherever a word stands."""
        hits = ((kind, place, found_in(content, sought)) for kind, place, content in self.kept)
        return [(kind, place, form) for kind, place, form in hits if form is not None]
