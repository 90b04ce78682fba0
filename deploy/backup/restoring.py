"""Bringing a server back to what a backup and the log say, and the rest of the stack to what that server says.

Postgres is the truth. After the main server went back, topics and workflows know things that never were: both begin empty,
and Postgres fills them again (facts are published anew, reconcile brings the clocks). The key store goes back to its
newest state only, and what was erased since is erased again before a service starts.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import asyncpg

from deploy.backup.homes import Backup, replaced_home, stamp
from deploy.backup.moving import move
from deploy.backup.taking import archive_of, unarchived, verify
from deploy.config import KEYSTORE_SERVER, MAIN_SERVER, StackConfig
from deploy.errors import StackError
from deploy.local import postgres, temporal
from deploy.probes import answered
from deploy.process import ProcessSpec
from deploy.runfile import RunFile, sweep
from deploy.stack import Stack

RECOVERY_SECONDS = 6 * 3600.0
"""How long carrying a backup forward may take."""

UNREACHED = "recovery ended before configured recovery target was reached"


@dataclass(frozen=True)
class Restored:
    """What a restore did: the backup, the moment of the last commit that is back (UTC), what was put aside."""

    backup: Backup
    last_commit: datetime | None
    aside: tuple[Path, ...]


def restore(
    config: StackConfig,
    folder: Path,
    until: datetime | None = None,
    *,
    wal: Path | None = None,
    timeline: str = "latest",
) -> Restored:
    """Bring a server back to a backup, carried forward by the log to `until` or as far as it reaches.

    The stack must be down. What it replaces is put aside, and put back if the recovery fails. Afterwards nothing starts
    until `finished` was called. `wal` is where the log is, unless at the server's home; `timeline` is which of the courses
    that earlier restores have made to follow. StackError `already-running`, `backup-*`, `restore-before-backup`,
    `restore-target-unreached`, `restore-keys-until`, `restore-failed`.
    """
    backup, _ = verify(config, folder)
    _refuse_moment(backup, until)
    config.make_folders()
    with _alone(config):
        unfinished = marker(config).exists()
        _take_up(config, backup.server)
        former = _way(config, backup.server)
        found = {"server": backup.server, "backup": str(backup.folder), "former": str(former) if former else None}
        partial = marker(config).with_suffix(".partial")
        partial.write_text(json.dumps(found))
        partial.replace(marker(config))
        tail = unarchived(config, backup.server)
        put_aside = [_make_way(config, backup.server, former)]
        try:
            _lay_out(config, backup, put_aside[0], tail)
            last = _recover(config, _recovering(config, backup, until, wal, timeline))
        except BaseException:
            _put_back(config, backup.server, put_aside[0])
            if not unfinished:  # else what is there now is still that of the restore that was cut short
                finished(config)
            raise
        if backup.server == MAIN_SERVER:
            put_aside += _empty_followers(config)
    return Restored(backup, last, tuple(path for path in put_aside if path is not None))


def marker(config: StackConfig) -> Path:
    """The file that says: a server went back, and what must follow has not followed yet."""
    return config.state / "restore-unfinished.json"


def refuse_unfinished(config: StackConfig) -> None:
    """StackError `restore-unfinished` while a restore has not been brought to its end."""
    if marker(config).exists():
        raise StackError(
            "restore-unfinished",
            "A restore was cut short: erasures may not be applied again, facts may not be marked to go out again.",
            "Give the same `tovholder backup restore` again, with `--timeline current`.",
        )


def finished(config: StackConfig) -> None:
    """Let services start again."""
    marker(config).unlink(missing_ok=True)


def _refuse_moment(backup: Backup, until: datetime | None) -> None:
    if until is None:
        return
    if backup.server == KEYSTORE_SERVER:
        raise StackError(
            "restore-keys-until",
            "The key store is never taken back to an earlier moment: it would lose keys of texts that are there, for good.",
            "Leave --until out; a key store that is newer than the texts is as it should be.",
        )
    if until.tzinfo is None or until <= backup.ended_at:
        raise StackError(
            "restore-before-backup",
            f"The backup ended at {backup.ended_at.isoformat(timespec='seconds')}; it can only be carried forward from there.",
            "Give a later --until, with its offset (2026-11-21T14:45:00+00:00), or an older backup.",
        )


@contextmanager
def _alone(config: StackConfig) -> Iterator[None]:
    """Hold the state folder, as a running stack does."""
    run = RunFile(config.run_file)
    sweep(run.acquire())
    try:
        yield
    finally:
        run.release()


def _take_up(config: StackConfig, server: str) -> None:
    """Put back what a restore that was killed had put aside: its log has the last commits, which no archive has.

    StackError `restore-unfinished` while it is the other server whose restore was cut short.
    """
    known = json.loads(marker(config).read_text() or "{}") if marker(config).exists() else {}
    if known.get("server", server) != server:
        refuse_unfinished(config)
    if (former := known.get("former")) and Path(former).exists():
        _put_back(config, server, Path(former))


def _way(config: StackConfig, server: str) -> Path | None:
    """Where the present data folder will be put; None when there is none."""
    return _free_place(config, server) if postgres.data_folder(config, server).exists() else None


def _make_way(config: StackConfig, server: str, place: Path | None) -> Path | None:
    """Put the present data folder there."""
    if place is not None:
        move(postgres.data_folder(config, server), place)
    return place


def _put_aside(config: StackConfig, path: Path, name: str) -> Path:
    place = _free_place(config, name)
    path.rename(place)
    return place


def _free_place(config: StackConfig, name: str) -> Path:
    replaced = replaced_home(config, name)
    replaced.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = datetime.now().astimezone()
    place = replaced / f"{name}-{stamp(moment)}"
    while place.exists():  # twice within a second
        moment = moment.fromtimestamp(moment.timestamp() + 1).astimezone()
        place = replaced / f"{name}-{stamp(moment)}"
    return place


def _put_back(config: StackConfig, server: str, place: Path | None) -> None:
    data = postgres.data_folder(config, server)
    shutil.rmtree(data, ignore_errors=True)
    if place is not None:
        move(place, data)


def _lay_out(config: StackConfig, backup: Backup, former: Path | None, tail: list[str]) -> None:
    """Copy the backup to the server's place, with the last segments of the former data that the archive does not have."""
    data, owner = postgres.data_folder(config, backup.server), postgres.system_user()
    shutil.copytree(backup.base, data, symlinks=True)
    if former is not None:
        for name in tail:
            shutil.copy2(former / "pg_wal" / name, data / "pg_wal" / name)
    (data / "recovery.signal").touch(mode=0o600)
    data.chmod(0o700)
    if owner:
        for path in (data, *data.rglob("*")):
            os.chown(path, *owner, follow_symlinks=False)


def _recover(config: StackConfig, spec: ProcessSpec) -> datetime | None:
    """Let the server carry the copy forward and take its place; return the moment of its last commit."""
    log = config.logs / f"{spec.name}.log"
    log.unlink(missing_ok=True)
    stack = Stack([spec], config.logs)
    try:
        stack.start(spec.name)
        last = asyncio.run(_last_commit(config.admin_dsn(str(spec.port_name))))
    except StackError as error:
        if UNREACHED in (log.read_text(errors="replace") if log.exists() else ""):
            raise StackError(
                "restore-target-unreached",
                "The log ends before --until: nothing was committed after that moment, or the rest is lost.",
                "Leave --until out to have all that there is.",
            ) from error
        if error.code == "restore-passwords":
            raise
        raise StackError("restore-failed", f"The server did not come up: {error.detail}", f"Read {log}.") from error
    finally:
        stack.stop_all()
    return last


def _recovering(
    config: StackConfig, backup: Backup, until: datetime | None, wal: Path | None, timeline: str
) -> ProcessSpec:
    """The server with the settings of a recovery, which last as long as this run of it."""
    spec = postgres.spec(config, backup.server)
    fetch = f"cp {shlex.quote(str(wal or archive_of(config, backup)))}/%f %p"
    switches = [f"--restore-command={fetch}", f"--recovery-target-timeline={timeline}"]
    switches.append("--recovery-target-action=promote")
    if until is not None:
        switches.append(f"--recovery-target-time={until.isoformat()}")
    return replace(
        spec,
        name=f"{spec.name}-restore",
        argv=[*spec.argv, *switches],
        ready=_opened(config.admin_dsn(backup.server)),
        ready_seconds=RECOVERY_SECONDS,
    )


def _opened(dsn: str) -> Callable[[], bool]:
    """A probe: the recovery is over. A password that the backup does not know will never be right: StackError at once."""
    refused: list[str] = []

    async def ask() -> bool:
        try:
            connection = await asyncpg.connect(dsn, timeout=2)
        except asyncpg.InvalidPasswordError as error:
            refused.append(type(error).__name__)
            return False
        try:
            return not await connection.fetchval("select pg_is_in_recovery()")
        finally:
            await connection.close()

    def probe() -> bool:
        if answered(ask()):
            return True
        if refused:
            raise StackError(
                "restore-passwords",
                "the backup was made under other passwords than those of this state folder",
                "Put the `secrets` folder of that time back first, then restore again.",
            )
        return False

    return probe


async def _last_commit(dsn: str) -> datetime | None:
    connection = await asyncpg.connect(dsn)
    try:
        moment: datetime | None = await connection.fetchval("select pg_last_xact_replay_timestamp()")
        return moment
    finally:
        await connection.close()


def _empty_followers(config: StackConfig) -> list[Path]:
    """Put Kafka's and Temporal's data aside: they know facts and steps that, as of now, never were."""
    paths = [(config.state / "kafka" / name / "data", name) for name in config.kafka_names]
    paths += [(temporal.database(config).parent, "temporal")]
    return [_put_aside(config, path, name) for path, name in paths if path.exists()]
