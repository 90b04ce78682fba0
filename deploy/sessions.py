"""Ending what somebody's sign-in gives, at once and in every service."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import asyncpg
import typer
from rich.console import Console

from deploy import commands
from deploy.config import StackConfig

app = typer.Typer(no_args_is_help=True, add_completion=False)
sessions = typer.Typer(no_args_is_help=True, help="Who may go on with the sign-in that they have.")
app.add_typer(sessions, name="sessions")
console = Console()


@sessions.command()
def revoke(person: Annotated[UUID, typer.Argument(help="The person's reference.")]) -> None:
    """Let every token that the person has count no more; take the role away at the identity provider first."""
    config = StackConfig.load()
    commands.require_postgres(config)
    ended = asyncio.run(_call(config.dsn("identity_keeper", tcp=True), "select identity.end_sessions($1)", person))
    console.print(f"{ended} sessions ended. From the next request on the person has to sign in again, everywhere.")


@sessions.command()
def forget(
    days: Annotated[int, typer.Option(min=0, help="How long ago a session ended that is forgotten.")] = 1,
) -> None:
    """Forget sessions that are over: they say when somebody worked."""
    config = StackConfig.load()
    commands.require_postgres(config)
    query = "select identity.forget_sessions(make_interval(days => $1))"
    console.print(f"{asyncio.run(_call(config.dsn('identity_keeper', tcp=True), query, days))} sessions forgotten")


async def _call(dsn: str, query: str, value: UUID | int) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval(query, value))
    finally:
        await connection.close()
