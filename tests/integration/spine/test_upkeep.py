"""What is only kept for repeats goes in steps; facts keep their partitions and their append-only place."""

from __future__ import annotations

import asyncpg
import pytest
import sqlalchemy as sa

from services.intake.tables import SPINE
from shared.hosting import measures
from tests.integration.spine.spine_world import Cluster, Intake

TABLES = ("idempotency", "outbox")


async def counts(intake: Intake) -> dict[str, int]:
    async with intake.work.begin() as tx:
        return {
            name: (await tx.session.execute(sa.text(f"select count(*) from intake.{name}"))).scalar_one()
            for name in TABLES
        }


async def test_only_what_is_old_is_forgotten_in_several_steps(
    intake: Intake, spine_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "AT_ONCE", 2)
    for _ in range(5):
        await intake.concern(route=False)
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    try:
        before = await counts(intake)
        await measures.forget(intake.work, SPINE)
        assert await counts(intake) == before, "an answer of today and a fact not yet published stay"

        await admin.execute("update intake.outbox set published_at = now() - interval '15 days'")
        await admin.execute("update intake.idempotency set created_at = now() - interval '25 hours'")
        await intake.concern(route=False)
        facts = await admin.fetchval("select count(*) from intake.facts")
        await measures.forget(intake.work, SPINE)
        left = await counts(intake)
        assert left["idempotency"] == 1
        assert 0 < left["outbox"] < before["outbox"]
        assert await admin.fetchval("select count(*) from intake.facts") == facts
    finally:
        await admin.close()


async def test_the_inbox_forgets_what_kafka_cannot_deliver_again_and_nothing_that_a_person_discarded(
    intake: Intake, spine_cluster: Cluster
) -> None:
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    ages = {"young": "now() - interval '34 days'", "old": "now() - interval '36 days'", "discarded": "'infinity'"}
    try:
        for consumer, age in ages.items():
            await admin.execute(
                f"insert into intake.inbox (consumer, event_id, handled_at) values ($1, gen_random_uuid(), {age})",
                consumer,
            )
            await admin.execute("insert into intake.last_seen values ($1, gen_random_uuid(), 7)", consumer)

        await measures.forget(intake.work, SPINE)

        left = await admin.fetch("select consumer from intake.inbox where consumer = any($1)", list(ages))
        assert {row["consumer"] for row in left} == {"young", "discarded"}
        assert await admin.fetchval("select count(*) from intake.last_seen where consumer = any($1)", list(ages)) == 3
    finally:
        await admin.close()


async def test_a_migration_looks_ahead_anew_and_a_new_partition_is_reached_through_its_table_alone(
    spine_cluster: Cluster,
) -> None:
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    try:
        last = await admin.fetchval(
            "select max(c.relname::text) from pg_class c join pg_inherits i on i.inhrelid = c.oid"
            " where i.inhparent = 'intake.facts'::regclass and c.relname <> 'facts_other'"
        )
        await admin.execute(f"drop table intake.{last}")
        await spine_cluster.migrate()
        may = await admin.fetchrow(
            "select has_table_privilege('intake_api', 'intake.facts', 'insert') as insert,"
            " has_table_privilege('intake_api', $1, 'select, insert, update, delete')"
            " or has_table_privilege('intake_worker', $1, 'select, insert, update, delete') as around",
            f"intake.{last}",
        )
        assert (may["insert"], may["around"]) == (True, False)
    finally:
        await admin.close()


async def test_no_role_reaches_another_schema_and_a_worker_never_opens_the_vault(spine_cluster: Cluster) -> None:
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    try:
        tables = await admin.fetch(
            "select r.rolname, n.nspname || '.' || c.relname as place, n.nspname as schema"
            " from pg_roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where r.rolname ~ '_(api|worker)$' and c.relkind in ('r', 'p')"
            " and n.nspname in ('intake', 'assessment', 'corps', 'notify', 'vault')"
            " and has_schema_privilege(r.rolname, n.oid, 'usage')"
            " and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete')"
        )
        assert {row["place"] for row in tables if not row["rolname"].startswith(row["schema"])} == set()
        opening = await admin.fetch(
            "select r.rolname from pg_roles r, pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where r.rolname ~ '_worker$' and n.nspname = 'vault' and p.proname in ('ask', 'redeem')"
            " and has_function_privilege(r.rolname, p.oid, 'execute')"
        )
        assert opening == []
    finally:
        await admin.close()
