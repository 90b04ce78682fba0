"""The children of one stack: started in order, killed, started again and stopped in reverse order."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.errors import StackError
from deploy.ports import holder_of, is_free
from deploy.process import Child, ProcessSpec
from deploy.runfile import RunFile

STOP_SECONDS = 15.0
# When a wave must be gone, counted from the start of the stop: clients first, their servers last.
WAVE_ENDS = {3: 2.0, 2: 10.0, 1: 13.0, 0: 14.5}
POLL_SECONDS = 0.05


class Stack:
    """Supervised subprocesses by name. Tests use `kill` (SIGKILL) and `start`; nothing restarts by itself here."""

    def __init__(self, specs: Sequence[ProcessSpec], logs: Path, run: RunFile | None = None) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self._logs = logs
        self._run = run
        self._children: dict[str, Child] = {}
        self.lock = threading.RLock()

    def names(self) -> list[str]:
        """Every process of the stack, in the order of start."""
        return list(self.specs)

    def add(self, spec: ProcessSpec) -> None:
        """Let a test add a process of its own, ended with the others."""
        self.specs[spec.name] = spec

    def log(self, name: str) -> Path:
        """The log file of a process."""
        return self._logs / f"{name}.log"

    def launch(self, name: str) -> None:
        """Prepare and start, without waiting until it serves."""
        spec = self.specs[name]
        if spec.prepare:
            spec.prepare()
        if spec.port is not None and not _frees(spec.port):
            by = holder_of(spec.port)
            raise StackError(
                "port-taken",
                f"Port {spec.port} for {name} is taken{f' by {by}' if by else ''}.",
                f"Stop that process or set TOVHOLDER_PORT_{(spec.port_name or name).upper()} to a free port.",
            )
        with self.lock:
            child = Child(spec, self.log(name))
            self._children[name] = child
        if self._run:
            self._run.add(name, child.pid)

    def await_ready(self, *names: str, tell: Callable[[str, float], None] = lambda name, seconds: None) -> None:
        """Wait until each of the processes serves; `tell` hears of each when it does, with the seconds since its start.

        StackError `not-ready` says which did not and where to look.
        """
        waiting = list(names)
        while waiting:
            for name in [name for name in waiting if self._serves(name)]:
                waiting.remove(name)
                tell(name, time.monotonic() - self._children[name].started)
            if waiting:
                time.sleep(POLL_SECONDS)

    def _serves(self, name: str) -> bool:
        spec, child = self.specs[name], self._children[name]
        code = child.exit_code()
        if spec.one_shot and code == 0:
            return True
        if code is not None:
            raise self._not_ready(name, f"ended with {code} before it was ready")
        if not spec.one_shot and spec.ready():
            return True
        if time.monotonic() > child.started + spec.ready_seconds:
            raise self._not_ready(name, f"did not get ready in {spec.ready_seconds:.0f} s")
        return False

    def start(self, name: str) -> float:
        """Start one process and wait until it serves; seconds that took."""
        began = time.monotonic()
        self.launch(name)
        self.await_ready(name)
        return time.monotonic() - began

    def kill(self, name: str) -> None:
        """SIGKILL, and wait until it is gone."""
        with self.lock:
            child = self._children.pop(name)
        child.kill()

    def stop(self, name: str, seconds: float = STOP_SECONDS) -> int | None:
        """The ordinary way: its stop signal, then SIGKILL; its exit code (negative: the signal it died of)."""
        with self.lock:
            child = self._children.pop(name)
        child.signal(child.spec.stop_signal)
        if not child.wait(seconds):
            child.kill()
        return child.exit_code()

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send any signal, for example SIGTERM to see it drain, or SIGSTOP."""
        self._children[name].signal(number)

    def pid(self, name: str) -> int:
        """Process id of a started process."""
        return self._children[name].pid

    def child(self, name: str) -> Child | None:
        """The started process, if it was started and not stopped."""
        return self._children.get(name)

    def alive(self, name: str) -> bool:
        """Whether it runs."""
        child = self._children.get(name)
        return child is not None and child.alive()

    def stop_all(self, tell: Callable[[str], None] = lambda name: None) -> None:
        """Stop every child in reverse order within 15 s, with SIGKILL at the end; `tell` hears each name."""
        began = time.monotonic()
        with self.lock:
            children, self._children = self._children, {}
        order = [children[name] for name in reversed(self.specs) if name in children]
        for wave in sorted({child.spec.wave for child in order}, reverse=True):
            _stop_wave([child for child in order if child.spec.wave == wave], began + WAVE_ENDS.get(wave, 10.0), tell)

    def _not_ready(self, name: str, what: str) -> StackError:
        log = self.log(name)
        text = log.read_text(errors="replace") if log.exists() else ""
        if "No space left on device" in text[-4000:]:
            return StackError("disk-full", f"{name} {what}: the disk is full.", "Free some space and start again.")
        return StackError(
            "not-ready", f"{name} {what}; its log is {log}.", "Read the end of the log, then start again."
        )


def _frees(port: int, seconds: float = 3.0) -> bool:
    """Whether the port is free, allowing a just killed predecessor a moment to let go."""
    end = time.monotonic() + seconds
    while not is_free(port):
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _stop_wave(children: list[Child], end: float, tell: Callable[[str], None]) -> None:
    for child in children:
        child.signal(child.spec.stop_signal)
    for child in children:
        if not child.wait(end - time.monotonic()):
            child.kill()
        else:
            child.kill()  # its group: nothing that it started may stay
        tell(child.spec.name)
