"""Where backups lie, what stands beside each, and when they go.

A home holds the backups of one server (`<home>/<moment>/base` and `backup.json`) and its write-ahead log
(`<home>/wal/<cluster>`). Invariant: whoever holds a home of the main server holds no key, and whoever holds a home of the
key store holds no text, so that neither alone opens anything (`architecture.md`, "Persons, text and keys").
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.config import KEYSTORE_SERVER, SERVERS, StackConfig
from deploy.errors import StackError
from deploy.local.postgres import programs

KEPT = timedelta(days=30)
"""How long a backup may exist: an older one of the key store would undo erasures (`architecture.md`)."""

MANIFEST = "backup.json"
SEGMENT = re.compile(r"^[0-9A-F]{24}$")


@dataclass(frozen=True)
class Backup:
    """One backup: a folder, the server it is of, and from when to when it was taken (UTC)."""

    folder: Path
    server: str
    cluster: str
    began_at: datetime
    ended_at: datetime
    first_segment: str

    @property
    def base(self) -> Path:
        """The copy of the data folder."""
        return self.folder / "base"

    @property
    def size(self) -> int:
        """Bytes on disk, the log apart."""
        return sum(file.stat().st_size for file in self.base.rglob("*") if file.is_file())

    def save(self) -> None:
        """Write what stands beside the copy: with it the backup is whole."""
        content = {key: str(value) for key, value in asdict(self).items() if key != "folder"}
        partial = self.folder / f"{MANIFEST}.partial"
        partial.write_text(json.dumps(content, indent=2) + "\n")
        partial.replace(self.folder / MANIFEST)


def read(folder: Path) -> Backup:
    """The backup in a folder. StackError `backup-missing` when there is no whole one."""
    try:
        content = json.loads((folder / MANIFEST).read_text())
        return Backup(
            folder=folder.resolve(),
            server=content["server"],
            cluster=content["cluster"],
            began_at=datetime.fromisoformat(content["began_at"]),
            ended_at=datetime.fromisoformat(content["ended_at"]),
            first_segment=content["first_segment"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StackError(
            "backup-missing", f"{folder} holds no whole backup.", "`tovholder backup list` shows what there is."
        ) from error


def found(home: Path) -> list[Backup]:
    """Every whole backup of a home, the oldest first."""
    return sorted((read(file.parent) for file in home.glob(f"*/{MANIFEST}")), key=lambda backup: backup.began_at)


def refuse_meeting(homes: dict[str, Path]) -> None:
    """StackError `backup-homes-meet` when the homes of the two servers are one, nested, or hold each other's backups."""
    for server, home in homes.items():
        others = [other for name, other in homes.items() if name != server]
        strange = [backup.server for backup in found(home) if backup.server != server]
        if strange or any(home.resolve().is_relative_to(other.resolve()) for other in others):
            raise StackError(
                "backup-homes-meet",
                f"The backups of {server} would lie together with those of the other server in {home}.",
                "Give each a folder, a disk and keepers of its own: together they open every text.",
            )


def segments(archive: Path) -> list[Path]:
    """The segments of an archive of the write-ahead log, in the order of their names."""
    inside = archive.iterdir() if archive.is_dir() else iter(())
    return sorted(file for file in inside if SEGMENT.match(file.name))


def prune(config: StackConfig, now: datetime | None = None) -> list[Path]:
    """Delete what is older than `KEPT`, with the log that only it needed; return the deleted folders.

    The newest backup of the main server stays however old it is: without keys it opens nothing, and it may be the only
    one. Of the key store nothing older stays, and no folder that a restore has put aside.
    """
    limit, gone = (now or datetime.now(UTC)) - KEPT, []
    for server in SERVERS:
        home = config.backup_home(server)
        kept = found(home)
        for backup in list(kept):
            newest_of_main = server != KEYSTORE_SERVER and backup == kept[-1]
            if backup.began_at < limit and not newest_of_main:
                kept.remove(backup)
                gone.append(backup.folder)
        for archive in (home / "wal").glob("*"):
            _shorten(archive, [backup for backup in kept if backup.cluster == archive.name], limit)
    gone += [folder for folder in aside(config) if _made(folder) < limit]
    for folder in gone:
        shutil.rmtree(folder)
    return gone


def aside(config: StackConfig) -> list[Path]:
    """The data folders that restores have replaced: `<server>-<moment>` in the `replaced_home` of each."""
    places = {replaced_home(config, name) for name in SERVERS}
    return sorted(folder for place in places for folder in place.glob("*-*Z"))


def replaced_home(config: StackConfig, name: str) -> Path:
    """Where what a restore replaces is put: of the key store with its backups, on their disk, apart from the texts."""
    return (config.backup_home(name) if name == KEYSTORE_SERVER else config.state) / "replaced"


def stamp(moment: datetime) -> str:
    """A moment as the name of a folder: `20261121T144500Z`."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _made(folder: Path) -> datetime:
    return datetime.strptime(folder.name.rpartition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _shorten(archive: Path, kept: list[Backup], limit: datetime) -> None:
    """Delete the log before the oldest backup that is kept; without one, what is older than the limit."""
    if kept:
        argv = [str(programs() / "pg_archivecleanup"), str(archive), kept[0].first_segment]
        subprocess.run(argv, check=True, capture_output=True)
        return
    for file in segments(archive):
        if file.stat().st_mtime < limit.timestamp():
            file.unlink()
