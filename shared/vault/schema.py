"""Installs the vault and the key store (`shared.persistence.sql_files`), and says which role may call which function."""

from __future__ import annotations

from pathlib import Path

from asyncpg import Connection

from shared.persistence.roles import KEYSTORE, SERVICES, VAULT, quoted
from shared.persistence.sql_files import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"

PUTTING = (
    "vault.put(uuid, uuid[], text[], text[], bytea[])",
    "vault.grant(uuid, text[], text[], text[], timestamptz[], uuid[])",
    "vault.revoke(uuid, text, text, text, uuid)",
)
"""What the API and the worker of a service may call."""

OPENING = (
    "vault.ask(uuid[], uuid, text, text, text, timestamptz)",
    "vault.redeem(uuid[])",
    "vault.explain(uuid[], uuid)",
)
"""What the API alone may call: a worker never opens the vault."""


async def install(admin: Connection) -> None:
    """Bring the schema `vault` of this database up to date and give EXECUTE to the services. May be run again."""
    await upgrade(admin, VAULT, "vault_owner", MIGRATIONS / VAULT)
    async with admin.transaction():
        await admin.execute("set local role vault_owner")
        for service in SERVICES:
            api, worker = quoted(f"{service}_api"), quoted(f"{service}_worker")
            await admin.execute(f"grant execute on function {', '.join(PUTTING)} to {api}, {worker}")
            await admin.execute(f"grant execute on function {', '.join(OPENING)} to {api}")
            await admin.execute(f"revoke execute on function {', '.join(OPENING)} from {worker}")


async def install_keystore(admin: Connection) -> None:
    """Bring the schema `keystore` of this database up to date. May be run again."""
    await upgrade(admin, KEYSTORE, "keystore_owner", MIGRATIONS / KEYSTORE)
    async with admin.transaction():
        await admin.execute("set local role keystore_owner")
        await admin.execute("grant select, insert, delete on keystore.unit_keys to keystore_app")
