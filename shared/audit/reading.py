"""Reading an export line by line, without trusting it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from shared.audit.checkpoints import Checkpoint
from shared.errors import Invalid

FORMAT: Final = "tovholder-access-log-1"
ORDER: Final = ("header", "key", "checkpoint", "entry", "unsealed", "end")
"""Kinds of lines in the order in which they stand; checkpoints first, so that a log of any length is read in little memory."""

T = TypeVar("T", int, str)


class ExportUnreadable(Invalid):
    """The file is no export, or not a whole one: nothing can be said about the log."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__("export_unreadable", f"Line {line} {says}.", remedy="Export it again, and copy it whole.")


@dataclass(frozen=True, slots=True)
class Header:
    """Which part of which log the file is."""

    organisation: str
    exported_at: str
    until: str | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that the file brings along."""

    id: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the chain beside the look that it speaks of, if that is still there."""

    number: int
    look_id: int
    digest: bytes
    previous: bytes
    entry_hash: bytes
    sealed_at: str
    look: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A look without an entry."""

    look: int
    at: str


Part = Header | Key | Entry | Checkpoint | Unsealed


def parts(lines: Iterable[str]) -> Iterator[Part]:
    """Yield what the file holds, the header first. Raises `ExportUnreadable`."""
    number, place = 0, ""
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            place = _next(number, place, record["kind"])
            if place == "end":
                continue
            part = _MAKERS[place](record)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ExportUnreadable(number, "is not what the format says") from None
        yield part
    if place != "end":
        raise ExportUnreadable(number + 1, "is missing: the file has no end")


def _next(line: int, before: str, kind: str) -> str:
    """Return the kind of a line that may stand behind one of kind `before`."""
    if (line == 1) != (kind == "header"):
        raise ExportUnreadable(line, "should be the header" if line == 1 else "is a second header")
    if before and (before == "end" or ORDER.index(kind) < ORDER.index(before)):
        raise ExportUnreadable(line, "stands in the wrong place")
    return kind


def _header(record: Mapping[str, Any]) -> Header:
    if record["format"] != FORMAT:
        raise ValueError(record["format"])
    until = record["to"]
    return Header(
        _of(str, record["organisation"]),
        _of(str, record["exported_at"]),
        None if until is None else _of(str, until),
        _of(int, record["first"]),
        _of(int, record["last"]),
    )


def _entry(record: Mapping[str, Any]) -> Entry:
    look = record["look"]
    if look is not None and not isinstance(look, dict):
        raise ValueError("look")
    digest, previous, entry_hash = (bytes.fromhex(record[name]) for name in ("digest", "previous", "entry_hash"))
    number, look_id = _of(int, record["number"]), _of(int, record["look_id"])
    return Entry(number, look_id, digest, previous, entry_hash, _of(str, record["sealed_at"]), look)


def _of(kind: type[T], value: object) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(kind)
    return value


_MAKERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Part]]] = {
    "header": _header,
    "key": lambda record: Key(_of(str, record["id"]), _of(str, record["public_key"])),
    "entry": _entry,
    "checkpoint": Checkpoint.of,
    "unsealed": lambda record: Unsealed(_of(int, record["look"]), _of(str, record["at"])),
}
