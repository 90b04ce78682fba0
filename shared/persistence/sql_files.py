"""Schemas that are plain SQL: numbered files, each applied once, in its own transaction, by the schema's owner.

For schemas that are functions and privileges more than tables, and must be read by whoever audits them. A file that was
applied may not change afterwards: its digest is kept and compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from asyncpg import Connection

from shared.errors import TovholderError
from shared.persistence.roles import quoted


class SchemaAltered(TovholderError):
    """The numbered files do not fit what was applied."""


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


def migrations(folder: Path) -> list[Migration]:
    """Return the files of `folder` in their order; a gap in the numbers is a mistake of ours and raises."""
    found = [
        Migration(int(path.name.split("_")[0]), path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("[0-9]*.sql"))
    ]
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise SchemaAltered("schema_migration_gap", f"The migrations in {folder.name} are not numbered 1, 2, 3 ...")
    return found


async def upgrade(admin: Connection, schema: str, owner: str, folder: Path) -> None:
    """Apply what is missing of `folder` to `schema`. May be run again, also by two at once.

    Raises `SchemaAltered` if a file has another text than when it was applied.
    """
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
        for migration in migrations(folder):
            if migration.number not in applied:
                await admin.execute(migration.sql)
                await admin.execute(
                    f"insert into {history} (number, name, digest) values ($1, $2, $3)",
                    migration.number,
                    migration.name,
                    migration.digest,
                )
            elif applied[migration.number] != migration.digest:
                raise SchemaAltered(
                    "schema_migration_altered",
                    f"Migration {migration.name} was applied with another text.",
                    remedy="Restore the file and add a new migration.",
                )
