"""Backups on the two real Postgres servers: what is in them, what a restore brings back, what is refused."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from deploy import cli
from deploy.backup import homes, restoring, taking
from deploy.config import DATABASE, KEYSTORE, KEYSTORE_SERVER, MAIN_SERVER, SERVERS, StackConfig
from deploy.errors import StackError
from deploy.local import postgres
from deploy.secret_files import write_secret
from deploy.stack import Stack
from shared.persistence.migrate import migrate_all

pytestmark = pytest.mark.timeout(180)


@dataclass
class Machine:
    """The two servers of one state folder, and a table of words in each database."""

    config: StackConfig
    stack: Stack

    def up(self) -> None:
        for server in SERVERS:
            if not self.stack.alive(server):
                self.stack.start(server)

    def down(self) -> None:
        for server in SERVERS:
            if self.stack.alive(server):
                self.stack.stop(server)

    def kill(self) -> None:
        for server in SERVERS:
            self.stack.kill(server)

    def say(self, word: str, database: str = DATABASE) -> datetime:
        """Write a word; return a moment after its commit and before any later one."""

        async def write() -> datetime:
            connection = await asyncpg.connect(self.config.dsn("postgres", database))
            try:
                await connection.execute("create table if not exists public.said (word text)")
                await connection.execute("insert into public.said values ($1)", word)
                moment: datetime = await connection.fetchval("select clock_timestamp()")
                return moment
            finally:
                await connection.close()

        return asyncio.run(write())

    def said(self, database: str = DATABASE) -> set[str]:
        """The words that are there."""

        async def read() -> set[str]:
            connection = await asyncpg.connect(self.config.dsn("postgres", database))
            try:
                return {row["word"] for row in await connection.fetch("select word from public.said")}
            finally:
                await connection.close()

        return asyncio.run(read())

    def take(self, server: str) -> homes.Backup:
        return taking.take(self.config, server, self.config.backup_home(server))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Both servers, migrated, with a state folder of their own."""
    state = Path(tempfile.mkdtemp(prefix="tov-backup-", dir="/tmp"))  # a socket path has 107 bytes
    config = StackConfig.load(state, settings={})
    config.make_folders()
    config.make_keys()
    made = Machine(config, Stack(postgres.specs(config), config.logs))
    try:
        made.up()
        passwords = config.role_passwords()
        asyncio.run(migrate_all(config.pg_admin_dsn, passwords, keystore_dsn=config.keystore_admin_dsn))
        yield made
    finally:
        made.stack.stop_all()
        shutil.rmtree(state, ignore_errors=True)


def tovholder(machine: Machine, *arguments: str) -> int:
    """Run the command on the machine's state folder, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOVHOLDER_STATE", str(machine.config.state))
        return cli.run(list(arguments))


def test_each_server_has_the_roles_of_its_own_database_and_no_others(machine: Machine) -> None:
    async def logins(dsn: str) -> set[str]:
        connection = await asyncpg.connect(dsn)
        try:
            return {row[0] for row in await connection.fetch("select rolname from pg_roles where rolname !~ '^pg_'")}
        finally:
            await connection.close()

    main, keys = (asyncio.run(logins(machine.config.admin_dsn(server))) for server in SERVERS)
    assert {"intake_api", "vault_owner"} <= main
    assert "keystore_app" in keys
    assert main & keys == {"postgres"}


def test_who_holds_the_backups_of_one_server_holds_nothing_of_the_other(machine: Machine) -> None:
    machine.up()
    words = {server: f"canary-{uuid4().hex}" for server in SERVERS}
    machine.say(words[MAIN_SERVER], DATABASE)
    machine.say(words[KEYSTORE_SERVER], KEYSTORE)
    for server in SERVERS:
        machine.take(server)
    machine.down()  # what was not in a closed segment is archived at the stop

    for server in SERVERS:
        files = [file for file in machine.config.backup_home(server).rglob("*") if file.is_file()]
        holding = {word for word in words.values() for file in files if word.encode() in file.read_bytes()}
        assert holding == {words[server]}


def test_a_restore_to_a_moment_brings_back_exactly_what_was_committed_before_it(machine: Machine) -> None:
    machine.up()
    machine.say("before the backup")
    backup = machine.take(MAIN_SERVER)
    moment = machine.say("after the backup")
    machine.say("after the moment")
    machine.say("keys stay", KEYSTORE)
    machine.down()

    code = tovholder(machine, "backup", "restore", str(backup.folder), "--until", moment.isoformat(), "--yes")

    assert code == 0
    machine.up()
    assert {"before the backup", "after the backup"} <= machine.said()
    assert "after the moment" not in machine.said()
    assert "keys stay" in machine.said(KEYSTORE), "the key store stays at its newest"


def test_after_a_crash_a_restore_without_a_moment_loses_no_commit(machine: Machine) -> None:
    machine.up()
    backup = machine.take(MAIN_SERVER)
    machine.say("last words")
    machine.kill()
    assert taking.unarchived(machine.config, MAIN_SERVER), "the last segment was not archived"

    assert tovholder(machine, "backup", "restore", str(backup.folder), "--yes") == 0

    machine.up()
    assert "last words" in machine.said()


def test_a_restore_that_was_killed_is_given_again_and_loses_no_commit(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.up()
    backup = machine.take(MAIN_SERVER)
    machine.say("the very last words")
    machine.kill()
    assert taking.unarchived(machine.config, MAIN_SERVER), "the last segment was not archived"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_lay_out", killed)
        patch.setattr(restoring, "_put_back", killed)  # who is killed puts nothing back
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(machine.config, backup.folder)
    assert restoring.marker(machine.config).exists()

    assert tovholder(machine, "backup", "restore", str(backup.folder), "--yes") == 0

    machine.up()
    assert "the very last words" in machine.said()


def test_the_key_store_comes_back_to_its_newest_and_never_to_an_earlier_moment(machine: Machine) -> None:
    machine.up()
    backup = machine.take(KEYSTORE_SERVER)
    machine.say("a key", KEYSTORE)
    machine.down()
    shutil.rmtree(postgres.data_folder(machine.config, KEYSTORE_SERVER))  # the disk is gone

    with pytest.raises(StackError) as refused:
        restoring.restore(machine.config, backup.folder, datetime.now(UTC))
    assert refused.value.code == "restore-keys-until"
    assert tovholder(machine, "backup", "restore", str(backup.folder), "--yes") == 0

    machine.up()
    assert "a key" in machine.said(KEYSTORE)


def test_what_a_restore_replaces_of_the_key_store_lies_with_its_backups_and_apart_from_the_texts(
    machine: Machine,
) -> None:
    machine.up()
    backups = {server: machine.take(server) for server in SERVERS}
    machine.down()
    for server in (KEYSTORE_SERVER, MAIN_SERVER):
        restoring.restore(machine.config, backups[server].folder)
        restoring.finished(machine.config)

    keys, texts = machine.config.backup_home(KEYSTORE_SERVER) / "replaced", machine.config.state / "replaced"
    assert [folder.name.partition("-")[0] for folder in keys.iterdir()] == [KEYSTORE_SERVER]
    assert KEYSTORE_SERVER not in {folder.name.partition("-")[0] for folder in texts.iterdir()}
    assert {*keys.iterdir()} <= {*homes.aside(machine.config)}
    homes.prune(machine.config, datetime.now(UTC) + homes.KEPT + timedelta(days=1))
    assert [*keys.iterdir()] == []


def test_a_moment_that_the_log_does_not_reach_changes_nothing(machine: Machine) -> None:
    machine.up()
    backup = machine.take(MAIN_SERVER)
    machine.say("stays")
    machine.down()

    with pytest.raises(StackError) as refused:
        restoring.restore(machine.config, backup.folder, datetime.now(UTC) + timedelta(days=1))

    assert refused.value.code == "restore-target-unreached"
    restoring.refuse_unfinished(machine.config)
    machine.up()
    assert "stays" in machine.said()


def test_a_restore_under_other_passwords_says_so_at_once_and_an_unfinished_one_stays_unfinished(
    machine: Machine,
) -> None:
    machine.up()
    backup = machine.take(MAIN_SERVER)
    machine.down()
    passwords = machine.config.secrets_dir / "passwords.json"
    right = passwords.read_text()
    restoring.marker(machine.config).write_text("{}")
    try:
        write_secret(passwords, right.replace(machine.config.passwords()["postgres"], "another-password"))
        with pytest.raises(StackError) as refused:
            restoring.restore(machine.config, backup.folder)
        with pytest.raises(StackError) as unfinished:
            restoring.refuse_unfinished(machine.config)
    finally:
        write_secret(passwords, right)
        restoring.finished(machine.config)

    assert (refused.value.code, unfinished.value.code) == ("restore-passwords", "restore-unfinished")
    machine.up()


def test_a_moment_before_the_backup_is_refused(machine: Machine) -> None:
    machine.up()
    backup = machine.take(MAIN_SERVER)

    with pytest.raises(StackError) as refused:
        restoring.restore(machine.config, backup.folder, backup.began_at)

    assert refused.value.code == "restore-before-backup"


def test_nothing_starts_while_a_restore_is_unfinished(machine: Machine) -> None:
    restoring.marker(machine.config).write_text("{}")
    try:
        with pytest.raises(StackError) as refused:
            restoring.refuse_unfinished(machine.config)
        assert refused.value.code == "restore-unfinished"
    finally:
        restoring.finished(machine.config)


def test_an_altered_file_and_a_missing_segment_are_found(machine: Machine) -> None:
    machine.up()
    backup = machine.take(MAIN_SERVER)
    for number in range(2):
        machine.say(f"word {number}")
        machine.take(MAIN_SERVER)
    machine.down()
    assert tovholder(machine, "backup", "verify", str(backup.folder)) == 0
    archive = taking.archive_of(machine.config, backup)
    after = [file for file in homes.segments(archive) if file.name[8:] > backup.first_segment[8:]]
    after[0].rename(archive / "hidden")

    with pytest.raises(StackError) as broken:
        taking.verify(machine.config, backup.folder)
    (archive / "hidden").rename(after[0])
    with (backup.base / "PG_VERSION").open("r+b") as file:
        file.write(b"9")
    with pytest.raises(StackError) as damaged:
        taking.verify(machine.config, backup.folder)

    assert broken.value.code == "backup-log-broken"
    assert after[0].name[8:] in broken.value.detail
    assert damaged.value.code == "backup-damaged"
    shutil.rmtree(backup.folder)


@pytest.mark.parametrize("inside", [".", "below"])
def test_homes_that_are_one_or_nested_are_refused(machine: Machine, tmp_path: Path, inside: str) -> None:
    machine.up()

    code = tovholder(machine, "backup", "create", "--to", str(tmp_path), "--keys-to", str(tmp_path / inside))

    assert code == StackError.exit_code
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_holds_the_other_servers_backup_is_refused(machine: Machine, tmp_path: Path) -> None:
    machine.up()
    taking.take(machine.config, MAIN_SERVER, tmp_path)

    with pytest.raises(StackError) as refused:
        homes.refuse_meeting({KEYSTORE_SERVER: tmp_path, MAIN_SERVER: machine.config.backup_home(MAIN_SERVER)})

    assert refused.value.code == "backup-homes-meet"


def test_after_thirty_days_nothing_of_the_key_store_is_left_and_the_main_servers_newest_is(machine: Machine) -> None:
    machine.up()
    for server in SERVERS:
        machine.take(server)
    newest = homes.found(machine.config.backup_home(MAIN_SERVER))[-1]
    machine.down()
    later = datetime.now(UTC) + homes.KEPT + timedelta(days=1)

    homes.prune(machine.config, later)

    assert homes.found(machine.config.backup_home(MAIN_SERVER)) == [newest]
    kept = homes.segments(taking.archive_of(machine.config, newest))
    assert kept[0].name[8:] == newest.first_segment[8:], "the log before it is gone, the log after it is not"
    keys = machine.config.backup_home(KEYSTORE_SERVER)
    assert homes.found(keys) == []
    assert [file for file in keys.rglob("*") if homes.SEGMENT.match(file.name)] == []
    assert homes.aside(machine.config) == []
