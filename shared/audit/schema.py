"""Installs the chain of the access log, and says which role may call which function (`shared.persistence.sql_files`)."""

from __future__ import annotations

from pathlib import Path

from asyncpg import Connection

from shared.persistence.roles import AUDIT
from shared.persistence.sql_files import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"

SEALING = (
    "audit.claim(text)",
    "audit.seal(text, integer)",
    "audit.waiting()",
    "audit.heads()",
    "audit.hash_at(text, bigint)",
    "audit.bounds(text, timestamptz, timestamptz)",
    "audit.page(text, bigint, bigint, integer)",
    "audit.unsealed(text)",
    "audit.all_openings(uuid)",
)
"""What the sealer may call. It reads and writes no table, so that it cannot make up an entry or change one."""

SHOWING = "audit.openings(uuid)"
"""What services may call whose pages say who opened a text before, and the one with the officer's page."""

SHOWN_BY = ("intake_api", "assessment_api", "corps_api")


async def install(admin: Connection) -> None:
    """Bring the schema `audit` of this database up to date; the vault is there already. May be run again."""
    async with admin.transaction():
        await admin.execute("set local role vault_owner")
        await admin.execute("grant select on vault.looks, vault.look_reasons, vault.grants to audit_owner")
        await admin.execute("grant select (blob, field) on vault.sealed to audit_owner")
        await admin.execute("grant select, delete on vault.unchained to audit_owner")
    await upgrade(admin, AUDIT, "audit_owner", MIGRATIONS / AUDIT)
    async with admin.transaction():
        await admin.execute("set local role audit_owner")
        await admin.execute(f"grant execute on function {', '.join(SEALING)} to audit_sealer")
        await admin.execute(f"grant execute on function {SHOWING} to {', '.join(SHOWN_BY)}")
