"""`tovholder audit`: export the access log, verify an export, list who opened a unit, add a signing key.

Acts on the local stack, or, where `TOVHOLDER_AUDIT_URL`, `TOVHOLDER_AUDIT_KEYSET_FILE` and `TOVHOLDER_CHECKPOINT_FOLDER` are set,
on that database and folder. `verify` needs the file alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console

from deploy import commands
from deploy.config import StackConfig
from deploy.errors import StackError
from shared.audit.checkpoints import Checkpoint, CheckpointFolder
from shared.audit.reading import ExportUnreadable
from shared.audit.verify import Report, verify

if TYPE_CHECKING:
    from shared.messaging.connection import Connection

app = typer.Typer(no_args_is_help=True, add_completion=False)
audit = typer.Typer(no_args_is_help=True, help="Who opened what: the access log as a chain that a stranger can check.")
app.add_typer(audit, name="audit")
console = Console(highlight=False, soft_wrap=True, markup=False)
BESIDE = ("TOVHOLDER_AUDIT_KEYSET_FILE", "TOVHOLDER_CHECKPOINT_FOLDER")
SHOWN = 50
"""Findings that are written out; the rest are counted."""

T = TypeVar("T")
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


@dataclass(frozen=True)
class Place:
    """Where the log, its keys and its checkpoints are."""

    dsn: str
    keyset_file: Path
    folder: CheckpointFolder


@audit.command("export")
def export_log(
    file: Annotated[Path, typer.Argument(help="Is made, readable by its owner alone; must not be there.")],
    organisation: Annotated[str, typer.Option(help="Its code, as kommune:0253.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=MOMENTS, help="From this moment, UTC."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=MOMENTS, help="Before this moment, UTC."),
    ] = None,
) -> None:
    """Write the log of an organisation, with its checkpoints, public keys and what is not sealed yet, to a file."""
    from shared.audit.export import export

    place = _place()
    with _new(file) as out:
        done = _with(
            place,
            lambda connection: export(
                connection, place.folder, organisation, out, since=_utc(since), until=_utc(until)
            ),
        )
    console.print(f"{done.entries} entries, {done.checkpoints} checkpoints, {done.unsealed} not sealed yet: {file}")


@audit.command("verify")
def verify_export(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    keys: Annotated[
        Path | None,
        typer.Option(
            help="Folder of public keys and checkpoints that you had before: only these keys count then.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Check an export, offline. Exit code 0 when it is whole, 1 when something is wrong, 2 when it cannot be checked."""
    try:
        report = _checked(file, keys)
    except (ExportUnreadable, UnicodeDecodeError) as error:
        says = error.detail if isinstance(error, ExportUnreadable) else "The file is no text."
        console.print(f"This file cannot be checked: {says} Export it again, and copy it whole.")
        raise typer.Exit(2) from None
    for line in sentences(report):
        console.print(line)
    raise typer.Exit(0 if report.whole else 1)


@audit.command("list")
def list_openings(
    unit: Annotated[UUID, typer.Argument(help="Reference of the concern, case or intervention.")],
) -> None:
    """Show who opened the texts of a unit, when and why. This is no opening itself."""
    rows = _with(
        _place(), lambda connection: connection.fetch("select * from audit.all_openings($1) order by at", unit)
    )
    for row in rows:
        console.print(_opening(row))
    if not rows:
        console.print("nobody opened a text of this unit")


def _opening(row: Mapping[str, Any]) -> str:
    """Return one opening as a line; not a table, which would cut references to the width of the terminal."""
    when = row["at"].astimezone(UTC).isoformat(timespec="seconds")
    who = f"person {row['person']} as {row['role']} of {row['organisation']}"
    why = row["reason"] + (f", in own words {row['reason_text']}" if row["reason_text"] else "")
    entry = f"entry {row['number']}" if row["number"] else "not sealed yet"
    return f"{when} {who} opened {row['class']} {row['field'] or '(gone)'}: {why} ({entry})"


@audit.command("rotate-key")
def rotate_key() -> None:
    """Add a signing key and make it current; the next checkpoint uses it, and old signatures still hold."""
    from shared.audit.keys import rotate

    place = _place()
    name = rotate(place.keyset_file, place.folder.published())
    console.print(f"{name} signs from now on; put the keyset file into escrow")


def sentences(report: Report) -> list[str]:
    """Return what a report says to a person, a line each."""
    if report.whole:
        return [_whole(report), *_remarks(report)]
    said = [
        f"The access log of {report.organisation} is NOT as it was chained. {len(report.findings)} things are wrong:"
    ]
    said += [f"  {each.wrong}: {each.says}." for each in report.findings[:SHOWN]]
    if len(report.findings) > SHOWN:
        said.append(f"  and {len(report.findings) - SHOWN} more.")
    return [*said, *_remarks(report)]


def _whole(report: Report) -> str:
    if not report.entries:
        return f"The access log of {report.organisation} has no entries here, and no checkpoint says that it had."
    beginning = "" if report.first == 1 else " (a part; what came before was not looked at)"
    return (
        f"The access log of {report.organisation} is whole: entries {report.first} to {report.last}{beginning} are as they were"
        f" chained, and {report.checkpoints} signed checkpoints agree."
    )


def _remarks(report: Report) -> list[str]:
    said = []
    after = report.last - max(report.signed, report.first - 1)
    if after > 0:
        said.append(f"{after} entries are newer than the last checkpoint that holds: for them no signature speaks.")
    if report.unsealed:
        said.append(
            f"{report.unsealed} looks were not sealed yet at {report.exported_at}, the oldest of {report.oldest_unsealed}."
        )
    if not report.trusted:
        said.append("The public keys came with the file: compare them with those you were given, or say --keys FOLDER.")
    return said


@contextmanager
def _new(file: Path) -> Iterator[IO[str]]:
    """Open a file that is not there yet, for its owner alone; what fails half-way leaves none behind."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise StackError("file-exists", f"{file} is there already.", "Name another file.") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            yield out
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _checked(file: Path, keys: Path | None) -> Report:
    with file.open(encoding="utf-8") as lines:
        if keys is None:
            return verify(lines)
        apart = CheckpointFolder(keys)
        checkpoints: list[Checkpoint] = list(apart.everything())
        return verify(lines, keys=apart.published(), checkpoints=checkpoints)


def _place() -> Place:
    if "TOVHOLDER_AUDIT_URL" in os.environ:
        missing = [name for name in BESIDE if name not in os.environ]
        if missing:
            raise StackError(
                "setting-missing", f"{' and '.join(missing)} are not set.", "Set them, as notify's worker has."
            )
        keyset, folder = (os.environ[name] for name in BESIDE)
        return Place(os.environ["TOVHOLDER_AUDIT_URL"], Path(keyset), CheckpointFolder(Path(folder)))
    config = StackConfig.load()
    return Place(
        config.dsn("audit_sealer", tcp=True), config.audit_keyset_file, CheckpointFolder(config.checkpoint_folder)
    )


def _with(place: Place, act: Callable[[Connection], Awaitable[T]]) -> T:
    from shared.messaging.connection import connected

    async def ask() -> T:
        async with connected(place.dsn, "tovholder-audit") as connection:
            return await act(connection)

    if "TOVHOLDER_AUDIT_URL" not in os.environ:
        commands.require_postgres(StackConfig.load())
    try:
        return asyncio.run(ask())
    except (OSError, TimeoutError) as error:
        says = f"The database did not answer ({type(error).__name__})."
        raise StackError("unreachable", says, "Start it, or correct TOVHOLDER_AUDIT_URL.") from None


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
