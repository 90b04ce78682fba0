"""The command `tovholder`."""

from __future__ import annotations

import asyncio
import errno
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from deploy import commands
from deploy.config import StackConfig
from deploy.errors import StackError
from deploy.supervisor import supervised
from shared.errors import TovholderError

app = typer.Typer(
    name="tovholder",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it shows local variables, and some of ours are passwords
    help="Runs Tovholder on one machine: servers, services, gateway, demo.",
)
console = Console()
# Commands that other modules bring; imported only when asked for, so that `down` works whatever else is broken.
BROUGHT = {
    "backup": "deploy.backup.commands",
    "codec": "deploy.codec",
    "dead-letters": "deploy.operations",
    "publish-again": "deploy.operations",
    "reconcile": "deploy.operations",
    "reference": "deploy.reference",
    "sessions": "deploy.sessions",
    "keys": "deploy.custody",
    "erasure": "deploy.erasing",
    "audit": "deploy.audit",
}


@app.command()
def up(detach: Annotated[bool, typer.Option("--detach", "-d", help="Go on in the background.")] = False) -> None:
    """Start the stack and stay until Ctrl-C."""
    config = StackConfig.load()
    if detach:
        commands.detach(config, console)
        return
    with supervised(config, console) as supervisor:
        supervisor.wait()


@app.command()
def down() -> None:
    """Stop a running stack, or clean up after a killed one."""
    commands.down(StackConfig.load(), console)


@app.command()
def status() -> None:
    """Show each process: running, ready, port, age, restarts, memory. Exit code 0 when all are ready."""
    raise typer.Exit(commands.status(StackConfig.load(), console))


@app.command()
def logs(
    service: Annotated[str, typer.Argument(help="A process (intake-api) or a service (intake).")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing new lines.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 100,
) -> None:
    """Show the log of a process."""
    commands.logs(StackConfig.load(), service, lines=lines, follow=follow)


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    jars: Annotated[bool, typer.Option("--jars", help="Delete Kafka's fetched jars too.")] = False,
) -> None:
    """Delete all data of the local stack: databases, topics, workflows, keys, mails, logs."""
    config = StackConfig.load()
    commands.refuse_while_running(config)
    if not yes and not typer.confirm(f"Delete everything in {config.state}?"):
        raise typer.Exit(1)
    commands.reset(config, console, jars=jars)


@app.command()
def doctor() -> None:
    """Check the machine; each failing check says what to do."""
    raise typer.Exit(commands.examine(StackConfig.load(), console))


@app.command()
def migrate() -> None:
    """Make roles, databases and schemas, and bring every schema up to date (Postgres must run)."""
    config = StackConfig.load()
    commands.require_postgres(config)
    migrate_all = _brought("shared.persistence.migrate").migrate_all
    asyncio.run(migrate_all(config.pg_admin_dsn, config.role_passwords(), keystore_dsn=config.keystore_admin_dsn))
    # A person decided these; what a restore brought back goes before any service starts.
    again = asyncio.run(_brought("deploy.erasing").ledger(config).apply_if_needed())
    if again:
        console.print(f"{again} erasures of the ledger were carried out again")


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the stories; 0 only when each ended as it must.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write what happened per story to this file.")
    ] = None,
) -> None:
    """Start the stack, seed a fictional Denmark and play concerns from the first call to the closed case."""
    config = StackConfig.load(demo_clock=True)
    run = _brought("deploy.demo").run
    if commands.running_with_clock(config):
        raise typer.Exit(int(run(config, once=once, json_file=json_file, console=console)))
    with supervised(config, console) as supervisor:
        code = int(run(config, once=once, json_file=json_file, console=console))
        if not once:
            console.print(f"The stack stays up at [bold]{config.gateway_url}[/]; Ctrl-C stops it.")
            supervisor.wait()
    raise typer.Exit(code)


def _brought(module: str) -> Any:
    """Import a part that stands elsewhere; a missing one is a sentence, an error inside it is an error."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise StackError("part-missing", f"This build has no {module}.", "Use a complete build.") from error


def _attach(arguments: list[str]) -> None:
    """Add the commands of other modules when one of them, or help, is asked for."""
    asked = arguments[0] if arguments else "--help"
    if asked in BROUGHT:
        app.add_typer(_brought(BROUGHT[asked]).app)
    elif asked == "--help":
        for module in dict.fromkeys(BROUGHT.values()):
            if importlib.util.find_spec(module):
                app.add_typer(_brought(module).app)


def run(arguments: list[str]) -> int:
    """Carry out one command; the exit code. What keeps the stack from running is one sentence and 2."""
    try:
        _attach(arguments)
        app(arguments, prog_name="tovholder")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except KeyboardInterrupt:
        return 130
    except TovholderError as error:
        return _complain(error)
    except OSError as error:
        return _complain(_of_the_disk(error))
    return 0


def _of_the_disk(error: OSError) -> StackError:
    """The sentence for a disk that takes no more, or a folder that is not ours; any other error goes on."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StackError("disk-full", "The disk is full.", "Free some space and start again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        remedy = "Set TOVHOLDER_STATE to a folder that is yours."
        return StackError("not-writable", f"{error.filename} may not be read or written.", remedy)
    raise error


def _complain(error: TovholderError) -> int:
    said = f"{error.code}: {error.detail} {error.remedy or ''}".rstrip()
    Console(stderr=True).print(said, style="red", highlight=False, markup=False, soft_wrap=True)
    return StackError.exit_code


def main() -> None:
    """Entry point. `os._exit`, because Temporal's client can abort an ordinary interpreter exit after success."""
    try:
        code = run(sys.argv[1:])
    except BaseException:  # noqa: BLE001  # whatever it was, it is shown, and the exit code is ours
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
