"""The access log of an organisation as one file of JSON lines that a stranger can verify without us (docs/access-log.md).

    header, keys, checkpoints, entries in their order, looks that are not chained yet, end

Closed codes and references only; the file holds no name and no text.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final

from shared.audit.canonical import instant
from shared.audit.checkpoints import Checkpoint, CheckpointFolder
from shared.audit.reading import FORMAT
from shared.messaging.connection import Connection

PAGE: Final = 5000


@dataclass(frozen=True, slots=True)
class Exported:
    """What a file holds."""

    entries: int
    checkpoints: int
    unsealed: int


async def export(
    connection: Connection,
    folder: CheckpointFolder,
    organisation: str,
    out: IO[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Exported:
    """Write the chain of the organisation, or the part of it that covers [since, until); return what was written."""
    # Checkpoints first: one that is signed while the entries are read speaks of entries that the file would lack.
    checkpoints = list(folder.read(organisation))
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        bounds = await connection.fetchrow("select * from audit.bounds($1, $2, $3)", organisation, since, until)
        first, last = bounds["first"] or 1, bounds["last"] or 0
        shown = [each for each in checkpoints if first <= each.number and (until is None or each.number <= last)]
        _write(out, "header", _header(organisation, first, last, since, until))
        for name, key in folder.published().items():
            _write(out, "key", {"id": name, "public_key": key})
        _write_checkpoints(out, shown)
        entries = 0
        async for row in _entries(connection, organisation, first, last):
            _write(out, "entry", _entry(row))
            entries += 1
        unsealed = await connection.fetch("select * from audit.unsealed($1)", organisation)
        for row in unsealed:
            _write(out, "unsealed", _look(row))
    written = Exported(entries, len(shown), len(unsealed))
    _write(out, "end", asdict(written))
    return written


def _header(
    organisation: str, first: int, last: int, since: datetime | None, until: datetime | None
) -> dict[str, str | int | None]:
    return {
        "format": FORMAT,
        "organisation": organisation,
        "exported_at": instant(datetime.now(UTC)),
        "from": instant(since) if since else None,
        "to": instant(until) if until else None,
        "first": first,
        "last": last,
    }


async def _entries(connection: Connection, organisation: str, first: int, last: int) -> AsyncIterator[Any]:
    after = first - 1
    while after < last:
        rows = await connection.fetch("select * from audit.page($1, $2, $3, $4)", organisation, after, last, PAGE)
        for row in rows:
            yield row
        if not rows:
            return
        after = rows[-1]["number"]


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    hashes = {name: row[name].hex() for name in ("digest", "previous", "entry_hash")}
    look = None if row["id"] is None else _look(row)
    return {
        "number": row["number"],
        "look_id": row["look_id"],
        **hashes,
        "sealed_at": instant(row["sealed_at"]),
        "look": look,
    }


def _look(row: Mapping[str, Any]) -> dict[str, Any]:
    references = ("person", "unit", "blob")
    return {
        "organisation": row["organisation"],
        "look": row["id"],
        "at": instant(row["at"]),
        "judged_at": instant(row["judged_at"]),
        **{name: str(row[name]) for name in references},
        **{name: row[name] for name in ("role", "service", "class", "reason")},
        "reason_text": str(row["reason_text"]) if row["reason_text"] else None,
    }


def _write_checkpoints(out: IO[str], checkpoints: list[Checkpoint]) -> None:
    for checkpoint in checkpoints:
        _write(out, "checkpoint", asdict(checkpoint))


def _write(out: IO[str], kind: str, content: Mapping[str, Any]) -> None:
    out.write(json.dumps({"kind": kind, **content}, ensure_ascii=False) + "\n")
