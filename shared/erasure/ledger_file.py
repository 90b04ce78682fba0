"""The ledger beside the databases: one decision a line, appended and on disk before anything is erased.

A restore takes the databases back to before an erasure, its ledger with them; this file is what remembers. It is kept with
the checkpoints of the access log, and its own backup is never older than the databases'.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from shared.erasure.model import Kind, Reason, Request
from shared.errors import TovholderError


class LedgerUnreadable(TovholderError):
    """A line of the file is not a decision: nothing is guessed, for a lost line would be a person who is back."""

    def __init__(self, line: int) -> None:
        super().__init__(
            "erasure_ledger_unreadable",
            f"Line {line} of the erasure ledger is not an entry.",
            remedy="Restore the file from its backup; only a last, unfinished line may be cut off.",
        )


def append(file: Path, request: Request) -> None:
    """Add a decision; it is on disk when this returns, and so is the name of a file that is new.

    Raises `LedgerUnreadable` where the last line was not finished: behind it this decision could not be read either.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = {
        "ref": str(request.ref),
        "kind": request.kind.value,
        "requested_by": str(request.requested_by),
        "requested_at": request.requested_at.isoformat(),
        "reason": request.reason.value,
    }
    with os.fdopen(os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        written = out.read()
        if written and not written.endswith(b"\n"):
            raise LedgerUnreadable(written.count(b"\n") + 1)
        out.write(json.dumps(line).encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(file: Path | None) -> Sequence[Request]:
    """Return the decisions in the order in which they were made; none where there is no file.

    Raises `LedgerUnreadable` with the number of the first line that is not one.
    """
    if file is None or not file.exists():
        return []
    return [_parsed(number, line) for number, line in enumerate(file.read_text().splitlines(), start=1)]


def _parsed(number: int, line: str) -> Request:
    try:
        entry = json.loads(line)
        return Request(
            ref=UUID(entry["ref"]),
            kind=Kind(entry["kind"]),
            requested_by=UUID(entry["requested_by"]),
            requested_at=datetime.fromisoformat(entry["requested_at"]),
            reason=Reason(entry["reason"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LedgerUnreadable(number) from None
