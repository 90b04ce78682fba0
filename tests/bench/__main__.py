"""`python -m tests.bench` (`make bench`): measures, prints a table, saves `.state/bench/<time>.json`.

Exit code 0 also when a goal is missed, since the figure is the result; 1 when something crashed, 3 when what was measured was
wrong, a lost intake for example.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from rich.console import Console

from deploy.backends import start_backends
from deploy.config import PROJECT
from deploy.local import kafka_jars
from shared.persistence.migrate import migrate_all
from tests.bench import bare_postgres, costs, effects, intakes, lists, load, machine, relaying, starting, transitions
from tests.bench import console as pages
from tests.bench.counting import WrongResult
from tests.bench.machine import watched
from tests.bench.report import Report
from tests.bench.world import World

RESULTS = PROJECT / ".state" / "bench"
NEIGHBOURS = ("kafka", "temporal", "mail")
"""Servers that an intake does not need; the issuer stays, idle, since tokens live for five minutes."""

console = Console(width=None if sys.stdout.isatty() else 160)


def main(arguments: list[str]) -> int:
    """Measure what is asked for."""
    asked = _asked(arguments)
    os.environ["TEST_BACKEND"] = "processes"  # memory and processor time are those of processes
    kafka_jars.class_path(PROJECT / ".state" / "jars")
    RESULTS.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=RESULTS))
    folder.chmod(0o711)
    report = Report({**machine.description(folder), "load_generator": load.DESCRIPTION})
    try:
        if asked.part in ("quiet", "all"):
            quiet(report, folder / "quiet", asked.seconds)
        if asked.part in ("console", "all"):
            among_many(report, folder / "console", asked.requests)
        if asked.part in ("whole", "all"):
            with_everything(report, folder / "whole", asked.seconds)
    except WrongResult as wrong:
        console.print(f"[red]wrong result:[/] {wrong}")
        return 3
    finally:
        if report.lines:
            report.show(console)
            console.print(f"saved in {report.save(RESULTS)}", highlight=False, soft_wrap=True)
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each intake load (default 10)")
    parser.add_argument(
        "--part",
        choices=("all", "quiet", "console", "whole"),
        default="all",
        help="quiet: intakes without neighbours, list, walls, relay; console: pages among 10,000 rows, their weight, live updates; "
        "whole: start, memory, effect, transitions, intakes with neighbours",
    )
    parser.add_argument(
        "--requests",
        type=int,
        default=200,
        help="for each page of the console, with each number of clients (default 200)",
    )
    parser.add_argument("--keep", action="store_true", help="keep the state folder, with its logs")
    return parser.parse_args(arguments)


def quiet(report: Report, folder: Path, seconds: float) -> None:
    """Measure what needs few servers, with no others there."""
    with _servers(folder) as world:
        urls = [world.start("intake", "api"), world.start("intake", "api", 2)]
        _say("intakes without neighbours")
        intakes.measure(report, world, urls, seconds=seconds, section="without neighbours", goals=True, only=True)
        _say("list")
        lists.measure(report, world, urls)
        _say("what the walls cost")
        costs.measure(report, world, urls, seconds=seconds)
        _say("relay")
        world.stack.start("kafka")
        relaying.measure(report, world)


def among_many(report: Report, folder: Path, requests: int) -> None:
    """Measure the console's pages among many rows; nothing writes meanwhile."""
    with _servers(folder) as world:
        _say("pages among 10,000 rows, their weight, live updates")
        pages.measure(report, world, requests)


@contextmanager
def _servers(folder: Path) -> Iterator[World]:
    """Postgres, migrated and with its copies, and the issuer; Kafka stopped."""
    backends = start_backends(folder)
    try:
        world = World(backends.config, backends.stack)
        uvloop.run(migrate_all(backends.pg_admin_dsn, backends.passwords, keystore_dsn=backends.keystore_admin_dsn))
        uvloop.run(bare_postgres.copy_databases(world))
        world.seed()
        for name in NEIGHBOURS:
            world.stack.stop(name)
        yield world
    finally:
        backends.stop()


def with_everything(report: Report, folder: Path, seconds: float) -> None:
    """Measure what needs the whole stack."""
    world = starting.whole(folder)
    _say("cold and warm start")
    with starting.started(report, world):
        world.seed()
        time.sleep(starting.REST_SECONDS)
        starting.remember(report, world, "idle after a warm start")
        _say("effect in another service")
        effects.measure(report, world)
        _say("transitions")
        transitions.measure(report, world)
        _say("intakes with neighbours")
        urls = [world.url("intake"), world.start("intake", "api", 2)]
        uvloop.run(bare_postgres.copy_databases(world))
        intakes.measure(report, world, urls, seconds=seconds, section="with neighbours", goals=False, only=False)
        starting.remember(report, world, "after the work of this run")
        with watched(world.pids) as surroundings:
            time.sleep(starting.REST_SECONDS)
        report.describe("at the end", surroundings)


def _say(what: str) -> None:
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {what}", highlight=False)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # a Temporal client can abort an ordinary exit after success
