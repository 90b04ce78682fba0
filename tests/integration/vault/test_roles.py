"""Roles, schemas and privileges: each service sees its own schema, and nobody the tables of the vault."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.errors import Invalid
from shared.persistence import roles
from shared.persistence.sql_files import Migration, SchemaAltered
from shared.vault.schema import (
    ASKING_OF_ERASURES,
    CLOSING,
    GLASS,
    KEEPING,
    OPENING,
    PUTTING,
    QUESTIONS,
    RECEIPTS,
    RESOLVING,
    SETTLING,
    install,
)
from tests.integration.vault.world import Cluster

APIS = [f"{service}_api" for service in roles.SERVICES]
WORKERS = [f"{service}_worker" for service in roles.SERVICES]
TABLES = """
create table {schema}.facts (event_id int, at timestamptz not null) partition by range (at);
create table {schema}.facts_2026 partition of {schema}.facts for values from ('2026-01-01') to ('2027-01-01');
create table {schema}.alembic_version (version_num text);
create table {schema}.idempotency (key text);
create table {schema}.outbox (id bigserial, event_id int);
create table {schema}.state (id int, version int);
"""


@pytest.fixture
async def admin(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """The administrator, in the database of the services."""
    connection = await cluster.connect("postgres")
    yield connection
    await connection.close()


@pytest.fixture
async def migrated(cluster: Cluster, admin: asyncpg.Connection) -> AsyncIterator[str]:
    """The schema of notify with tables that its owner made, as a migration would."""
    owner = await cluster.connect("notify_owner")
    await owner.execute(TABLES.format(schema="notify"))
    await owner.close()
    await roles.harden(admin, "notify")
    await roles.harden(admin, "notify")
    yield "notify"
    await admin.execute(
        "drop table notify.facts, notify.alembic_version, notify.idempotency, notify.outbox, notify.state"
    )


async def _may(admin: asyncpg.Connection, role: str, table: str) -> set[str]:
    verbs = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
    return {verb for verb in verbs if await admin.fetchval("select has_table_privilege($1, $2, $3)", role, table, verb)}


async def test_every_service_sees_its_own_schema_and_the_vault_only(admin: asyncpg.Connection) -> None:
    for role, schema in itertools.product((*APIS, *WORKERS), (*roles.SERVICES, "vault", "public")):
        may = await admin.fetchval("select has_schema_privilege($1, $2, 'usage')", role, schema)
        assert may is (schema == role.split("_")[0] or schema == "vault"), (role, schema)
        assert not await admin.fetchval("select has_schema_privilege($1, $2, 'create')", role, schema)


async def test_no_role_is_a_member_of_another(admin: asyncpg.Connection) -> None:
    members = await admin.fetch(
        "select roleid::regrole::text from pg_auth_members where member = any($1::regrole[])", list(roles.ROLES)
    )

    assert members == []


async def test_nobody_but_its_owner_has_a_privilege_on_a_table_of_the_vault(admin: asyncpg.Connection) -> None:
    tables = [row[0] for row in await admin.fetch("select tablename from pg_tables where schemaname = 'vault'")]

    assert {"units", "sealed", "grants", "looks", "tickets"} <= set(tables)
    for role, table in itertools.product((*APIS, *WORKERS), tables):
        assert await _may(admin, role, f"vault.{table}") == set()


async def test_functions_of_the_vault_are_for_those_named(admin: asyncpg.Connection) -> None:
    functions = await admin.fetch(
        "select p.oid, format('%s.%s(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as name"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'vault'"
    )
    allowed = {
        role: {
            row["name"].replace("timestamp with time zone", "timestamptz").replace("integer", "int")
            for row in functions
            if await admin.fetchval("select has_function_privilege($1, $2::oid, 'execute')", role, row["oid"])
        }
        for role in (*APIS, *WORKERS)
    }

    for api, worker in zip(APIS, WORKERS, strict=True):
        resolving, closing = (RESOLVING, CLOSING) if api == "assessment_api" else ((), ())
        one_field = {"intake_api": QUESTIONS, "assessment_api": GLASS}.get(api, ())
        assert allowed[api] == {*PUTTING, *OPENING, *ASKING_OF_ERASURES, *resolving, *closing, *one_field}
        receipts = RECEIPTS if worker == "intake_worker" else ()
        settling = SETTLING if worker == "assessment_worker" else ()
        assert allowed[worker] == {*PUTTING, *ASKING_OF_ERASURES, *closing, *receipts, *settling}


async def test_the_keeper_of_erasures_reaches_its_own_functions_and_no_table(admin: asyncpg.Connection) -> None:
    functions = await admin.fetch(
        "select format('%s.%s(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as name"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'vault' and has_function_privilege('vault_keeper', p.oid, 'execute')"
    )
    tables = await admin.fetch("select schemaname || '.' || tablename from pg_tables where schemaname <> 'pg_catalog'")

    assert {row["name"].replace("timestamp with time zone", "timestamptz") for row in functions} == set(KEEPING)
    # Facts and counters are out of its reach: an erasure cannot change them (domain.md 4.5 R20).
    for row in tables:
        if not row[0].startswith("information_schema."):
            assert await _may(admin, "vault_keeper", row[0]) == set(), row[0]


async def test_functions_that_run_as_the_vault_fix_their_search_path(admin: asyncpg.Connection) -> None:
    loose = await admin.fetchval(
        "select count(*) from pg_proc where pronamespace = 'vault'::regnamespace"
        " and not coalesce('search_path=pg_catalog, pg_temp' = any(proconfig), false)"
    )

    assert loose == 0


async def test_services_do_not_reach_the_key_store_nor_its_role_the_services(cluster: Cluster) -> None:
    for role in (*APIS, *WORKERS, "vault_owner"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await cluster.connect(role, roles.KEYSTORE_DATABASE)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await cluster.connect("keystore_app", roles.DATABASE)


async def test_services_add_and_read_keys_and_the_keeper_moves_them_between_epochs_only(cluster: Cluster) -> None:
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    may = {
        (role, table): await _may(keys, role, f"keystore.{table}")
        for role in ("keystore_app", "keystore_binder", "keystore_keeper")
        for table in ("unit_keys", "person_keys", "epochs", "destroyed", "schema_history")
    }
    moves = [
        await keys.fetchval(
            "select has_column_privilege('keystore_keeper', 'keystore.unit_keys', $1, 'update')", column
        )
        for column in ("epoch", "wrapped", "unit", "person")
    ]
    await keys.close()

    assert {at: verbs for at, verbs in may.items() if verbs} == {
        ("keystore_app", "unit_keys"): {"select", "insert"},
        ("keystore_app", "person_keys"): {"select", "insert"},
        ("keystore_binder", "unit_keys"): {"select", "insert"},
        ("keystore_binder", "person_keys"): {"select", "insert"},
        ("keystore_keeper", "unit_keys"): {"select"},
        ("keystore_keeper", "person_keys"): {"select", "insert"},
        ("keystore_keeper", "epochs"): {"select"},
        ("keystore_keeper", "destroyed"): {"select"},
    }
    assert moves == [True, True, False, False]


@pytest.mark.parametrize("holder", ["unit", "person"])
@pytest.mark.parametrize("login", ["keystore_app", "keystore_binder"])
async def test_no_login_of_a_service_destroys_a_key(cluster: Cluster, holder: str, login: str) -> None:
    """It would be an erasure that no person decided and no ledger knows."""
    app = await cluster.connect(login, roles.KEYSTORE_DATABASE)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(f"select keystore.destroy_{holder}(gen_random_uuid())")
    for verb in (f"delete from keystore.{holder}_keys", f"truncate keystore.{holder}_keys"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(verb)
    await app.close()


@pytest.mark.parametrize("kind", ["api", "worker"])
async def test_facts_are_append_only_and_their_partitions_reached_through_them_alone(
    admin: asyncpg.Connection, migrated: str, kind: str
) -> None:
    assert await _may(admin, f"{migrated}_{kind}", f"{migrated}.facts") == {"select", "insert"}
    assert await _may(admin, f"{migrated}_{kind}", f"{migrated}.facts_2026") == set()


async def test_only_what_may_be_pruned_loses_rows(admin: asyncpg.Connection, migrated: str) -> None:
    usual = {"select", "insert", "update"}

    assert await _may(admin, "notify_api", "notify.state") == usual
    assert await _may(admin, "notify_worker", "notify.state") == usual
    assert await _may(admin, "notify_api", "notify.outbox") == usual
    assert await _may(admin, "notify_worker", "notify.outbox") == usual | {"delete"}
    assert await _may(admin, "notify_api", "notify.idempotency") == usual | {"delete"}
    assert await _may(admin, "notify_api", "notify.alembic_version") == {"select"}
    assert await admin.fetchval("select has_sequence_privilege('notify_api', 'notify.outbox_id_seq', 'usage')")


async def test_no_role_has_a_power_and_every_password_is_a_scram_verifier(admin: asyncpg.Connection) -> None:
    rows = await admin.fetch(
        "select rolpassword, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as powerful"
        " from pg_authid where rolname = any($1::text[])",
        list(roles.ROLES),
    )

    assert len(rows) == len(roles.ROLES)
    assert not any(row["powerful"] for row in rows)
    assert all(row["rolpassword"].startswith("SCRAM-SHA-256$4096:") for row in rows)


async def test_a_wrong_password_lets_nobody_in(cluster: Cluster) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://intake_api:wrong-word@/tovholder?host={cluster.socket}")


async def test_a_role_with_a_power_is_refused(cluster: Cluster, admin: asyncpg.Connection) -> None:
    passwords = {role: word for role, word in cluster.passwords.items() if role != "postgres"}
    await admin.execute("alter role corps_worker bypassrls")
    try:
        with pytest.raises(Invalid, match="corps_worker"):
            await roles.make_roles(admin, passwords)
    finally:
        await admin.execute("alter role corps_worker nobypassrls")


async def test_missing_and_unknown_roles_are_named(admin: asyncpg.Connection) -> None:
    with pytest.raises(Invalid, match="intake_api"):
        await roles.make_roles(admin, {})
    with pytest.raises(Invalid, match="stranger"):
        await roles.make_roles(admin, {"stranger": "a long password"})


async def test_an_altered_migration_is_refused(admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    altered = [Migration(1, "0001_vault", "select 1")]
    monkeypatch.setattr("shared.persistence.sql_files.migrations", lambda folder: altered)

    with pytest.raises(SchemaAltered, match="schema_migration_altered"):
        await install(admin)
