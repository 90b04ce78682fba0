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


@sessions.callback()
def _group() -> None:
    """Keep `revoke` a command of its own."""


@sessions.command()
def revoke(person: Annotated[UUID, typer.Argument(help="The person's reference.")]) -> None:
    """Let every token that the person has count no more; take the role away at the identity provider first."""
    config = StackConfig.load()
    commands.require_postgres(config)
    asyncio.run(_revoke(config.dsn("identity_keeper", tcp=True), person))
    console.print("From the next request on the person has to sign in again.")


async def _revoke(dsn: str, person: UUID) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.fetchval("select identity.revoke($1)", person)
    finally:
        await connection.close()
