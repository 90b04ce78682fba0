"""One supervised child process: how it is started, watched and ended."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.errors import StackError

LONGEST_LOG = 20 * 1024 * 1024
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class ProcessSpec:
    """What the supervisor must know of a child.

    `ready` answers whether it serves; `prepare` runs before each start (make folders, format a disk); `wave` orders
    the stop; `death_signal` is what the kernel sends it when the supervisor dies, however it dies. A `one_shot` runs
    to its end and must end with 0. `owner` is (uid, gid) to run as.
    """

    name: str
    argv: Sequence[str]
    ready: Callable[[], bool] = lambda: True
    env: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None
    wave: int = 0
    ready_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    one_shot: bool = False
    owner: tuple[int, int] | None = None
    cwd: Path | None = None
    port_name: str | None = None
    port: int | None = None


class Child:
    """A started process in a session of its own, so that a Ctrl-C on the terminal reaches the supervisor alone."""

    def __init__(self, spec: ProcessSpec, log: Path) -> None:
        self.spec = spec
        self.started = time.monotonic()
        self._popen = _spawn(spec, log)
        self.pid = self._popen.pid

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._popen.poll()

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.exit_code() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself (its children are its own affair)."""
        if self.alive():
            self._popen.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the whole process group, and wait until the process is gone."""
        signal_group(self.pid, signal.SIGKILL)
        self._popen.wait()

    def wait(self, seconds: float) -> bool:
        """Whether the process ended within that time."""
        try:
            self._popen.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to the group that `pid` leads; a group that is gone is fine."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _spawn(spec: ProcessSpec, log: Path) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    owner = spec.owner
    with log.open("ab") as stream:
        try:
            return subprocess.Popen(
                list(spec.argv),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=child_environment(spec.env),
                cwd=spec.cwd,
                start_new_session=True,
                user=owner[0] if owner else None,
                group=owner[1] if owner else None,
                extra_groups=[] if owner else None,
                preexec_fn=_leash(spec.death_signal),  # noqa: PLW1509  # two system calls, no lock taken
            )
        except FileNotFoundError as error:
            raise StackError(
                "program-missing",
                f"{spec.argv[0]} of {spec.name} is not there.",
                "Run `make demo`, or `uv sync --locked`.",
            ) from error


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Our environment without our settings, and `extra` on top: a child sees the settings meant for it alone."""
    inherited = {key: text for key, text in os.environ.items() if not key.startswith("TOVHOLDER_")}
    # Eight processes that compile every library anew at each start take seconds of both cores.
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    # glibc gives threads arenas of their own, up to eight a core, and keeps what was freed in each.
    return {"MALLOC_ARENA_MAX": "2", **inherited, "PYTHONUNBUFFERED": "1", **extra}


def _leash(death_signal: signal.Signals) -> Callable[[], None] | None:
    """A hook for the forked child: the kernel ends it when its parent dies (Linux; elsewhere a next start sweeps)."""
    libc, parent = _libc, os.getpid()
    if libc is None:
        return None

    def tie() -> None:
        # After the change of user: the kernel clears the setting whenever credentials change.
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return tie
