"""Databases, roles and schemas of one Postgres cluster: who may touch what, before any table is there.

Each service has an owner (migrations), an API role and a worker role, and a schema that nobody else can see. The vault
and the key store have owners of their own. Everything here may be run again: it changes only what differs.

Passwords reach the server as SCRAM verifiers, so that neither the server's log nor a statement view can hold one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Final

import asyncpg
from asyncpg import Connection, Record

from shared.errors import Conflict, Invalid

SERVICES: Final = ("intake", "assessment", "corps", "notify")
DATABASE: Final = "tovholder"
KEYSTORE_DATABASE: Final = "tovholder_keys"
EVERYTHING: Final = frozenset({DATABASE, KEYSTORE_DATABASE})
VAULT: Final = "vault"
KEYSTORE: Final = "keystore"
AUDIT: Final = "audit"
IDENTITY: Final = "identity"

OWNERS: Final = (
    *(f"{service}_owner" for service in SERVICES),
    "vault_owner",
    "audit_owner",
    "identity_owner",
    "keystore_owner",
)
KEEPERS: Final = ("vault_keeper", "audit_sealer", "identity_keeper", "keystore_keeper")
"""Who keeps order apart from the services: erasure, the chain of the access log, sessions, the age of keys."""
LOGINS: Final = (
    *(f"{service}_{kind}" for service in SERVICES for kind in ("api", "worker")),
    "keystore_app",
    "keystore_binder",
    *KEEPERS,
)
ROLES: Final = (*OWNERS, *LOGINS)

DELETABLE: Final = {
    "idempotency": ("api", "worker"),
    "inbox": ("worker",),
    "outbox": ("worker",),
    "parked_keys": ("worker",),
    "person": ("api",),
    "draft": ("api", "worker"),
    "postal_code": ("worker",),
    "saved_view": ("api",),
}
"""Tables whose rows may go in the ordinary course: what is pruned by age, published, replayed, sent, replaced by a newer list, or
taken off a list of staff.
"""

APPEND_ONLY: Final = ("facts", "assignment")
READ_ONLY: Final = ("alembic_version",)

_SCRAM_ITERATIONS: Final = 4096
_IDENTIFIER: Final = re.compile(r"^[a-z_][a-z0-9_]{0,62}$")


def quoted(identifier: str) -> str:
    """Return an identifier for use in SQL; refuse what we would never name anything."""
    if not _IDENTIFIER.match(identifier):
        raise Invalid("bad_identifier", "A database name is lower case letters, digits and '_'.")
    return f'"{identifier}"'


def scram_verifier(password: str) -> str:
    """Return what Postgres stores for `password` (RFC 5803), with a fresh salt.

    ASCII only: other passwords would need SASLprep, and ours are generated.
    """
    if not password.isascii() or not password.isprintable() or len(password) < 8:
        raise Invalid("bad_password", "A role's password is at least 8 printable ASCII characters.")
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_SCRAM_ITERATIONS}:{salt64}${stored64}:{server64}"


async def bootstrap(admin_dsn: str, passwords: Mapping[str, str], keystore_dsn: str | None = None) -> None:
    """Make databases, roles, schemas and privileges. `passwords` maps role to password; owners may be without one.

    `admin_dsn` names a role that may create databases and roles, in any database of the cluster; `keystore_dsn` the same
    in the key store's own cluster, which then holds its roles and nobody else's. An owner without a password cannot log
    in; migrations then run as the administrator with `set role`. Raises `Conflict` (`keystore_in_main`).
    """
    await _cluster(admin_dsn, passwords, {DATABASE} if keystore_dsn else {DATABASE, KEYSTORE_DATABASE})
    if keystore_dsn:
        await _cluster(keystore_dsn, passwords, {KEYSTORE_DATABASE})


async def _cluster(admin_dsn: str, passwords: Mapping[str, str], databases: AbstractSet[str]) -> None:
    """Make what belongs into one cluster that holds these databases."""
    admin = await asyncpg.connect(_plain(admin_dsn))
    try:
        if KEYSTORE_DATABASE not in databases:
            await _refuse_keystore(admin)
        await make_roles(admin, passwords, databases)
        await make_databases(admin, databases)
    finally:
        await admin.close()
    for database, make in ((DATABASE, make_service_schemas), (KEYSTORE_DATABASE, make_keystore_schema)):
        if database not in databases:
            continue
        admin = await asyncpg.connect(_plain(admin_dsn), database=database)
        try:
            await make(admin)
        finally:
            await admin.close()


async def _refuse_keystore(admin: Connection) -> None:
    if await admin.fetchval("select 1 from pg_database where datname = $1", KEYSTORE_DATABASE):
        raise Conflict(
            "keystore_in_main",
            f"the main server still holds the database {KEYSTORE_DATABASE}, which has a server of its own",
            remedy="Move it with pg_dump and psql and drop it there (runbook, Backups), or `tovholder reset` test data.",
        )


def roles_of(databases: AbstractSet[str]) -> tuple[str, ...]:
    """Return the roles of a cluster that holds these databases: those of the key store stand where its database is."""
    return tuple(role for role in ROLES if _home(role) in databases)


def _home(role: str) -> str:
    return KEYSTORE_DATABASE if role.startswith("keystore_") else DATABASE


async def make_roles(admin: Connection, passwords: Mapping[str, str], databases: AbstractSet[str] = EVERYTHING) -> None:
    """Make the roles of a cluster that holds these databases and set their passwords.

    Refuses unknown roles, missing passwords and powerful roles.
    """
    if unknown := sorted(set(passwords) - set(ROLES)):
        raise Invalid("unknown_role", f"Passwords were given for unknown roles: {', '.join(unknown)}.")
    if missing := sorted(set(LOGINS) - set(passwords)):
        raise Invalid("missing_password", f"These roles have no password: {', '.join(missing)}.")
    async with admin.transaction():
        await admin.execute("select pg_advisory_xact_lock(hashtextextended('tovholder:roles', 0))")
        for role in roles_of(databases):
            await _make_role(admin, role, passwords.get(role))
        await _refuse_powers(admin)


async def _make_role(admin: Connection, role: str, password: str | None) -> None:
    if not await admin.fetchval("select 1 from pg_roles where rolname = $1", role):
        await admin.execute(f"create role {quoted(role)} noinherit")
    if password is None:
        await admin.execute(f"alter role {quoted(role)} nologin password null")
    else:
        await admin.execute(f"alter role {quoted(role)} login password '{scram_verifier(password)}'")
    if role in OWNERS and not await admin.fetchval("select rolsuper from pg_roles where rolname = current_user"):
        await admin.execute(f"grant {quoted(role)} to current_user")


async def _refuse_powers(admin: Connection) -> None:
    powerful = await admin.fetchval(
        "select string_agg(rolname, ', ' order by rolname) from pg_roles where rolname = any($1::text[])"
        " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)",
        list(ROLES),
    )
    if powerful:
        raise Invalid("powerful_role", f"These roles have powers that no service may have: {powerful}.")


async def make_databases(admin: Connection, databases: AbstractSet[str] = EVERYTHING) -> None:
    """Make these databases and let in only who belongs there. Not in a transaction: Postgres forbids it."""
    for database in sorted(databases):
        roles = [role for role in ROLES if _home(role) == database]
        if not await admin.fetchval("select 1 from pg_database where datname = $1", database):
            # Another bootstrap may be first: what is wanted is there then.
            with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await admin.execute(f"create database {quoted(database)} template template0 encoding 'UTF8'")
        await admin.execute(f"revoke all on database {quoted(database)} from public")
        await admin.execute(f"grant connect on database {quoted(database)} to {', '.join(map(quoted, roles))}")


async def make_service_schemas(admin: Connection) -> None:
    """Make the schema of each service and of the vault, in the database `tovholder`."""
    async with admin.transaction():
        await _close_public(admin)
        for service in SERVICES:
            api, worker = f"{service}_api", f"{service}_worker"
            await _make_schema(admin, service, f"{service}_owner", (api, worker))
            await _default_privileges(admin, service, (api, worker))
        guests = tuple(f"{service}_{kind}" for service in SERVICES for kind in ("api", "worker"))
        await _make_schema(admin, VAULT, "vault_owner", (*guests, "vault_keeper", "audit_owner"))
        await _make_schema(admin, AUDIT, "audit_owner", (*guests, "audit_sealer"))
        await _make_schema(admin, IDENTITY, "identity_owner", (*guests, "identity_keeper"))
        for owner in ("vault_owner", "audit_owner", "identity_owner"):
            # Also for functions of later migrations: nobody runs one that was not given to them by name.
            await admin.execute(f"alter default privileges for role {owner} revoke execute on functions from public")


async def make_keystore_schema(admin: Connection) -> None:
    """Make the schema of the key store, in the database `tovholder_keys`."""
    async with admin.transaction():
        await _close_public(admin)
        await _make_schema(admin, KEYSTORE, "keystore_owner", ("keystore_app", "keystore_binder", "keystore_keeper"))


async def _close_public(admin: Connection) -> None:
    await admin.execute("select pg_advisory_xact_lock(hashtextextended('tovholder:schemas', 0))")
    await admin.execute("revoke all on schema public from public")


async def _make_schema(admin: Connection, schema: str, owner: str, guests: tuple[str, ...]) -> None:
    await admin.execute(f"create schema if not exists {quoted(schema)} authorization {quoted(owner)}")
    await admin.execute(f"revoke all on schema {quoted(schema)} from public")
    await admin.execute(f"grant usage on schema {quoted(schema)} to {', '.join(map(quoted, guests))}")


async def _default_privileges(admin: Connection, schema: str, roles: tuple[str, ...]) -> None:
    to = ", ".join(map(quoted, roles))
    rule = f"alter default privileges for role {quoted(f'{schema}_owner')} in schema {quoted(schema)}"
    await admin.execute(f"{rule} grant select, insert, update on tables to {to}")
    await admin.execute(f"{rule} grant usage, select on sequences to {to}")


async def harden(admin: Connection, schema: str) -> None:
    """Narrow the privileges on a service's tables after its migrations; administrator or owner may run it again.

    Facts and their partitions are append-only for the API and the worker; the version table of Alembic is read-only;
    only the tables of `DELETABLE` may lose rows. The api has no part in the worker's own tables, and reads no outbox.
    """
    if schema not in SERVICES:
        raise Invalid("unknown_schema", "Only the schema of a service is hardened.")
    api, worker = quoted(f"{schema}_api"), quoted(f"{schema}_worker")
    async with admin.transaction():
        await admin.execute(f"set local role {quoted(f'{schema}_owner')}")
        for table in await _tables(admin, schema):
            name, root = f"{quoted(schema)}.{quoted(table['name'])}", table["root"]
            await admin.execute(f"revoke delete, truncate, references, trigger on {name} from {api}, {worker}")
            if root != table["name"]:
                # A partition is reached through its table alone: the policies are there.
                await admin.execute(f"revoke all on {name} from {api}, {worker}")
            if root in APPEND_ONLY:
                await admin.execute(f"revoke update on {name} from {api}, {worker}")
            elif root in READ_ONLY:
                await admin.execute(f"revoke insert, update on {name} from {api}, {worker}")
            for kind in DELETABLE.get(root, ()):
                await admin.execute(f"grant delete on {name} to {quoted(f'{schema}_{kind}')}")


async def _tables(admin: Connection, schema: str) -> list[Record]:
    """Return `name` and `root` of each table; the root of a partition is the table that it is a part of."""
    rows: list[Record] = await admin.fetch(
        "select c.relname as name, coalesce(r.relname, c.relname) as root"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " left join pg_class r on c.relispartition and r.oid = pg_partition_root(c.oid)"
        " where n.nspname = $1 and c.relkind in ('r', 'p') order by 1",
        schema,
    )
    return rows


def _plain(dsn: str) -> str:
    """Return a DSN that asyncpg understands, whichever form the setting has."""
    return dsn.replace("postgresql+asyncpg://", "postgresql://", 1)
