"""`tovholder backup`: for who keeps the data of one machine. Runbook: "Backups"."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy import commands, processes
from deploy.backup import homes, restoring, taking
from deploy.config import KEYSTORE_SERVER, MAIN_SERVER, SERVERS, SERVICES, StackConfig
from deploy.local import postgres
from deploy.operations import moment_of
from deploy.process import ProcessSpec
from deploy.stack import Stack
from shared.messaging.again import publish_again

app = typer.Typer(no_args_is_help=True, add_completion=False)
backup = typer.Typer(
    no_args_is_help=True, help="Backups of the main server and of the key store, each in a home of its own."
)
app.add_typer(backup, name="backup")
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)

Folder = Annotated[Path, typer.Argument(help="The folder of one backup.", metavar="DIR")]


@backup.command("create")
def create(
    to: Annotated[Path | None, typer.Option(help="Home of the main server's backup.", metavar="DIR")] = None,
    keys_to: Annotated[Path | None, typer.Option(help="Home of the key store's backup.", metavar="DIR")] = None,
    only: Annotated[str | None, typer.Option(help=f"One of {', '.join(SERVERS)}; both without.")] = None,
) -> None:
    """Copy the running servers, then let go of what is older than 30 days."""
    config = StackConfig.load()
    commands.require_postgres(config)
    given = {MAIN_SERVER: to, KEYSTORE_SERVER: keys_to}
    chosen = {server: given[server] or config.backup_home(server) for server in SERVERS}
    homes.refuse_meeting(chosen)
    for server in _servers(only):
        began = time.monotonic()
        made = taking.take(config, server, chosen[server])
        console.print(f"{server}: {made.folder} ({_size(made.size)}, {time.monotonic() - began:.1f} s)")
    for folder in homes.prune(config):
        console.print(f"deleted {folder}")


@backup.command("list")
def show() -> None:
    """Show the backups of both servers, and the data that restores have put aside."""
    config = StackConfig.load()
    table = Table("server", "taken", "size", "days left", "folder", box=None)
    for server in SERVERS:
        for made in homes.found(config.backup_home(server)):
            left = (made.began_at + homes.KEPT - datetime.now(UTC)).days
            taken = made.began_at.isoformat(timespec="seconds")
            table.add_row(server, taken, _size(made.size), str(left), str(made.folder))
    console.print(table if table.row_count else "no backups")
    for folder in homes.aside(config):
        console.print(f"put aside by a restore: {folder}")


@backup.command("verify")
def verify(folder: Folder) -> None:
    """Compare every file with its digest and see that the log after it has no hole."""
    made, last = taking.verify(StackConfig.load(), folder)
    reach = f"the log carries it to segment {last.name}" if last else "no log: it stands alone"
    console.print(f"whole: {made.server} as of {made.ended_at.isoformat(timespec='seconds')}; {reach}")


@backup.command("prune")
def prune() -> None:
    """Delete what is older than 30 days, but for the main server's newest."""
    gone = homes.prune(StackConfig.load())
    console.print("\n".join(f"deleted {folder}" for folder in gone) or "nothing is older than 30 days")


@backup.command("restore")
def restore(
    folder: Folder,
    until: Annotated[
        str | None, typer.Option(help="A moment with its offset, 2026-11-21T14:45:00+00:00; all there is without.")
    ] = None,
    wal: Annotated[Path | None, typer.Option(help="Where the log is, if not at the server's home.")] = None,
    timeline: Annotated[str, typer.Option(help="Which course to follow after earlier restores.")] = "latest",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Bring one server back (the stack must be down), apply erasures again, and have Kafka and Temporal filled anew."""
    config = StackConfig.load()
    commands.refuse_while_running(config)
    moment = moment_of(until)
    server = homes.read(folder).server
    if not yes and not typer.confirm(f"What {server} holds now is put aside and replaced. Go on?"):
        raise typer.Exit(1)
    began = time.monotonic()
    done = restoring.restore(config, folder, moment, wal=wal, timeline=timeline)
    last = done.last_commit.isoformat(timespec="milliseconds") if done.last_commit else "the backup's end"
    console.print(f"{server} is back, up to {last} ({time.monotonic() - began:.1f} s)")
    _follow(config, server)
    restoring.finished(config)
    for path in done.aside:
        console.print(f"put aside: {path}")
    console.print(f"ready for `tovholder up` after {time.monotonic() - began:.1f} s")


def _follow(config: StackConfig, server: str) -> None:
    """What must have happened before a service starts: schemas up to date, erasures applied, facts marked to go out."""
    for name in processes.port_names(config):
        config.ports.secure(name)
    steps = [processes.migration(config), *_erasures(config)]
    stack = Stack([*postgres.specs(config), *steps], config.logs)
    try:
        for name in (*SERVERS, *(step.name for step in steps)):
            stack.start(name)
        if server == MAIN_SERVER:
            for service in SERVICES:
                marked = asyncio.run(publish_again(config.dsn(f"{service}_worker"), service))
                console.print(f"{service}: {marked.facts} facts go out again, {marked.waiting} for the first time")
    finally:
        stack.stop_all()


def _erasures(config: StackConfig) -> list[ProcessSpec]:
    """The step that erases again what was erased after the backup; none where this build has no erasure."""
    from deploy.cli import BROUGHT

    if "erasure" not in BROUGHT:
        return []
    migration = processes.migration(config)
    argv = [*migration.argv[:-1], "erasure", "apply"]
    return [replace(migration, name="erasure-apply", argv=argv)]


def _servers(only: str | None) -> tuple[str, ...]:
    if only is None:
        return SERVERS
    if only not in SERVERS:
        raise typer.BadParameter(f"there is no server {only}; there are {', '.join(SERVERS)}")
    return (only,)


def _size(count: int) -> str:
    return f"{count / 1_000_000:.0f} MB"
