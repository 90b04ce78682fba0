"""Words that stand nowhere else, typed into every text field; and how to find them again, whatever they were turned into."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

LETTERS = "bcdfghjklmnpqrstvwxz"
SEALED = "free text; sealed on arrival"
"""How an OpenAPI document says that a text goes into the vault."""


def word() -> str:
    """Return a word that stands nowhere else: no digits, which could look like a CPR number, and no vowels, which could curse."""
    return "kanari" + "".join(secrets.choice(LETTERS) for _ in range(18))


def found_in(content: bytes, sought: str) -> str | None:
    """Say in which form a word stands in some bytes, or None. Its first half is enough: a text may have been cut."""
    half = sought[:15]
    lower = content.lower()
    for form, needle in (
        ("plain", half.encode()),
        ("UTF-16", half.encode("utf-16-le")),
        ("hex", half.encode().hex().encode()),
    ):
        if needle in lower:
            return form
    if any(needle in content for needle in _base64_forms(half)):
        return "base64"
    return None


def _base64_forms(text: str) -> Iterator[bytes]:
    """Yield what base64 makes of a text wherever it begins within three bytes, without the ends that its neighbours shape."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + text.encode())
        whole = (before + len(text)) // 3 * 4
        yield coded[(before * 8 + 5) // 6 : whole]


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
            if _is_text(part)
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
            if _is_text(part):
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
    """What was read of every store: kind of store, place in it, content."""

    read: list[tuple[str, str, bytes]] = field(default_factory=list)

    def add(self, kind: str, place: str, content: bytes | str) -> None:
        """Keep something that was read."""
        self.read.append((kind, place, content if isinstance(content, bytes) else content.encode()))

    def kinds(self) -> dict[str, int]:
        """Return how many bytes of each kind were read."""
        found: dict[str, int] = {}
        for kind, _, content in self.read:
            found[kind] = found.get(kind, 0) + len(content)
        return found

    def where(self, sought: str) -> list[tuple[str, str, str]]:
        """Return (kind, place, form) wherever a word stands."""
        hits = ((kind, place, found_in(content, sought)) for kind, place, content in self.read)
        return [(kind, place, form) for kind, place, form in hits if form is not None]
