"""The whole stack as a newcomer starts it: `tovholder up` from nothing and again, and the memory of its services."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import runfile
from deploy.config import KINDS, PROJECT, SERVICES, StackConfig
from deploy.process import ProcessSpec
from deploy.stack import Stack
from tests.bench.machine import memory, watched
from tests.bench.report import Goal, Report
from tests.bench.world import World

SUPERVISOR = "supervisor"
START_SECONDS = 300.0
STOP_SECONDS = 30.0
REST_SECONDS = 5.0
"""Between ready and the look at the memory, so that start-up work is over."""
EIGHT = tuple(f"{service}-{kind}" for service in SERVICES for kind in KINDS)


def whole(folder: Path) -> World:
    """Return the world of a stack on `folder` that `tovholder up` shall start, as a child of this process."""
    config = StackConfig.load(folder, settings={})
    config.make_folders()

    def ready() -> bool:
        return runfile.read(config.run_file).get("phase") == "ready"

    spec = ProcessSpec(
        name=SUPERVISOR,
        argv=[sys.executable, "-m", "deploy.cli", "up"],
        env={"TOVHOLDER_STATE": str(folder)},
        ready=ready,
        cwd=PROJECT,
        ready_seconds=START_SECONDS,
        death_signal=signal.SIGTERM,
    )

    def others() -> dict[str, int]:
        children = runfile.read(config.run_file).get("children", {})
        return {name: int(child["pid"]) for name, child in children.items() if name != "migrate"}

    return World(config, Stack([spec], folder / "logs"), others)


@contextmanager
def started(report: Report, world: World) -> Iterator[None]:
    """Start from nothing, stop, start again, and stay up for the time of a `with` block."""
    for what in ("cold", "warm"):
        with watched(world.pids) as surroundings:
            seconds = world.stack.start(SUPERVISOR)
        # The port book of this process is older than that of the supervisor, which has just picked the ports.
        world.config = StackConfig.load(world.config.state, settings={})
        goals = (Goal("seconds", 20),) if what == "warm" else ()
        report.add("start", f"{what}, until ready", {"seconds": seconds}, *goals)
        report.describe(f"start, {what}", surroundings)
        if what == "cold":
            time.sleep(REST_SECONDS)
            remember(report, world, "idle after a cold start")
            report.add("start", "stop", {"seconds": stop(world)})
    try:
        yield
    finally:
        stop(world)


def stop(world: World) -> float:
    """Stop the stack as Ctrl-C does; return the seconds."""
    began = time.monotonic()
    world.stack.stop(SUPERVISOR, STOP_SECONDS)
    return time.monotonic() - began


def remember(report: Report, world: World, when: str) -> None:
    """Add the resident memory of the eight service processes."""
    pids = world.pids()
    found = {name: memory(pids[name]) for name in EIGHT}
    total = {kind: sum(each[kind] for each in found.values()) for kind in ("pss_mb", "rss_mb")}
    largest = max(found.values(), key=lambda each: each["pss_mb"])
    figures = {**total, "largest_pss_mb": largest["pss_mb"]}
    report.add("memory", f"eight service processes, {when}", figures, Goal("pss_mb", 800))
    report.memory[when] = {name: {kind: round(mb, 1) for kind, mb in each.items()} for name, each in found.items()}
