"""Installs the schema `identity`: who may not be admitted with an older token, who is signed in, who works where."""

from __future__ import annotations

from pathlib import Path

from asyncpg import Connection

from shared.persistence.roles import IDENTITY, SERVICES, quoted
from shared.persistence.sql_files import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"

ADMITTED = "identity.admitted(uuid, timestamptz)"
REVOKE = "identity.revoke(uuid)"
SIGNED_IN = (
    "identity.begin_session(bytea, uuid, interval, interval)",
    "identity.use_session(bytea)",
    "identity.end_session(bytea)",
    "identity.begin_sign_in(bytea, text, text, text)",
    "identity.take_sign_in(bytea)",
    "identity.renew_session(bytea, jsonb, timestamptz, bytea)",
    "identity.read_session(bytea, boolean)",
    "identity.keep_tokens(bytea, bytea, bytea)",
    "identity.leave_session(bytea, boolean)",
)
END_ALL = "identity.end_sessions(uuid)"
KEEP_STAFF = ("identity.put_staff(jsonb)", "identity.drop_staff(uuid[])")
COLLEAGUES = "identity.colleagues(text)"
FORGET = "identity.forget_sessions(interval)"


async def install(admin: Connection) -> None:
    """Bring the schema up to date and give EXECUTE. May be run again.

    Every service asks who is admitted, and its pages keep sessions. Tokens are revoked, and a person is signed out everywhere, by
    the keeper, and by the directory of staff when it takes a role away; the directory keeps who works where as well.
    """
    await upgrade(admin, IDENTITY, "identity_owner", MIGRATIONS / IDENTITY)
    async with admin.transaction():
        await admin.execute("set local role identity_owner")
        for service in SERVICES:
            api, worker = quoted(f"{service}_api"), quoted(f"{service}_worker")
            await admin.execute(f"grant execute on function {ADMITTED} to {api}, {worker}")
            await admin.execute(f"grant execute on function {', '.join(SIGNED_IN)}, {COLLEAGUES} to {api}")
        await admin.execute(f"grant execute on function {REVOKE}, {END_ALL} to identity_keeper, notify_api")
        await admin.execute(f"grant execute on function {', '.join(KEEP_STAFF)} to notify_api")
        await admin.execute(f"grant execute on function {FORGET} to identity_keeper")
