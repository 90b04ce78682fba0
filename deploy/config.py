"""Everything that the parts of one stack must agree on: folders, ports, passwords, names."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from deploy.ports import PortBook
from deploy.secret_files import prepare_codec_keys, prepare_secrets, write_secret

PROJECT = Path(__file__).resolve().parent.parent
SERVICES = ("intake", "assessment", "corps", "notify")
KINDS = ("api", "worker")
DATABASE = "tovholder"
KEYSTORE = "tovholder_keys"
SUPERUSER = "postgres"
MAIN_SERVER, KEYSTORE_SERVER = "postgres", "keystore"
SERVERS = (MAIN_SERVER, KEYSTORE_SERVER)
SUPERUSERS = {MAIN_SERVER: SUPERUSER, KEYSTORE_SERVER: "keystore_postgres"}
"""Under which name the file of passwords keeps the superuser of each Postgres server; the role is `postgres` in both."""
ROLES = (
    *(f"{service}_{kind}" for service in SERVICES for kind in ("owner", *KINDS)),
    "vault_owner",
    "vault_keeper",
    "audit_owner",
    "audit_sealer",
    "identity_owner",
    "identity_keeper",
    "keystore_owner",
    "keystore_app",
    "keystore_binder",
    "keystore_keeper",
)
# How long a path to a Unix socket may be: 107 bytes on Linux, less elsewhere; "/.s.PGSQL.12345" takes 16.
LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True)
class StackConfig:
    """One stack: its state folder, and what is derived from it. Build it with `load`."""

    state: Path
    jars: Path
    ports: PortBook = field(repr=False)
    kafka_brokers: int = 1
    api_replicas: int = 1
    demo_clock: bool = False
    issuer_users_file: Path | None = None
    backups: Path | None = None
    keystore_backups: Path | None = None
    project: Path = PROJECT

    @classmethod
    def load(
        cls,
        state: Path | None = None,
        *,
        kafka_brokers: int = 1,
        demo_clock: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> StackConfig:
        """Read the settings TOVHOLDER_STATE, _JARS, _ISSUER_USERS, _API_REPLICAS, _BACKUPS, _KEYSTORE_BACKUPS, _PORT_<NAME>."""
        chosen = os.environ if settings is None else settings
        home = (state or Path(chosen.get("TOVHOLDER_STATE") or PROJECT / ".state")).expanduser().resolve()

        def folder(name: str) -> Path | None:
            given = chosen.get(f"TOVHOLDER_{name}")
            return Path(given).expanduser().resolve() if given else None

        return cls(
            state=home,
            jars=Path(chosen.get("TOVHOLDER_JARS") or PROJECT / ".state" / "jars").expanduser().resolve(),
            ports=PortBook(home / "ports.json", chosen),
            kafka_brokers=kafka_brokers,
            api_replicas=int(chosen.get("TOVHOLDER_API_REPLICAS") or 1),
            demo_clock=demo_clock,
            issuer_users_file=folder("ISSUER_USERS"),
            backups=folder("BACKUPS"),
            keystore_backups=folder("KEYSTORE_BACKUPS"),
        )

    def make_folders(self) -> None:
        """Make the state folder, which others may pass through (Postgres' own user must) and nobody else reads."""
        self.state.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o711)
        for name in ("logs", "kafka", "temporal", "gateway", "issuer", "mail", "secrets"):
            (self.state / name).mkdir(mode=0o700, exist_ok=True)

    @property
    def logs(self) -> Path:
        """Folder with one log file per process."""
        return self.state / "logs"

    @property
    def run_file(self) -> Path:
        """Who runs on this state folder now: pid of the supervisor and of every child."""
        return self.state / "run.json"

    @property
    def secrets_dir(self) -> Path:
        """Folder (0700) of passwords and keys."""
        return self.state / "secrets"

    def backup_home(self, server: str) -> Path:
        """Where the backups and the write-ahead log of a Postgres server are kept: never one inside the other."""
        if server == KEYSTORE_SERVER:
            return self.keystore_backups or self.state / "keystore-backups"
        return self.backups or self.state / "backups"

    @property
    def keyset_file(self) -> Path:
        """Key-encryption keys of the vault."""
        return self.secrets_dir / "vault-keyset.json"

    def codec_keyset_file(self, service: str) -> Path:
        """Keys that seal what Temporal stores of one service; no other service has them."""
        return self.secrets_dir / f"codec-{service}.json"

    def make_keys(self) -> None:
        """Make every file of keys that is missing; one that is there is never touched, for data hangs on it."""
        prepare_secrets(*self.keyset_files)
        files = {service: self.codec_keyset_file(service) for service in SERVICES}
        prepare_codec_keys(files, self.secrets_dir / "codec-keyset.json")

    @property
    def idempotency_secret_file(self) -> Path:
        """Keys of the digest with which a repeated request is recognised."""
        return self.secrets_dir / "idempotency-secret.json"

    @property
    def audit_keyset_file(self) -> Path:
        """Keys that sign the checkpoints of the access log."""
        return self.secrets_dir / "audit-keyset.json"

    @property
    def keyset_files(self) -> tuple[Path, ...]:
        """Every file of keys that must be there before a service starts."""
        return (self.keyset_file, self.idempotency_secret_file, self.audit_keyset_file)

    @property
    def checkpoint_folder(self) -> Path:
        """Checkpoints of the access log and the public keys: what a stranger is given beside an export."""
        return self.state / "checkpoints"

    @property
    def erasure_ledger_file(self) -> Path:
        """What was erased, one decision a line; applied again after a restore."""
        return self.state / "erasures" / "ledger.jsonl"

    @property
    def assets(self) -> Path:
        """What the gateway serves under /assets/, made by `python -m deploy.web.build`."""
        return self.project / "deploy" / "web" / "dist"

    @property
    def clock_file(self) -> Path:
        """Offset of domain time in the demo."""
        return self.state / "clock.json"

    @property
    def issuer_users(self) -> Path:
        """JSON list of the persons that the development issuer signs in."""
        return self.issuer_users_file or self.state / "issuer" / "users.json"

    @property
    def mail_dir(self) -> Path:
        """Where the development mail sink puts its .eml files."""
        return self.state / "mail"

    @property
    def socket_dir(self) -> Path:
        """Folder of Postgres' Unix socket; a short one elsewhere when the state folder's path is too long for a socket."""
        inside = self.state / "run"
        if len(str(inside).encode()) <= LONGEST_SOCKET_FOLDER:
            return inside
        digest = hashlib.sha256(str(self.state).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"tovholder-{os.geteuid()}-{digest}"

    @property
    def issuer_url(self) -> str:
        """What stands in `iss`: the issuer's own address on loopback."""
        return f"http://127.0.0.1:{self.ports.port('issuer')}"

    @property
    def gateway_url(self) -> str:
        """The one URL of the whole product."""
        return f"http://127.0.0.1:{self.ports.port('gateway')}"

    @property
    def bootstrap(self) -> str:
        """Kafka's bootstrap servers."""
        return ",".join(f"127.0.0.1:{self.ports.port(name)}" for name in self.kafka_names)

    @property
    def kafka_names(self) -> tuple[str, ...]:
        """Process and port names of the brokers: `kafka`, or `kafka_1` to `kafka_3`."""
        if self.kafka_brokers == 1:
            return ("kafka",)
        return tuple(f"kafka_{number}" for number in range(1, self.kafka_brokers + 1))

    @property
    def temporal_target(self) -> str:
        """Host and port of Temporal's frontend."""
        return f"127.0.0.1:{self.ports.port('temporal')}"

    def passwords(self) -> dict[str, str]:
        """Password of both superusers and of every role; made once, kept in the state folder with mode 0600."""
        file = self.secrets_dir / "passwords.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        missing = [role for role in (*SUPERUSERS.values(), *ROLES) if role not in known]
        if missing:
            known.update({role: secrets.token_urlsafe(24) for role in missing})
            write_secret(file, json.dumps(known, indent=2))
        return known

    def role_passwords(self) -> dict[str, str]:
        """Password by role, without the superusers': what the migrations give to the roles."""
        superusers = SUPERUSERS.values()
        return {role: password for role, password in self.passwords().items() if role not in superusers}

    def login_file(self, role: str) -> Path:
        """The password of one role in a file of its own (`.pgpass` of Postgres): whoever is given it learns no other.

        A superuser goes by its name in `SUPERUSERS`.
        """
        file = self.secrets_dir / "logins" / role
        user = SUPERUSER if role in SUPERUSERS.values() else role
        line = f"*:*:*:{user}:{self.passwords()[role]}\n"
        if not file.exists() or file.read_text() != line:
            write_secret(file, line)
        return file

    def login(self, role: str, database: str = DATABASE, *, driver: str = "postgresql", tcp: bool = False) -> str:
        """A connection string that may stand in the environment of a process: it names `login_file`, and no password."""
        place = self._place(server_of(database), database, tcp=tcp)
        passfile = quote(str(self.login_file(role)), safe="/")
        return f"{driver}://{role}@{place}{'&' if '?' in place else '?'}passfile={passfile}"

    def dsn(self, role: str, database: str = DATABASE, *, driver: str = "postgresql", tcp: bool = False) -> str:
        """A connection string of `role`, over the Unix socket or over loopback; holds the password.

        The database says which of the two servers is meant; `keystore_admin_dsn` is the way to the other's `postgres`.
        """
        return self._dsn(server_of(database), role, database, driver=driver, tcp=tcp)

    def _dsn(self, server: str, role: str, database: str, *, driver: str = "postgresql", tcp: bool) -> str:
        known = SUPERUSERS[server] if role == SUPERUSER else role
        password = quote(self.passwords()[known])
        return f"{driver}://{role}:{password}@{self._place(server, database, tcp=tcp)}"

    def _place(self, server: str, database: str, *, tcp: bool) -> str:
        """What follows the @ of a connection string: host, port and database."""
        port = self.ports.port(server)
        if tcp:
            return f"127.0.0.1:{port}/{database}"
        return f"/{database}?host={quote(str(self.socket_dir), safe='/')}&port={port}"

    @property
    def pg_admin_dsn(self) -> str:
        """The superuser's connection string to the main server, over loopback."""
        return self.admin_dsn(MAIN_SERVER)

    @property
    def keystore_admin_dsn(self) -> str:
        """The superuser's connection string to the key store's server, over loopback."""
        return self.admin_dsn(KEYSTORE_SERVER)

    def admin_dsn(self, server: str, *, driver: str = "postgresql") -> str:
        """The superuser's connection string to one of the two Postgres servers, over loopback."""
        return self._dsn(server, SUPERUSER, "postgres", driver=driver, tcp=True)


def server_of(database: str) -> str:
    """Which Postgres server holds a database: the key store and copies of it are apart from everything else."""
    return KEYSTORE_SERVER if database.endswith(KEYSTORE) else MAIN_SERVER
