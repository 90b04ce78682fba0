"""`tovholder codec`: the keys that seal what Temporal stores, one set for each service. Runbook: "Key custody".

Acts on the local stack, or, where `TOVHOLDER_CODEC_KEYSET_FILE` and the other settings of a worker are set, on that service.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from deploy.config import SERVICES
from deploy.operations import known, settings_of
from shared.durable import codec_keys
from shared.durable.client import connect
from shared.vault import keyset

app = typer.Typer(no_args_is_help=True, add_completion=False)
codec = typer.Typer(no_args_is_help=True, help="Keys that seal Temporal's payloads, one set for each service.")
app.add_typer(codec, name="codec")
console = Console()

Services = Annotated[str | None, typer.Argument(help="One service; all of them without.", metavar="[SERVICE]")]


@codec.command("list")
def show(service: Services = None) -> None:
    """Show the names of the keys; the one that seals is marked."""
    for name in _chosen(service):
        keys = keyset.load(settings_of(name).codec_keyset_file)
        names = ", ".join(f"{key} (seals)" if key == keys.current else key for key in sorted(keys.keys))
        console.print(f"{name}: {names}", soft_wrap=True)


@codec.command("rotate")
def rotate(
    service: Services = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only add the key: it opens, and seals nothing yet.")
    ] = False,
) -> None:
    """Seal with a fresh key from now on; running processes take it up by themselves, and older payloads still open.

    With copies of the file on several machines: `--prepare`, hand the file out, then rotate.
    """
    for name in _chosen(service):
        key = codec_keys.rotate(settings_of(name).codec_keyset_file, name, only_prepare=prepare)
        console.print(f"{name}: {key} {'is there and opens' if prepare else 'seals'}")


@codec.command("retire")
def retire(
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.", metavar="SERVICE")],
    key: Annotated[str, typer.Argument(help="Name of the key.", metavar="KEY")],
) -> None:
    """Take a key away for good, once no history that Temporal keeps holds a payload of it."""
    name = known(service)
    settings = settings_of(name)

    async def once() -> None:
        await codec_keys.retire(await connect(settings), settings.codec_keyset_file, name, key)

    asyncio.run(once())
    console.print(f"{name}: {key} is gone")


def _chosen(service: str | None) -> tuple[str, ...]:
    return (known(service),) if service else SERVICES
