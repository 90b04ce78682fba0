"""Brings a database up to date: roles and schemas, the vault, the access log, each service's Alembic revisions, and what hardens them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.audit import schema as audit_schema
from shared.identity import schema as identity_schema
from shared.persistence import roles
from shared.vault import schema as vault_schema

SERVICES = ("intake", "assessment", "corps", "notify")
DATABASE = "tovholder"
KEYSTORE = "tovholder_keys"

MONTHS_AHEAD = 24
"""Months that get a partition of facts of their own; a migration is due at least every two years."""


async def migrate_all(
    admin_dsn: str, passwords: Mapping[str, str], services: Sequence[str] = SERVICES, *, keystore_dsn: str | None = None
) -> None:
    """Bring everything up to date; may be run again at any time, also by two at once.

    `admin_dsn` is a `postgresql://` URL of a superuser, `passwords` gives each role's password. `keystore_dsn` is the
    same for the server of the key store, where it has one of its own, as it must where anything real is kept.
    """
    await roles.bootstrap(admin_dsn, passwords, keystore_dsn)
    await _vault(admin_dsn, keystore_dsn or admin_dsn)
    for service in services:
        await _service(_as_role(admin_dsn, f"{service}_owner", passwords[f"{service}_owner"]), service)
        await _harden(admin_dsn, service)


async def _vault(admin_dsn: str, keystore_dsn: str) -> None:
    main = await asyncpg.connect(_to_database(admin_dsn, DATABASE))
    try:
        await vault_schema.install(main)
        await identity_schema.install(main)
        await audit_schema.install(main)
    finally:
        await main.close()
    keys = await asyncpg.connect(_to_database(keystore_dsn, KEYSTORE))
    try:
        await vault_schema.install_keystore(keys)
    finally:
        await keys.close()


async def _harden(admin_dsn: str, service: str) -> None:
    admin = await asyncpg.connect(_to_database(admin_dsn, DATABASE))
    try:
        await roles.harden(admin, service)
    finally:
        await admin.close()


async def _service(owner_dsn: str, service: str) -> None:
    """Run the service's revisions as its owner, under an advisory lock so that two runs do not meet."""
    engine = create_async_engine(owner_dsn.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(
                sa.text("select pg_advisory_lock(hashtextextended(:key, 0))"), {"key": f"migrate/{service}"}
            )
            await connection.commit()
            await connection.run_sync(_upgrade, service)
            await connection.commit()
            # Each run looks ahead anew, or facts would all land in the default partition two years after the first.
            await connection.execute(sa.text(f"select {service}.ensure_fact_partitions({MONTHS_AHEAD})"))
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: sa.Connection, service: str) -> None:
    config = configuration(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def configuration(service: str) -> Config:
    """Return the Alembic configuration of a service; there is no ini file."""
    package = importlib.import_module(f"services.{service}")
    assert package.__file__ is not None
    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent / "migrations"))
    config.attributes["schema"] = service
    return config


def _to_database(dsn: str, database: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


def _as_role(dsn: str, role: str, password: str) -> str:
    parts = urlsplit(dsn)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{place}", path=f"/{DATABASE}"))
