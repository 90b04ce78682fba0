"""Which strings of a JSON Schema are open to whatever somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CLOSED = {"format", "enum", "const", "pattern", "$ref"}
"""What holds a string to a reference, a moment, or a closed code."""

SEALED = "free text; sealed on arrival"
"""How a schema says that a text goes into the vault."""


def open_strings(schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Yield the places where a schema takes any string and keeps it in the clear."""
    for name, part in schema.get("properties", {}).items():
        yield from _open(part, f"{place}{name}")
    for name, part in schema.get("$defs", {}).items():
        yield from open_strings(part, f"{name}.")


def sealed_strings(schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Yield the places where a schema takes free text for the vault, without those in parts by reference."""
    for name, part in schema.get("properties", {}).items():
        if any(option.get("description") == SEALED for option in part.get("anyOf", [part])):
            yield f"{place}{name}"


def _open(part: dict[str, Any], place: str) -> Iterator[str]:
    for option in part.get("anyOf", [part]):
        if option.get("type") == "string" and not CLOSED & option.keys() and option.get("description") != SEALED:
            yield place
        if option.get("type") == "array":
            yield from _open(option.get("items", {}), place)
        if isinstance(option.get("additionalProperties"), dict):
            yield from _open(option["additionalProperties"], place)
        if option.get("type") == "object" and "additionalProperties" in option:
            yield from _open({"type": "string", **option.get("propertyNames", {})}, f"{place} (name)")
