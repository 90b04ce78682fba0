"""Installs the vault and the key store: numbered SQL files, each applied once, in its own transaction.

Plain SQL, since the vault is functions and privileges more than tables, and must be read by whoever audits it. A file
that was applied may not change afterwards: its digest is kept and compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from asyncpg import Connection

from shared.persistence.roles import KEYSTORE, SERVICES, VAULT, quoted
from shared.vault.errors import VaultError

MIGRATIONS = Path(__file__).parent / "migrations"

PUTTING = (
    "vault.put(uuid, uuid[], text[], text[], bytea[])",
    "vault.grant(uuid, text[], text[], text[], timestamptz[], uuid[])",
    "vault.revoke(uuid, text, text, text, uuid)",
)
"""What the API and the worker of a service may call."""

OPENING = ("vault.ask(uuid[], uuid, text, text, text, timestamptz)", "vault.redeem(uuid[])")
"""What the API alone may call: a worker never opens the vault."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered SQL file."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(schema: str) -> list[Migration]:
    """Return the files of `schema` in their order; a gap in the numbers is a mistake of ours and raises."""
    found = [
        Migration(int(path.name.split("_")[0]), path.stem, path.read_text(encoding="utf-8"))
        for path in sorted((MIGRATIONS / schema).glob("[0-9]*.sql"))
    ]
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise VaultError("vault_migration_gap", f"The migrations of {schema} are not numbered 1, 2, 3 ...")
    return found


async def install(admin: Connection) -> None:
    """Bring the schema `vault` of this database up to date and give EXECUTE to the services. May be run again."""
    await _upgrade(admin, VAULT, "vault_owner")
    async with admin.transaction():
        await admin.execute("set local role vault_owner")
        for service in SERVICES:
            api, worker = quoted(f"{service}_api"), quoted(f"{service}_worker")
            await admin.execute(f"grant execute on function {', '.join(PUTTING)} to {api}, {worker}")
            await admin.execute(f"grant execute on function {', '.join(OPENING)} to {api}")
            await admin.execute(f"revoke execute on function {', '.join(OPENING)} from {worker}")


async def install_keystore(admin: Connection) -> None:
    """Bring the schema `keystore` of this database up to date. May be run again."""
    await _upgrade(admin, KEYSTORE, "keystore_owner")
    async with admin.transaction():
        await admin.execute("set local role keystore_owner")
        await admin.execute("grant select, insert, delete on keystore.unit_keys to keystore_app")


async def _upgrade(admin: Connection, schema: str, owner: str) -> None:
    history = f"{quoted(schema)}.schema_history"
    async with admin.transaction():
        # Two installers at once: the second waits here, then finds everything done.
        await admin.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"install:{schema}")
        await admin.execute("set local lock_timeout = '10s'")
        await admin.execute(f"set local role {quoted(owner)}")
        await admin.execute(
            f"create table if not exists {history} (number int primary key, name text not null,"
            " digest text not null, applied_at timestamptz not null default clock_timestamp())"
        )
        applied = {row["number"]: row["digest"] for row in await admin.fetch(f"table {history}")}
        for migration in migrations(schema):
            if migration.number not in applied:
                await admin.execute(migration.sql)
                await admin.execute(
                    f"insert into {history} (number, name, digest) values ($1, $2, $3)",
                    migration.number,
                    migration.name,
                    migration.digest,
                )
            elif applied[migration.number] != migration.digest:
                raise VaultError(
                    "vault_migration_altered",
                    f"Migration {migration.name} was applied with another text.",
                    remedy="Restore the file and add a new migration.",
                )
