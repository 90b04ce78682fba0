"""What the commands of `tovholder` do to a stack that this process did not start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import psutil
from rich.console import Console
from rich.table import Table

from deploy import doctor, processes, runfile
from deploy.config import SERVERS, StackConfig
from deploy.errors import StackError
from deploy.probes import accepts
from deploy.stack import STOP_SECONDS

START_SECONDS = 300.0
PROGRAM = (sys.executable, "-m", "deploy.cli")


def detach(config: StackConfig, console: Console) -> None:
    """Start a supervisor of its own and show what it says until the stack is ready."""
    refuse_while_running(config)
    config.logs.mkdir(parents=True, exist_ok=True)
    log = config.logs / "supervisor.log"
    with log.open("ab") as sink:
        begin = sink.tell()
        child = subprocess.Popen(
            [*PROGRAM, "up"],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd=config.project,
            start_new_session=True,
            env={**os.environ, "TOVHOLDER_STATE": str(config.state), "PYTHONUNBUFFERED": "1"},
        )
    end = time.monotonic() + START_SECONDS
    with log.open() as said:
        said.seek(begin)
        while time.monotonic() < end:
            content, code = runfile.read(config.run_file), child.poll()
            print(said.read(), end="", flush=True)
            if code is not None:
                raise SystemExit(code)  # its sentence was shown already
            if (content.get("pid"), content.get("phase")) == (child.pid, "ready"):
                console.print(f"running in the background (pid {child.pid}); `tovholder down` stops it")
                return
            time.sleep(0.1)
    raise StackError("not-ready", "The stack did not get ready in 5 minutes.", f"Read {log}.")


def down(config: StackConfig, console: Console) -> None:
    """SIGTERM to the supervisor and wait; without one, end what a killed run left."""
    pid = runfile.holder(config.run_file)
    if pid is None:
        _clean_up(config, console)
        return
    began = time.monotonic()
    supervisor = psutil.Process(pid)
    supervisor.terminate()
    try:
        supervisor.wait(STOP_SECONDS + 5)
    except psutil.TimeoutExpired:
        supervisor.kill()  # the kernel takes its children along
        _clean_up(config, console)
    console.print(f"stopped in {time.monotonic() - began:.1f} s")


def _clean_up(config: StackConfig, console: Console) -> None:
    content = runfile.read(config.run_file)
    if not content:
        console.print("nothing runs")
        return
    left = runfile.leftovers(content)
    runfile.sweep(left)
    config.run_file.unlink(missing_ok=True)
    console.print(f"cleaned up after a killed run ({len(left)} processes ended)")


def refuse_while_running(config: StackConfig) -> None:
    """StackError `already-running` while a supervisor lives."""
    if pid := runfile.holder(config.run_file):
        raise StackError("already-running", f"The stack runs (pid {pid}).", "Stop it first with `tovholder down`.")


def running_with_clock(config: StackConfig) -> bool:
    """Whether a stack runs whose clocks the demo may move; one whose clocks are fixed is StackError `already-running`."""
    pid = runfile.holder(config.run_file)
    if pid is None:
        return False
    if not runfile.read(config.run_file).get("demo_clock"):
        raise StackError(
            "already-running",
            f"The stack runs (pid {pid}) on the wall clock, which the demo must move.",
            "Stop it with `tovholder down` and start the demo again.",
        )
    return True


def require_postgres(config: StackConfig) -> None:
    """StackError `not-running` when nobody listens on Postgres' port."""
    away = [server for server in SERVERS if not accepts(config.ports.port(server))]
    if away:
        raise StackError(
            "not-running",
            f"Postgres does not answer ({', '.join(away)}).",
            "Start the stack with `tovholder up`, which migrates.",
        )


def status(config: StackConfig, console: Console) -> int:
    """Print a table; 0 when every process is ready, 1 otherwise, 3 when nothing runs."""
    content = runfile.read(config.run_file)
    if runfile.holder(config.run_file) is None:
        console.print("nothing runs" if not content else "the last run was killed; `tovholder down` cleans up")
        return 3
    specs = [*processes.backends(config), *processes.services(config), processes.gateway_process(config)]
    table = Table("process", "pid", "ready", "port", "age", "restarts", "memory")
    all_ready = True
    for spec in specs:
        entry = content["children"].get(spec.name, {})
        ready = bool(entry) and spec.ready()
        all_ready = all_ready and ready
        restarts = str(content.get("restarts", {}).get(spec.name, 0))
        seen = "yes" if ready else "[red]no[/]"
        pid = str(entry.get("pid", "-"))
        table.add_row(spec.name, pid, seen, str(spec.port), _age(entry), restarts, _memory(entry))
    console.print(table)
    console.print(f"{content.get('phase')}: {config.gateway_url}")
    return 0 if all_ready else 1


def _age(entry: dict[str, float]) -> str:
    return f"{time.time() - entry['born']:.0f} s" if entry else "-"


def _memory(entry: dict[str, float]) -> str:
    try:
        return f"{psutil.Process(int(entry['pid'])).memory_info().rss / 1_048_576:.0f} MB"
    except (psutil.Error, KeyError):
        return "-"


def logs(config: StackConfig, service: str, *, lines: int, follow: bool) -> None:
    """Print the last lines of each log whose process is `service` or one of its processes."""
    files = sorted(
        file for file in config.logs.glob("*.log") if file.stem == service or file.stem.startswith(f"{service}-")
    )
    if not files:
        known = ", ".join(sorted(file.stem for file in config.logs.glob("*.log"))) or "none yet"
        raise StackError("no-log", f"There is no log of {service}.", f"There are: {known}.")
    with ExitStack() as opened:
        streams = [(file.stem, opened.enter_context(file.open(errors="replace"))) for file in files]
        for name, stream in streams:
            for line in deque(stream, maxlen=lines):
                _show(name, line, len(files) > 1)
        while follow:
            drained = [_drain(name, stream, len(files) > 1) for name, stream in streams]
            if not any(drained):
                time.sleep(0.2)


def _drain(name: str, stream: IO[str], named: bool) -> bool:
    some = False
    for line in stream:
        _show(name, line, named)
        some = True
    return some


def _show(name: str, line: str, named: bool) -> None:
    sys.stdout.write(f"{name}: {line}" if named else line)
    sys.stdout.flush()


def reset(config: StackConfig, console: Console, *, jars: bool) -> None:
    """Delete the state folder's content; Kafka's jars stay unless asked for, since they are no data."""
    runfile.sweep(runfile.leftovers(runfile.read(config.run_file)))
    inside = config.state.iterdir() if config.state.exists() else iter(())
    for path in sorted(inside):
        if path == config.jars and not jars:
            continue
        _delete(path)
    if jars:
        _delete(config.jars)
    console.print(f"deleted the data in {config.state}")


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def examine(config: StackConfig, console: Console) -> int:
    """Print every finding; 0 when all are good, 2 otherwise."""
    findings = doctor.examine(config)
    for finding in findings:
        mark = "[green]✓[/]" if finding.good else "[red]✗[/]"
        console.print(f"{mark} {finding.check:<14} {finding.says}", highlight=False, soft_wrap=True)
        if not finding.good:
            console.print(f"  {finding.remedy}", highlight=False, soft_wrap=True)
    return 0 if all(finding.good for finding in findings) else 2
