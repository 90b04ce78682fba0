"""`tovholder keys`: the epochs of the vault's key-encryption key. For the two persons who keep the keys.

Acts on the local stack, or, where `TOVHOLDER_KEYSTORE_KEEPER_URL` and `TOVHOLDER_KEYSET_FILE` are set, on that key store.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.config import KEYSTORE, StackConfig
from deploy.errors import StackError
from shared.vault import keyset
from shared.vault.epochs import BATCH, EPOCH_AGE, Epochs, EpochStatus

app = typer.Typer(no_args_is_help=True, add_completion=False)
keys = typer.Typer(no_args_is_help=True, help="Epochs of the vault's key-encryption key.")
app.add_typer(keys, name="keys")
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)


@keys.command("status")
def status(as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False) -> None:
    """Show each epoch, how many keys depend on it, and what is due. Exit code 1 when a new epoch is due."""
    found = asyncio.run(keeper().status())
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], default=str, indent=2))
    else:
        _show(found)
    if any(each.current and _due(each) for each in found):
        console.print("a new epoch is due: `tovholder keys rotate`, `rewrap`, then `retire` the old one")
        raise typer.Exit(1)


@keys.command("create")
def create(file: Annotated[Path, typer.Argument(help="Where the keyset shall be.")]) -> None:
    """Make a keyset for services that serve others; never touches a file that is there."""
    if file.exists():
        raise StackError("keyset-there", f"{file} is there already.", "Choose another place, or keep what is there.")
    keyset.create_if_missing(file)
    console.print(f"{file} holds one fresh key; put a copy into escrow now, both persons present")


@keys.command("rotate")
def rotate() -> None:
    """Make a fresh key-encryption key and make it current; running processes take it up by themselves."""
    epoch = asyncio.run(keeper().rotate(datetime.now(UTC)))
    console.print(f"{epoch} is current; put the keyset file into escrow now, then `tovholder keys rewrap`")


@keys.command("rewrap")
def rewrap(batch: Annotated[int, typer.Option(min=1, help="How many keys move in one transaction.")] = BATCH) -> None:
    """Move every key to the current epoch; may be stopped and run again. Exit code 1 when some do not open."""
    done = asyncio.run(keeper().rewrap(batch))
    console.print(f"{done.moved} keys moved, {done.unopenable} do not open and stayed")
    for each in done.named:
        console.print(f"unit {each.unit}" if each.unit else f"person {each.person}")
    raise typer.Exit(1 if done.unopenable else 0)


@keys.command("retire")
def retire(epoch: Annotated[str, typer.Argument(help="Name of the epoch.")]) -> None:
    """Destroy the key of an epoch that no key depends on; older copies of the key store then open nothing."""
    asyncio.run(keeper().retire(epoch))
    console.print(f"{epoch} is destroyed; destroy its copies in escrow as well, both persons present")


def keeper() -> Epochs:
    """Return the keeper of the epochs: of the environment's key store, or of the local stack's."""
    if "TOVHOLDER_KEYSTORE_KEEPER_URL" in os.environ:
        return Epochs(os.environ["TOVHOLDER_KEYSTORE_KEEPER_URL"], Path(os.environ["TOVHOLDER_KEYSET_FILE"]))
    config = StackConfig.load()
    return Epochs(config.dsn("keystore_keeper", KEYSTORE, tcp=True), config.keyset_file)


def _due(each: EpochStatus) -> bool:
    return each.opened_at is not None and datetime.now(UTC) - each.opened_at > EPOCH_AGE


def _show(found: list[EpochStatus]) -> None:
    table = Table("epoch", "state", "units", "persons", "opened", "destroyed", box=None)
    for each in found:
        opened, destroyed = (at.date().isoformat() if at else "-" for at in (each.opened_at, each.destroyed_at))
        table.add_row(each.epoch, _state(each), str(each.units), str(each.persons), opened, destroyed)
    console.print(table)


def _state(each: EpochStatus) -> str:
    if each.current:
        return "current"
    if each.destroyed_at:
        return "destroyed" if not each.units + each.persons else "destroyed, and keys do not open"
    if not each.held:
        return "its key is missing"
    return "retiring" if each.closed_at else "old"
