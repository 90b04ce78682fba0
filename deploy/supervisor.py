"""Runs the whole stack: starts the processes in order, restarts what crashes, stops everything at the end.

Every child is in a session of its own and is tied to us by the kernel: however we end, nothing stays behind.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from deploy import processes
from deploy.backup.restoring import refuse_unfinished
from deploy.config import SERVERS, StackConfig
from deploy.doctor import check_disk, check_machine
from deploy.errors import StackError
from deploy.local import kafka_jars
from deploy.process import ProcessSpec
from deploy.runfile import RunFile, sweep
from deploy.stack import Stack
from deploy.web import build as assets

FIRST_WAIT, LONGEST_WAIT, STEADY_SECONDS = 0.5, 30.0, 60.0
WATCH_SECONDS = 0.2


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Terminated(KeyboardInterrupt):
    """SIGTERM or a closed terminal, raised where the main thread stands, so that it unwinds as on Ctrl-C."""


class Supervisor:
    """One running stack. Use it through `supervised`."""

    def __init__(self, config: StackConfig, console: Console) -> None:
        self.config = config
        self.console = console
        self._run = RunFile(config.run_file)
        self.stack = Stack([], config.logs, self._run)
        self._stopping, self._stopped = threading.Event(), threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._restarts: dict[str, int] = {}
        self._waits: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def start(self) -> None:
        """Start everything, showing each step with its time."""
        began = time.monotonic()
        check_machine()
        self._take_folder()
        check_disk(self.config.state)
        refuse_unfinished(self.config)
        self.config.make_folders()
        self._prepare()
        self._start_backends()
        self._start_all(processes.services(self.config))
        self._start_all([processes.gateway_process(self.config)])
        self._watcher.start()
        self._run.note(phase="ready", url=self.config.gateway_url)
        self._say(f"[bold green]ready[/] in {time.monotonic() - began:.1f} s: [bold]{self.config.gateway_url}[/]")

    def wait(self) -> None:
        """Stay until a signal comes."""
        while not self._stopping.wait(1.0):
            pass

    def stop(self) -> None:
        """Stop every child within 15 s and give the folder back."""
        began = time.monotonic()
        self._stopping.set()
        started = bool(self.stack.names())
        if started:
            self._say("stopping")
        self.stack.stop_all()
        self._stopped.set()  # only now may the watcher end: children that it restarted are tied to its thread
        if self._watcher.is_alive():
            self._watcher.join(2.0)
        self._run.release()
        if started:
            self._say(f"stopped in {time.monotonic() - began:.1f} s")

    def _take_folder(self) -> None:
        left = self._run.acquire()
        if self._run.stale:
            names = ", ".join(one.name for one in left) or "none"
            self._say(f"[yellow]the last run was killed and left its lock; processes still alive: {names}[/]")
            sweep(left)
        self._run.note(demo_clock=self.config.demo_clock)

    def _prepare(self) -> None:
        for name in processes.port_names(self.config):
            self.config.ports.secure(name)
        with self._step("keys and passwords"):
            self.config.passwords()
            self.config.make_keys()
        if kafka_jars.wrong(self.config.jars, kafka_jars.read_lock()):
            with self._step(f"Apache Kafka {kafka_jars.KAFKA}, fetched and checked"):
                kafka_jars.class_path(self.config.jars)
        if not (self.config.assets / assets.MANIFEST).is_file():
            with self._step("what pages look like, fetched"):
                assets.build()

    def _start_backends(self) -> None:
        """Migrate as soon as both Postgres servers answer, while Kafka still starts."""
        servers = processes.backends(self.config)
        for spec in servers:
            self.stack.add(spec)
            self.stack.launch(spec.name)
        self._await(*SERVERS)
        migration = processes.migration(self.config)
        self.stack.add(migration)
        self.stack.launch(migration.name)
        self._await(*(spec.name for spec in servers if spec.name not in SERVERS), migration.name)

    def _start_all(self, specs: list[ProcessSpec]) -> None:
        for spec in specs:
            self.stack.add(spec)
            self.stack.launch(spec.name)
        self._await(*(spec.name for spec in specs))

    def _await(self, *names: str) -> None:
        waiting = list(names)

        def served(name: str, seconds: float) -> None:
            waiting.remove(name)
            spinner.update(", ".join(waiting))
            port = self.stack.specs[name].port
            where = f"127.0.0.1:{port}" if port else ""
            self._say(f"[green]✓[/] {name:<20} {where:<18} {seconds:5.1f} s")

        with self.console.status(", ".join(waiting)) as spinner:
            self.stack.await_ready(*names, tell=served)

    @contextmanager
    def _step(self, text: str) -> Iterator[None]:
        began = time.monotonic()
        with self.console.status(text):
            yield
        self._say(f"[green]✓[/] {text:<39} {time.monotonic() - began:5.1f} s")

    def _watch(self) -> None:
        """Start again what ends by itself, waiting twice as long each time (0.5 s to 30 s)."""
        while not self._stopping.wait(WATCH_SECONDS):
            for name, spec in list(self.stack.specs.items()):
                if not spec.one_shot and not self._stopping.is_set():
                    self._look_after(name)
        self._stopped.wait()

    def _look_after(self, name: str) -> None:
        now = time.monotonic()
        if name in self._due:
            if now >= self._due[name]:
                del self._due[name]
                self._restart(name)
            return
        child = self.stack.child(name)
        if child is None or child.alive():
            return
        if now - child.started > STEADY_SECONDS:
            self._waits.pop(name, None)
        code = child.exit_code()
        child.kill()
        self._plan(name, f"ended by itself ({_how(code)})")

    def _plan(self, name: str, what: str) -> None:
        wait = self._waits.get(name, FIRST_WAIT)
        self._waits[name] = min(LONGEST_WAIT, wait * 2)
        self._due[name] = time.monotonic() + wait
        self._say(f"[red]![/] {name} {what}; starting it again in {wait:.1f} s. Log: {self.stack.log(name)}")

    def _restart(self, name: str) -> None:
        self._restarts[name] = self._restarts.get(name, 0) + 1
        try:
            with self.stack.lock:
                if self._stopping.is_set():
                    return
                self.stack.launch(name)
        except (StackError, OSError) as error:
            self._plan(name, f"could not be started: {error}")
            return
        self._run.note(restarts=self._restarts)
        self._say(f"[yellow]↻[/] {name} started again (restart {self._restarts[name]})")

    def _say(self, text: str) -> None:
        self.console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {text}", highlight=False, soft_wrap=True)


@contextmanager
def supervised(config: StackConfig, console: Console) -> Iterator[Supervisor]:
    """A running stack for the time of a `with` block; Ctrl-C and SIGTERM end the block, and the stack with it."""
    supervisor = Supervisor(config, console)
    before = {number: signal.signal(number, _interrupt) for number in ENDING}
    try:
        supervisor.start()
        yield supervisor
    finally:
        for number in before:  # a second Ctrl-C must not cut the stop short
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
