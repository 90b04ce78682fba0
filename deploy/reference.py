"""Reference data that we may not ship with the code, from a file that who runs the system has."""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.console import Console

from deploy import commands
from deploy.config import StackConfig
from deploy.errors import StackError
from shared.errors import Invalid
from shared.reference.municipalities import municipality

app = typer.Typer(no_args_is_help=True, add_completion=False)
reference = typer.Typer(no_args_is_help=True, help="Reference data from files.")
app.add_typer(reference, name="reference")
console = Console()

COLUMNS = ("postal_code", "name", "municipality")
_POSTAL = re.compile(r"\d{4}")

Row = tuple[str, str, str]
"""Postal code, code of the municipality, name of the postal district."""


@reference.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 with the columns postal_code, name, municipality.")],
) -> None:
    """Let the hotline find municipalities by postal code; the list takes the place of the one before."""
    rows = sorted(set(read(file)))
    config = StackConfig.load()
    commands.require_postgres(config)
    asyncio.run(replace(config.dsn("intake_worker", tcp=True), rows))
    several = len(rows) - len({code for code, _, _ in rows})
    console.print(f"{len({code for code, _, _ in rows})} postal codes; {several} more municipalities share one of them")


def read(file: Path) -> Iterator[Row]:
    """Yield the rows of a list; one with a mistake refuses the whole list (`reference-list-wrong`), and its line is named."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(f"{file} cannot be read as UTF-8.") from error
    lines = csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    if not set(COLUMNS) <= set(lines.fieldnames or ()):
        raise _wrong(f"The first line must name the columns {', '.join(COLUMNS)}.")
    for line in lines:
        code, name, place = ((line[column] or "").strip() for column in COLUMNS)
        place = place.zfill(4)
        if not _POSTAL.fullmatch(code) or not name:
            raise _wrong(f"Line {lines.line_num} has no postal code of four digits with a name.")
        try:
            municipality(place, datetime.now(UTC).date())
        except Invalid as error:
            raise _wrong(f"Line {lines.line_num} names no municipality of today.") from error
        yield code, place, name


async def replace(dsn: str, rows: list[Row]) -> None:
    """Put the list in the place of the one that was there, at once."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("delete from intake.postal_code")
            await connection.executemany(
                "insert into intake.postal_code (code, municipality, name) values ($1, $2, $3)"
                " on conflict (code, municipality) do nothing",
                rows,
            )
    finally:
        await connection.close()


def _wrong(what: str) -> StackError:
    return StackError(
        "reference-list-wrong", what, "Correct the file and import it again; the old list is still there."
    )
