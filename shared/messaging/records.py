"""A record as it stood in Kafka: what a consumer gets, and what a dead letter keeps."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord

from shared.contracts.envelope import Envelope, decode

LONGEST_KEY = 200
"""Characters; ours have 36. Postgres indexes no more than about 2,700 bytes, and a notification carries 8,000."""

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """Original bytes and where they came from. `key` is text made from the bytes; it is what parking goes by."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    value: bytes

    @classmethod
    def of(cls, record: ConsumerRecord[Any, Any]) -> Record:
        """Return our view of a record that aiokafka has read."""
        headers = tuple((name, value or b"") for name, value in record.headers)
        key = _key(record.key, f"{record.topic}/{record.partition}/{record.offset}")
        return cls(record.topic, record.partition, record.offset, key, headers, record.value or b"")

    def envelope(self) -> Envelope:
        """Return what the record says. Raises `Poison` if it cannot be read."""
        return decode(self.headers, self.value)

    def claimed_type(self) -> str:
        """Return the wire type that the record claims, or an empty text."""
        return next((value.decode("utf-8", "replace") for name, value in self.headers if name == "ce_type"), "")


def _key(raw: bytes | None, instead: str) -> str:
    """Return the key as text. A record without one orders with nothing: it gets a key of its own, its place."""
    if not raw:
        return instead
    text = raw.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    return text if len(text) <= LONGEST_KEY else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def stored(headers: Iterable[tuple[str, bytes]]) -> list[list[str]]:
    """Return headers as JSON that Postgres takes: `[name, text]`, or `[name, base64, "base64"]` where it is no text."""
    return [_stored(name, value) for name, value in headers]


def _stored(name: str, value: bytes) -> list[str]:
    safe_name = name.replace("\x00", "\\x00")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        return [safe_name, base64.b64encode(value).decode(), "base64"]
    return [safe_name, text]


def restored(headers: Sequence[Sequence[str]]) -> Headers:
    """Return the headers that `stored` kept."""
    return tuple((line[0], base64.b64decode(line[1]) if len(line) > 2 else line[1].encode()) for line in headers)
