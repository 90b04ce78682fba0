"""What a person on duty does by hand: dead letters, and clocks that have lost their workflow.

Acts on the local stack, or, where `TOVHOLDER_DATABASE_URL` and the other settings of a worker are set, on that service.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from deploy import processes
from deploy.config import SERVICES, StackConfig
from shared.clock import clock_from
from shared.errors import TovholderError
from shared.settings import Settings, load

if TYPE_CHECKING:
    from shared.messaging.again import Outgoing
    from shared.messaging.desk import DeadLetterDesk, Letter

app = typer.Typer(no_args_is_help=True, add_completion=False)
letters = typer.Typer(
    no_args_is_help=True, help="Records that a consumer could not handle, and what lines up behind them."
)
app.add_typer(letters, name="dead-letters")
console = Console()
T = TypeVar("T")

ServiceName = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.", metavar="SERVICE")]
LetterId = Annotated[int, typer.Argument(help="Number of the dead letter.", metavar="ID")]


@letters.command("list")
def list_letters(
    service: Annotated[
        str | None, typer.Argument(help="One service; all of them without.", metavar="[SERVICE]")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replayed and discarded ones too.")] = False,
) -> None:
    """List open dead letters, in the order in which they would be replayed."""
    table = Table("service", "id", "consumer", "key", "record", "error", "tries", "state", "since", box=None)
    state = None if everything else "OPEN"
    for name in [known(service)] if service else SERVICES:
        for letter in _at_desk(name, lambda desk: desk.list(state=state)):
            table.add_row(name, *_line(letter))
    console.print(table if table.row_count else "no dead letters")


@letters.command("show")
def show_letter(
    service: ServiceName,
    letter_id: LetterId,
    value: Annotated[bool, typer.Option("--bytes", help="Write the value's bytes to standard output instead.")] = False,
) -> None:
    """Show one dead letter: where it stood, why it is here, what its envelope says."""
    full = _at_desk(known(service), lambda desk: desk.show(letter_id))
    if value:
        sys.stdout.buffer.write(full.value)
        return
    table = Table(box=None, show_header=False)
    for name, text in (*asdict(full.letter).items(), *full.headers.items()):
        table.add_row(name, str(text))
    table.add_row("value", f"{full.size} bytes, sha256 {full.sha256} (--bytes writes them)")
    console.print(table)


@letters.command("replay")
def replay_letter(
    service: ServiceName,
    letter_id: LetterId,
    seconds: Annotated[float, typer.Option(help="How long to wait for the worker.")] = 30.0,
) -> None:
    """Have the service's worker handle the letter and all that lined up behind it, in order. 0 if none is left."""
    left = _at_desk(known(service), lambda desk: desk.replay(letter_id, seconds=seconds))
    if not left:
        console.print("replayed; the key is open again")
        return
    console.print(f"stopped at {left[0].id} by {left[0].error_code}; {len(left)} of this key are open")
    raise typer.Exit(1)


@letters.command("discard")
def discard_letter(
    service: ServiceName,
    letter_id: LetterId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Close a dead letter without an effect. What lined up behind it stays until it is replayed."""
    if not yes and not typer.confirm("This fact will never have its effect in this service. Discard it?"):
        raise typer.Exit(1)
    letter = _at_desk(known(service), lambda desk: desk.discard(letter_id))
    console.print(f"{letter.id} is {letter.state}")


@letters.command("revive")
def revive_outbox(service: ServiceName) -> None:
    """Let facts that Kafka refused (too large, no topic) be sent again, once the reason is gone."""
    from shared.messaging.relay import revive

    name = known(service)
    dsn = settings_of(name).database_url.get_secret_value()
    console.print(f"{_answered(lambda: revive(dsn, name))} facts will be tried again")


@app.command()
def reconcile(
    service: Annotated[
        str | None, typer.Argument(help="One service; all of them without.", metavar="[SERVICE]")
    ] = None,
) -> None:
    """Give every open clock its workflow again, end workflows whose aggregate is closed, and say what is unpublished.

    `waiting` facts go out by themselves when Kafka answers; `given_up` ones wait for `tovholder dead-letters revive`.
    """
    from shared.durable.client import connect
    from shared.durable.reconcile import reconcile_now
    from shared.durable.sweep import Reconciled

    async def once(name: str) -> Reconciled:
        return await reconcile_now(await connect(settings_of(name)), name)

    for name in [known(service)] if service else SERVICES:
        counts = _answered(lambda name=name: once(name)).model_dump()  # type: ignore[misc]  # bound now: the loop goes on
        counts |= asdict(_answered(lambda name=name: _outgoing(name)))  # type: ignore[misc]
        console.print(f"{name}: {', '.join(f'{key} {count}' for key, count in counts.items())}")


@app.command("publish-again")
def publish_facts_again(
    service: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(SERVICES)}; all of them without.", metavar="SERVICE")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From which moment on (with its offset, wall time); everything without.")
    ] = None,
) -> None:
    """Have facts published again from Postgres, each once more and in order; who has seen one drops it."""
    from shared.messaging.again import publish_again

    begin = moment_of(since)
    for name in [known(service)] if service else SERVICES:
        dsn = settings_of(name).database_url.get_secret_value()
        marked = _answered(lambda dsn=dsn, name=name: publish_again(dsn, name, begin))  # type: ignore[misc]
        console.print(
            f"{name}: {marked.facts} facts of {marked.aggregates} aggregates go out again, {marked.waiting} for the first time"
        )


def _at_desk(service: str, act: Callable[[DeadLetterDesk], Awaitable[T]]) -> T:
    """Do something at the desk of a service; an error is a sentence and exit code 1."""
    from sqlalchemy import MetaData

    from shared.messaging.desk import DeadLetterDesk
    from shared.persistence.spine import spine_tables
    from shared.persistence.work import UnitOfWork, build_engine

    async def sit_down() -> T:
        settings = settings_of(service)
        engine = build_engine(settings.database_url.get_secret_value(), name=f"{service}_desk", pool_size=1)
        try:
            desk = DeadLetterDesk(
                UnitOfWork(engine, clock_from(settings.clock_file)), spine_tables(MetaData(schema=service))
            )
            return await act(desk)
        finally:
            await engine.dispose()

    return _answered(sit_down)


def _answered(question: Callable[[], Awaitable[T]]) -> T:
    async def ask() -> T:
        return await question()

    try:
        return asyncio.run(ask())
    except TovholderError as error:
        remedy = f" {error.remedy}" if error.remedy else ""
        Console(stderr=True).print(
            f"[red]{error.code}[/]: {error.detail.rstrip('.')}.{remedy}", highlight=False, soft_wrap=True
        )
    except (OSError, RuntimeError) as error:
        Console(stderr=True).print(
            f"[red]unreachable[/]: a server did not answer ({type(error).__name__}).", soft_wrap=True
        )
    raise typer.Exit(1)


def settings_of(service: str) -> Settings:
    """Return the settings of the service's worker: from the environment, or those of the local stack."""
    if "TOVHOLDER_DATABASE_URL" in os.environ:
        return load()
    config = StackConfig.load()
    port = config.ports.port(processes.port_name(service, "worker"))
    given = processes.service_env(config, service, "worker", port)
    return Settings.model_validate({key.removeprefix("TOVHOLDER_").lower(): text for key, text in given.items()})


async def _outgoing(service: str) -> Outgoing:
    from shared.messaging.again import outgoing

    return await outgoing(settings_of(service).database_url.get_secret_value(), service)


def moment_of(text: str | None) -> datetime | None:
    """The moment that an option names; one without an offset is refused, for it could be meant in two ways."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter("write a moment with its offset, such as 2026-11-21T14:45:00+00:00")
    return moment


def known(service: str) -> str:
    """The service of that name; any other is refused."""
    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service}; there are {', '.join(SERVICES)}")
    return service


def _line(letter: Letter) -> tuple[str, ...]:
    record = f"{letter.topic}/{letter.partition}/{letter.offset}"
    why = "behind" if letter.parked_behind and not letter.error_code else letter.error_code or ""
    since = letter.created_at.isoformat(timespec="seconds")
    return (str(letter.id), letter.consumer, letter.key, record, why, str(letter.attempts), letter.state, since)
