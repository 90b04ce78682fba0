"""Taking a backup of a running server, and looking whether one is whole."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.backup.homes import Backup, read, segments, stamp
from deploy.config import SUPERUSER, SUPERUSERS, StackConfig
from deploy.errors import StackError
from deploy.local.postgres import archive_folder, data_folder, programs, system_identifier

SEGMENT_BYTES = 16 * 1024 * 1024
SEGMENTS_PER_LOG = 2**32 // SEGMENT_BYTES


def take(config: StackConfig, server: str, home: Path) -> Backup:
    """Copy a running server into a new folder of `home`; the copy is whole by itself, and the log carries it further.

    StackError `backup-failed` with the last line of what `pg_basebackup` said.
    """
    began, folder = _begin(home)
    argv = [
        *(str(programs() / "pg_basebackup"), "-D", str(folder / "base"), "--format=plain", "--wal-method=stream"),
        *("--checkpoint=fast", "--manifest-checksums=SHA256", "--label=tovholder", "--no-password"),
        *("-h", "127.0.0.1", "-p", str(config.ports.port(server)), "-U", SUPERUSER),
    ]
    _finished(
        argv, "backup-failed", "Look at `tovholder status` and at the space on the disk.", _secret(config, server)
    )
    asyncio.run(_close_segment(config.admin_dsn(server)))
    backup = Backup(
        folder=folder,
        server=server,
        cluster=system_identifier(data_folder(config, server)),
        began_at=began,
        ended_at=datetime.now(UTC),
        first_segment=_first_segment(folder / "base"),
    )
    backup.save()
    return backup


def _begin(home: Path) -> tuple[datetime, Path]:
    """Make the folder of a backup that begins now; of two in one second the later one waits for a name of its own."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        began = datetime.now(UTC)
        folder = home / stamp(began)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            time.sleep(1 - began.microsecond / 1_000_000)
        else:
            return began, folder


def verify(config: StackConfig, folder: Path) -> tuple[Backup, Path | None]:
    """Compare every file with the digest that was written when it was copied, and see that the log has no hole.

    Returns the backup and the last segment of the log that it can be carried to (None: no log is there, the copy stands
    alone). StackError `backup-missing`, `backup-damaged` or `backup-log-broken`.
    """
    backup = read(folder)
    remedy = "Take another backup; do not restore from this one."
    _finished([str(programs() / "pg_verifybackup"), "--quiet", str(backup.base)], "backup-damaged", remedy)
    archived = [file for file in segments(archive_of(config, backup)) if file.name[8:] >= backup.first_segment[8:]]
    places = sorted({_place(file.name) for file in archived})
    hole = next((place + 1 for place, after in itertools.pairwise(places) if after != place + 1), None)
    if hole is not None:
        raise StackError(
            "backup-log-broken",
            f"The log after {backup.folder} misses the segment ...{hole // SEGMENTS_PER_LOG:08X}{hole % SEGMENTS_PER_LOG:08X}.",
            "Take another backup now: this one reaches only until the hole.",
        )
    return backup, archived[-1] if archived else None


def archive_of(config: StackConfig, backup: Backup) -> Path:
    """Where the log of a backup's cluster is archived: at the server's home, wherever the copy itself lies."""
    return config.backup_home(backup.server) / "wal" / backup.cluster


def unarchived(config: StackConfig, server: str) -> list[str]:
    """Names of segments in the data folder of a stopped server that are not in the archive: the last work before a crash."""
    data = data_folder(config, server)
    if not (data / "PG_VERSION").exists():
        return []
    archived = {file.name for file in segments(archive_folder(config, server))}
    return [file.name for file in segments(data / "pg_wal") if file.name not in archived]


def _place(name: str) -> int:
    return int(name[8:16], 16) * SEGMENTS_PER_LOG + int(name[16:], 16)


def _first_segment(base: Path) -> str:
    """The segment that a recovery of this copy begins with, as `backup_label` names it."""
    first = (base / "backup_label").read_text().splitlines()[0]
    return first.rpartition("(file ")[2].rstrip(")")


async def _close_segment(dsn: str) -> None:
    """Have the log archived up to here, so that the backup's own end is in the archive too."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_switch_wal()")
    finally:
        await connection.close()


def _secret(config: StackConfig, server: str) -> dict[str, str]:
    """Variables with which a program of Postgres finds the password; the environment itself can be read by others."""
    return {"PGPASSFILE": str(config.login_file(SUPERUSERS[server]))}


def _finished(argv: Sequence[str], code: str, remedy: str, secret: dict[str, str] | None = None) -> None:
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **(secret or {})}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise StackError(code, f"{Path(argv[0]).name}: {said[-1] if said else 'no message'}.", remedy)
