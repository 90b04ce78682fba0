"""Domain time: wall time, plus an offset that exists only in the demo.

`TOVHOLDER_CLOCK_FILE` names a JSON file `{"offset_seconds": n}`. Unset, which is how production runs, domain time is wall
time. Tokens, rate limits and ages in metrics use wall time (`time.time`) always (`docs/adr/0004`).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What tells the domain what time it is."""

    def now(self) -> datetime:
        """Return the domain time, in UTC."""

    def offset(self) -> timedelta:
        """Return how far domain time is ahead of wall time."""


class WallClock:
    """The clock of production: domain time is wall time."""

    def now(self) -> datetime:
        """Return the wall time, in UTC."""
        return datetime.now(UTC)

    def offset(self) -> timedelta:
        """Return zero."""
        return timedelta(0)


class DemoClock:
    """Wall time plus the offset in a file that the demo's driver replaces atomically."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] = (-1, -1)
        self._offset = timedelta(0)

    def offset(self) -> timedelta:
        """Return the offset in the file; an absent file means zero."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return timedelta(0)
        # The inode is part of the stamp: two moves within one tick of the file system's clock are still two files.
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._stamp:
            self._offset = timedelta(seconds=float(json.loads(self._path.read_text())["offset_seconds"]))
            self._stamp = stamp
        return self._offset

    def now(self) -> datetime:
        """Return wall time plus the offset, in UTC."""
        return datetime.now(UTC) + self.offset()

    def move_to(self, moment: datetime) -> timedelta:
        """Make `moment` the domain time from now on, for every process that reads the file; return the offset.

        Never moves backwards: an earlier moment leaves the offset as it is.
        """
        offset = max(moment - datetime.now(UTC), self.offset())
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        draft.replace(self._path)
        return offset


def clock_from(path: Path | None) -> Clock:
    """Return the clock that the setting asks for."""
    return DemoClock(path) if path else WallClock()
