"""What the tests of the vault speak of: a Postgres with its roles, an adviser, a sealed text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.persistence.roles import DATABASE, KEYSTORE_DATABASE
from shared.vault import FieldClass, Grant, Looker, LookReason, Plain, Vault

ADVISER = Looker(UUID(int=7), "hotline:national", "HOTLINE_ADVISER")
GRANT_ADVISER = Grant(ADVISER.organisation, ADVISER.role, FieldClass.CASE_TEXT)


@dataclass(frozen=True)
class Cluster:
    """Where the test's Postgres is, and the passwords of its roles."""

    socket: Path
    passwords: dict[str, str]

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """Return the DSN of a role, in the form of the settings."""
        return f"postgresql+asyncpg://{role}:{self.passwords[role]}@/{database}?host={self.socket}"

    async def connect(self, role: str, database: str = DATABASE) -> asyncpg.Connection:
        """Return a bare connection as a role."""
        return await asyncpg.connect(self.dsn(role, database).replace("+asyncpg", ""))

    async def destroy(self, holder: str, ref: UUID) -> list[UUID | bool]:
        """Destroy the key of a `unit` or a `person` as the keeper does; return what the key store answers."""
        keeper = await self.connect("keystore_keeper", KEYSTORE_DATABASE)
        rows = await keeper.fetch(f"select keystore.destroy_{holder}($1)", ref)
        await keeper.close()
        return [row[0] for row in rows]


@dataclass(frozen=True)
class Sealed:
    """A unit with one text that the adviser may open."""

    unit: UUID
    blob: UUID
    text: str = "Bekymring om en ung, skrevet af en prøve"


async def open_one(vault: Vault, engine: AsyncEngine, blob: UUID, looker: Looker = ADVISER) -> Plain:
    """Ask and redeem as a page does."""
    [plain] = await vault.look(engine, looker=looker, blobs=[blob], reason=LookReason.TRIAGE)
    return plain
