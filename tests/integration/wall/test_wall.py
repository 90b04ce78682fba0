"""The second wall: what Postgres itself refuses, whatever our queries forget (`architecture.md`, "Who may do what")."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from services.intake.tables import SPINE, ConcernRow
from shared.clock import WallClock
from shared.errors import NothingUpdated, Unauthenticated
from shared.lifecycle.actor import Actor
from shared.persistence import roles
from shared.persistence.work import UnitOfWork, build_engine
from tests.integration.spine.spine_world import ADVISER, Cluster, Intake

OPEN_TABLES = {
    "intake.help_offer": "told to any caller (domain.md 3.14)",
    "intake.postal_code": "which municipality a postal code is in: public knowledge",
    "corps.corps_municipality": "public: which municipalities keep members of the corps",
    "notify.counter": "national counters belong to no case and no organisation",
    **{f"{service}.alembic_version": "which revisions ran" for service in roles.SERVICES},
}
"""Tables that belong neither to a case nor to an organisation, and why."""

KEPT_APART = (roles.VAULT, roles.AUDIT, roles.IDENTITY)
"""Schemas that services reach through functions alone."""


async def test_every_table_of_a_case_or_an_organisation_is_behind_the_wall(admin: asyncpg.Connection) -> None:
    tables = await _tables(admin)
    walled = {row["name"] for row in tables if row["forced"]}
    without = {row["name"] for row in tables} - walled - set(OPEN_TABLES)

    assert not without, "a table needs a policy, or a reason in OPEN_TABLES"
    assert not walled & set(OPEN_TABLES)
    policed = {
        row["name"] for row in await admin.fetch("select schemaname || '.' || tablename as name from pg_policies")
    }
    assert walled <= policed


async def test_no_policy_lets_a_services_api_see_everything(admin: asyncpg.Connection) -> None:
    rows = await admin.fetch(
        "select schemaname || '.' || tablename as name, qual from pg_policies"
        " where roles && array(select (s || '_api')::name from unnest($1::text[]) s) and cmd in ('SELECT', 'UPDATE', 'DELETE', 'ALL')",
        list(roles.SERVICES),
    )

    assert len(rows) > 20
    assert [row["name"] for row in rows if row["qual"] in (None, "true")] == []


async def test_no_service_has_a_privilege_in_anothers_schema(admin: asyncpg.Connection) -> None:
    rows = await admin.fetch(
        "select grantee, table_schema, table_name, privilege_type from information_schema.table_privileges"
        " where grantee = any($1::text[]) and table_schema <> split_part(grantee, '_', 1)",
        list(roles.LOGINS),
    )

    assert rows == []
    columns = await admin.fetch(
        "select grantee, table_schema from information_schema.column_privileges"
        " where grantee = any($1::text[]) and table_schema <> split_part(grantee, '_', 1)",
        list(roles.LOGINS),
    )
    assert columns == []


async def test_an_api_has_no_part_in_the_workers_tables_nor_in_partitions(admin: asyncpg.Connection) -> None:
    rows = await admin.fetch(
        "select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = any($1::text[]) and (c.relispartition or c.relname in ('inbox', 'last_seen', 'dead_letters', 'parked_keys'))"
        " and has_table_privilege(n.nspname || '_api', c.oid, 'select, insert, update, delete')",
        list(roles.SERVICES),
    )

    assert rows == []


@pytest.mark.parametrize("login", [login for login in roles.LOGINS if not login.startswith("keystore")])
async def test_nobody_but_the_owner_touches_a_table_of_the_vault_the_log_or_the_sessions(
    admin: asyncpg.Connection, login: str
) -> None:
    rows = await admin.fetch(
        "select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = any($1::text[]) and c.relkind in ('r', 'p')"
        " and has_table_privilege($2, c.oid, 'insert, update, delete, truncate')",
        list(KEPT_APART),
        login,
    )

    assert rows == []


async def test_who_does_not_say_who_asks_sees_nothing(whole: Cluster, intake: Intake) -> None:
    found = await intake.concern(route=False)
    connection = await asyncpg.connect(whole.dsn("intake_api"))
    try:
        for table, column in (("concern", "id"), ("facts", "aggregate_id"), ("case_access", "aggregate_id")):
            assert await connection.fetchval(f"select count(*) from intake.{table} where {column} = $1", found) == 0
        assert await connection.fetchval("select count(*) from intake.idempotency") == 0
        # The control: the same question by who takes part.
        async with connection.transaction():
            await _stand(connection, ADVISER)
            assert await connection.fetchval("select count(*) from intake.concern where id = $1", found) == 1
    finally:
        await connection.close()


async def test_the_wall_stands_without_our_condition(whole: Cluster, intake: Intake) -> None:
    kept, routed = await intake.concern(route=False), await intake.concern(route=True)
    connection = await asyncpg.connect(whole.dsn("intake_api"))
    try:
        expected = {
            "hotline:national": {kept},  # what is routed is out of the hotline's sight (domain.md 2.4)
            "kommune:0253": {routed},
            "kommune:0461": set(),
            "centre:national": set(),
        }
        for organisation, sees in expected.items():
            async with connection.transaction():
                await _stand(connection, ADVISER, organisation)
                rows = await connection.fetch(
                    "select id from intake.concern where id = any($1::uuid[])", [kept, routed]
                )
                told = await connection.fetch(
                    "select distinct aggregate_id as id from intake.facts where aggregate_id = any($1::uuid[])",
                    [kept, routed],
                )
            assert {str(row["id"]) for row in rows} == sees
            assert {str(row["id"]) for row in told} == sees
    finally:
        await connection.close()


async def test_who_takes_part_as_a_person_is_not_their_whole_organisation(
    whole: Cluster, admin: asyncpg.Connection, intake: Intake
) -> None:
    found = await intake.concern(route=False)
    now = datetime.now(UTC)
    await admin.execute(
        "insert into intake.case_access (aggregate_id, organisation, valid_from, valid_to, person)"
        " values ($1, 'kommune:0461', $2, $3, $4)",
        found,
        now - timedelta(minutes=1),
        now + timedelta(hours=4),
        ADVISER.person_ref,
    )
    connection = await asyncpg.connect(whole.dsn("intake_api"))
    colleague = Actor(type(ADVISER.person_ref)(int=99), "kommune:0461", ADVISER.roles)
    try:
        for who, when, count in ((ADVISER, now, 1), (colleague, now, 0), (ADVISER, now + timedelta(hours=4), 0)):
            async with connection.transaction():
                await _stand(connection, who, "kommune:0461", when)
                assert await connection.fetchval("select count(*) from intake.concern where id = $1", found) == count
    finally:
        await connection.close()


async def test_an_update_that_hits_no_row_raises(whole: Cluster, intake: Intake) -> None:
    found = await intake.concern(route=True)
    engine = build_engine(whole.dsn("intake_api", driver="postgresql+asyncpg"), name="wall")
    try:
        table: sa.Table = ConcernRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
        change = sa.update(table).where(table.c.id == found).values(stage="ADVISED_CLOSED")
        async with UnitOfWork(engine, WallClock()).begin(ADVISER) as tx:
            with pytest.raises(NothingUpdated):
                await tx.session.execute(change)
    finally:
        await engine.dispose()


async def test_systems_hands_are_let_go_of_at_the_end(whole: Cluster, intake: Intake) -> None:
    found = await intake.concern(route=True)
    engine = build_engine(whole.dsn("intake_api", driver="postgresql+asyncpg"), name="wall")
    count = sa.select(sa.func.count()).where(SPINE.facts.c.aggregate_id == found)
    try:
        async with UnitOfWork(engine, WallClock()).begin(ADVISER) as tx:
            with suppress(LookupError):
                async with tx.as_system() as system:
                    assert (await system.session.execute(count)).scalar_one() > 0
                    raise LookupError
            assert (await tx.session.execute(count)).scalar_one() == 0
    finally:
        await engine.dispose()


async def test_a_role_that_is_taken_away_is_gone_at_the_next_request(whole: Cluster, intake: Intake) -> None:
    engine = build_engine(whole.dsn("intake_api", driver="postgresql+asyncpg"), name="wall")
    keeper = await asyncpg.connect(whole.dsn("identity_keeper"))
    work = UnitOfWork(engine, WallClock())
    person = type(ADVISER.person_ref)(int=4711)
    before = Actor(person, ADVISER.organisation, ADVISER.roles, issued_at=datetime.now(UTC) - timedelta(minutes=1))
    after = Actor(person, ADVISER.organisation, ADVISER.roles, issued_at=datetime.now(UTC) + timedelta(seconds=35))
    try:
        async with work.begin(before):
            pass
        await keeper.fetchval("select identity.revoke($1)", person)
        with pytest.raises(Unauthenticated, match="token_revoked"):
            async with work.begin(before):
                pass
        async with work.begin(after), work.begin(ADVISER):
            pass
    finally:
        await keeper.close()
        await engine.dispose()


@pytest.mark.parametrize("login", ["intake_api", "assessment_worker", "corps_api"])
async def test_no_service_but_the_directory_of_staff_revokes(whole: Cluster, login: str) -> None:
    connection = await asyncpg.connect(whole.dsn(login))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("select identity.revoke($1)", ADVISER.person_ref)
    finally:
        await connection.close()


async def _tables(admin: asyncpg.Connection) -> list[Any]:
    rows: list[Any] = await admin.fetch(
        "select n.nspname || '.' || c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = any($1::text[]) and c.relkind in ('r', 'p') and not c.relispartition order by 1",
        list(roles.SERVICES),
    )
    assert len(rows) > 40
    return rows


async def _stand(
    connection: asyncpg.Connection, actor: Actor, organisation: str | None = None, now: datetime | None = None
) -> None:
    await connection.execute(
        "select set_config('tovholder.organisation', $1, true), set_config('tovholder.person', $2, true),"
        " set_config('tovholder.now', $3, true)",
        organisation or actor.organisation,
        str(actor.person_ref),
        (now or datetime.now(UTC)).isoformat(),
    )
