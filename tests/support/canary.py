"""Words that stand nowhere else, typed into every text field; and how to find them again, whatever they were turned into."""

from __future__ import annotations

import base64
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

LETTERS = "bcdfghjklmnpqrstvwxz"
SEALED = "free text; sealed on arrival"
"""How an OpenAPI document says that a text goes into the vault."""
RECEIPT = ".receipt_address"
"""The one field whose text leaves again: it is where a receipt is sent."""
BIRD = "kanari"
"""How every canary begins."""
WINDOW = 300
"""Bytes on both sides of a bird that are kept, to look which one it is."""


def word() -> str:
    """Return a word that stands nowhere else: no digits, which could look like a CPR number, and no vowels, which could curse."""
    return f"{BIRD}{_letters(9)}{_letters(9)}"


def danish() -> str:
    """Return such a word with letters that encodings disagree about; its first half has none, so each of them shows it."""
    return f"{BIRD}{_letters(9)}æøå{_letters(9)}"


def _letters(many: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(many))


def cpr() -> str:
    """Return ten digits that are taken for a CPR number and are nobody's: its check digit is wrong."""
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    while True:
        day = date(1950, 1, 1) + timedelta(days=secrets.randbelow(18_000))
        found = f"{day:%d%m%y}{secrets.randbelow(10_000):04}"
        if sum(int(digit) * weight for digit, weight in zip(found, weights, strict=True)) % 11:
            return found


def found_in(content: bytes, sought: str) -> str | None:
    """Say in which form a word stands in some bytes, or None. Its first half is enough: a text may have been cut."""
    start = sought[:15]
    plain = next((form for form, needle in _forms(start) if needle in content), None)
    return plain or ("broken up" if _gapped(start).search(content) else None)


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield what storing and sending can make of a text."""
    for cased in dict.fromkeys((text, text.upper(), text.capitalize())):
        yield "plain", cased.encode()
        yield "UTF-16", cased.encode("utf-16-le")
        yield "hex", cased.encode().hex().encode()
        yield "hex", cased.encode().hex().upper().encode()
        yield "hex of UTF-16", cased.encode("utf-16-le").hex().encode()
    for name, coded in (("base64", text.encode()), ("base64 of UTF-16", text.encode("utf-16-le"))):
        for before in range(
            3
        ):  # base64 has three forms, by where the text begins; the ends are shaped by its neighbours
            whole = base64.b64encode(b"\0" * before + coded)
            yield name, whole[(before * 8 + 5) // 6 : (before + len(coded)) // 3 * 4]
    yield "JSON escapes", "".join(f"\\u{ord(letter):04x}" for letter in text).encode()
    yield "URL", "".join(f"%{ord(letter):02X}" for letter in text).encode()


def _gapped(text: str) -> re.Pattern[bytes]:
    """What breaking up leaves: Postgres' own compression puts a byte between every eight letters that it sees the first time."""
    letters = [re.escape(letter.encode()) for letter in text]
    return re.compile(b".?".join(letters), re.DOTALL)


_BIRDS = tuple({needle for _, needle in _forms(BIRD)})
_COMPRESSED_BIRD = _gapped(BIRD)


class Teller(httpx.AsyncClient):
    """An HTTP client that types canaries into every text field of every request that it sends, one word for each field.

    `accepted` are the places (service, schema, field) where a canary was taken with a 2xx answer, `typed` every word by place.
    """

    def __init__(self, documents: dict[str, dict[str, Any]], **more: Any) -> None:
        super().__init__(**more)
        self._documents = documents
        self._routes = [
            (re.compile(f"^/{service}{re.sub(r'{[^}]+}', '[^/]+', path)}$"), method.upper(), service, operation)
            for service, document in documents.items()
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        self.typed: defaultdict[str, list[str]] = defaultdict(list)
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
        if isinstance(more.get("json"), dict):
            more["json"] = self._with_canaries(method, str(url), more["json"], typed)
        answer = await super().request(method, url, **more)
        if answer.is_success:
            self.accepted |= typed
        return answer

    def _with_canaries(self, method: str, url: str, body: dict[str, Any], typed: set[str]) -> dict[str, Any]:
        for pattern, served, service, operation in self._routes:
            if served == method and pattern.match(url):
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                return self._filled(service, content.get("schema", {}), body, typed)
        return body

    def _filled(self, service: str, schema: dict[str, Any], body: dict[str, Any], typed: set[str]) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        parts = self._documents[service]["components"]["schemas"].get(name, {}).get("properties", {})
        filled = dict(body)
        for each, part in parts.items():
            if _is_text(part):
                place = f"{service} {name}.{each}"
                filled[each] = self.canary(place)
                typed.add(place)
            elif isinstance(body.get(each), list):
                filled[each] = [self._inner(service, part.get("items", {}), item, typed) for item in body[each]]
        return filled

    def canary(self, place: str) -> str:
        """Return a text with a word of its own for a place; for a CPR number one that is nobody's."""
        if place.endswith(".birth_year"):
            return str(date.today().year - 8)  # a child's: four digits stand everywhere: no word to look for
        number, address = place.endswith(".cpr"), place.endswith(RECEIPT)
        made = cpr() if number else word() if address else danish()
        self.typed[place].append(made)
        if address:
            return f"{made}@example.org"
        return made if number else f"{made} {place} æøå ÆØÅ"

    def _inner(self, service: str, schema: dict[str, Any], item: Any, typed: set[str]) -> Any:
        return self._filled(service, schema, item, typed) if isinstance(item, dict) else item


def _is_text(part: dict[str, Any]) -> bool:
    return any(option.get("description") == SEALED for option in part.get("anyOf", [part]))


@dataclass
class Stores:
    """What was read of every store. Only what surrounds some canary is kept; of the rest, how much it was.

    `numbers` are CPR numbers to look for, which do not begin as a canary does. `secrets` are passwords and keys by name,
    which stand as they are or nowhere; `secrets_in` is where one stood: kind of store, place, name.
    """

    numbers: Collection[str] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    secrets_in: list[tuple[str, str, str]] = field(default_factory=list)
    sizes: Counter[str] = field(default_factory=Counter)
    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def add(self, kind: str, place: str, content: bytes | str, *, pages: bool = False) -> None:
        """Take in something that was read: kind of store, place in it, content.

        `pages` are a database's own, where values may be compressed.
        """
        raw = content if isinstance(content, bytes) else content.encode()
        self.sizes[kind] += len(raw)
        found = list(_around(raw, self._needles))
        if pages:
            found += [_window(raw, match.start()) for match in _COMPRESSED_BIRD.finditer(raw)]
        if found:
            self.kept[kind, place] = self.kept.get((kind, place), b"") + b"\n".join(found)
        self.secrets_in += [(kind, place, name) for name, secret in self.secrets.items() if secret.encode() in raw]

    @property
    def _needles(self) -> tuple[bytes, ...]:
        split = (f"{number[:6]}-{number[6:]}" for number in self.numbers)
        return (*_BIRDS, *(each.encode() for each in (*self.numbers, *split)))

    def where(self, sought: str) -> list[tuple[str, str, str]]:
        """Return (kind, place, form) wherever a word or a CPR number stands."""
        hits = ((kind, place, found_in(content, sought)) for (kind, place), content in self.kept.items())
        return [(kind, place, form) for kind, place, form in hits if form is not None]


def _around(raw: bytes, needles: Collection[bytes]) -> Iterator[bytes]:
    for needle in needles:
        at = raw.find(needle)
        while at >= 0:
            yield _window(raw, at)
            at = raw.find(needle, at + len(needle))


def _window(raw: bytes, at: int) -> bytes:
    return raw[max(0, at - WINDOW) : at + WINDOW]
