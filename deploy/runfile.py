"""Who runs on a state folder: a lock that dies with its holder, and a list of pids to clean up after a killed run."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from deploy.errors import StackError
from deploy.process import signal_group


@dataclass(frozen=True)
class Leftover:
    """A child of a killed run that still lives."""

    name: str
    pid: int


class RunFile:
    """`run.json` with its lock `run.lock`; the kernel lets go of the lock when the holder dies, however it dies."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock: IO[str] | None = None
        self._content: dict[str, Any] = {}
        self.stale = False

    def acquire(self) -> list[Leftover]:
        """Take the folder; the answer lists what a killed run left alive (its lock is stale).

        Raises StackError `already-running` when a living supervisor holds it.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = self._file.with_suffix(".lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            holder = read(self._file).get("pid", "unknown")
            raise StackError(
                "already-running",
                f"A stack already runs on {self._file.parent} (pid {holder}).",
                "Use it, stop it with `tovholder down`, or set TOVHOLDER_STATE to another folder.",
            ) from error
        self._lock = lock
        self.stale = self._file.exists()
        left = leftovers(read(self._file))
        self._content = {
            "pid": os.getpid(),
            "born": psutil.Process().create_time(),
            "children": {},
            "phase": "starting",
        }
        self._save()
        return left

    def add(self, name: str, pid: int) -> None:
        """Note a started child, so that a next run can find it if this one is killed."""
        try:
            born = psutil.Process(pid).create_time()
        except psutil.Error:
            return
        self._content["children"][name] = {"pid": pid, "born": born}
        self._save()

    def note(self, **facts: Any) -> None:
        """Note something for `tovholder status` (phase, restarts)."""
        self._content.update(facts)
        self._save()

    def release(self) -> None:
        """Give the folder back after a clean stop; without the lock it is somebody else's, and nothing happens."""
        if self._lock:
            self._file.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _save(self) -> None:
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps(self._content, indent=2))
        partial.replace(self._file)


def read(file: Path) -> dict[str, Any]:
    """The content of a run file; empty when there is none or it was cut off."""
    try:
        content: dict[str, Any] = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return content


def holder(file: Path) -> int | None:
    """Pid of the living supervisor of a state folder, or None."""
    content = read(file)
    return int(content["pid"]) if content and _same(content) else None


def leftovers(content: dict[str, Any]) -> list[Leftover]:
    """Children of a run file that still live: same pid and same time of birth, since pids are used again."""
    children = content.get("children", {})
    return [Leftover(name, child["pid"]) for name, child in children.items() if _same(child)]


def sweep(left: list[Leftover], seconds: float = 8.0) -> None:
    """End the leftovers: SIGTERM, then SIGKILL to the group of each."""
    for leftover in left:
        signal_group(leftover.pid, signal.SIGINT if leftover.name in ("postgres", "keystore") else signal.SIGTERM)
    end = time.monotonic() + seconds
    while any(_lives(leftover.pid) for leftover in left) and time.monotonic() < end:
        time.sleep(0.05)
    for leftover in left:
        signal_group(leftover.pid, signal.SIGKILL)


def _same(entry: dict[str, Any]) -> bool:
    try:
        process = psutil.Process(int(entry["pid"]))
        return abs(float(process.create_time()) - float(entry["born"])) < 1.0 and _lives(process.pid)
    except (psutil.Error, KeyError, ValueError):
        return False


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
