"""What the Alembic environments and first revisions of all services do the same way.

A revision never changes once it has run somewhere; `create_spine` is version 1 of the spine and stays as it is. A later change
of the spine is a function of its own, called by a new revision of each service.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy import MetaData
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.persistence import wall

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")


def run_environment(metadata: MetaData) -> None:
    """Run revisions on the connection that `shared.persistence.migrate` gives."""
    schema = metadata.schema
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table_schema=schema,
        include_schemas=True,
        include_name=lambda name, kind, parents: name == schema if kind == "schema" else True,
        include_object=_is_ours,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        op_lock = sa.text("set local lock_timeout = '5s'")
        context.execute(op_lock)
        context.run_migrations()


def _is_ours(thing: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """Leave the partitions of `facts` and Alembic's own table out of comparisons."""
    return not (kind == "table" and name is not None and (name.startswith("facts_") or name == "alembic_version"))


def create_spine(schema: str) -> None:
    """Create version 1 of the spine tables: partitioned facts, outbox with its wake-up, clocks, access, inbox, dead letters."""
    _facts(schema)
    _outbox(schema)
    _deadlines(schema)
    _access_and_idempotency(schema)
    _inbox(schema)
    _dead_letters(schema)


def _facts(schema: str) -> None:
    op.create_table(
        "facts",
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("recorded_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("aggregate_kind", sa.Text, nullable=False),
        sa.Column("aggregate_id", UUID, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("actor_ref", UUID, nullable=False),
        sa.Column("actor_role", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("correlation_id", UUID, nullable=False),
        sa.Column("causation_id", UUID),
        sa.Column("traceparent", sa.Text),
        sa.Column("body", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "recorded_at", name="pk_facts"),
        schema=schema,
        postgresql_partition_by="RANGE (recorded_at)",
    )
    op.create_index("ix_facts_aggregate_id_sequence", "facts", ["aggregate_id", "sequence"], schema=schema)
    op.execute(f"create table {schema}.facts_other partition of {schema}.facts default")
    op.execute(_PARTITIONS.format(schema=schema))
    op.execute(f"select {schema}.ensure_fact_partitions(24)")


def _outbox(schema: str) -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("recorded_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("dead_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
        sa.UniqueConstraint("key", "sequence", name="uq_outbox_key_sequence"),
        schema=schema,
    )
    op.create_index(
        "ix_outbox_pending", "outbox", ["id"], schema=schema, postgresql_where=sa.text("published_at is null")
    )
    op.execute(
        f"alter table {schema}.outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)"
    )
    op.execute(
        f"create function {schema}.wake_relay() returns trigger language plpgsql as "
        f"$$ begin perform pg_notify('{schema}_outbox', ''); return null; end $$"
    )
    op.execute(
        f"create trigger wake_relay after insert on {schema}.outbox "
        f"for each statement execute function {schema}.wake_relay()"
    )


def _deadlines(schema: str) -> None:
    op.create_table(
        "deadlines",
        sa.Column("id", UUID, nullable=False),
        sa.Column("aggregate_kind", sa.Text, nullable=False),
        sa.Column("aggregate_id", UUID, nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("owner_role", sa.Text, nullable=False),
        sa.Column("owner_organisation", sa.Text, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reason", JSONB, nullable=False),
        sa.Column("paragraph", sa.Text, nullable=False),
        sa.Column("sourced", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("steps", JSONB, nullable=False),
        sa.Column("next_step_at", MOMENT),
        sa.Column("next_action", sa.Text),
        sa.Column("missed_at", MOMENT),
        sa.Column("workflow_seen_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
        sa.CheckConstraint("state in ('OPEN', 'MET', 'CANCELLED')", name=op.f("ck_deadlines_state")),
        schema=schema,
    )
    still_open = sa.text("state = 'OPEN'")
    op.create_index("ix_deadlines_open_due", "deadlines", ["due_at"], schema=schema, postgresql_where=still_open)
    op.create_index("ix_deadlines_open_step", "deadlines", ["next_step_at"], schema=schema, postgresql_where=still_open)
    op.create_index("ix_deadlines_aggregate", "deadlines", ["aggregate_id"], schema=schema)


def _access_and_idempotency(schema: str) -> None:
    op.create_table(
        "access",
        sa.Column("aggregate_id", UUID, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_to", MOMENT),
        sa.PrimaryKeyConstraint("aggregate_id", "organisation", "valid_from", name="pk_access"),
        schema=schema,
    )
    op.create_index("ix_access_organisation", "access", ["organisation", "aggregate_id"], schema=schema)
    op.create_table(
        "idempotency",
        sa.Column("actor_ref", UUID, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.Column("mac_key", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("answer", JSONB),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("actor_ref", "endpoint", "key", name="pk_idempotency"),
        schema=schema,
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], schema=schema)


def tell_sight_apart_by_person(schema: str) -> None:
    """Let one moment give sight to several people of an organisation (R7), and to the organisation beside them.

    No primary key: a row without a person is the organisation's.
    """
    op.drop_constraint("pk_case_access", "case_access", schema=schema)
    op.create_unique_constraint(
        "uq_case_access_of",
        "case_access",
        ["aggregate_id", "organisation", "person", "valid_from"],
        schema=schema,
        postgresql_nulls_not_distinct=True,
    )


def _inbox(schema: str) -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("handled_at", MOMENT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_inbox"),
        schema=schema,
    )
    op.create_table(
        "last_seen",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("aggregate_id", UUID, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "aggregate_id", name="pk_last_seen"),
        schema=schema,
    )


def _dead_letters(schema: str) -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("error_code", sa.Text),
        sa.Column("parked_behind", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("state", sa.Text, server_default="OPEN", nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
        sa.UniqueConstraint(
            "consumer", "topic", "partition", "offset", name="uq_dead_letters_consumer_topic_partition_offset"
        ),
        sa.CheckConstraint("state in ('OPEN', 'REPLAYED', 'DISCARDED')", name=op.f("ck_dead_letters_state")),
        schema=schema,
    )
    op.create_index(
        "ix_dead_letters_open",
        "dead_letters",
        ["consumer", "key"],
        schema=schema,
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_table(
        "parked_keys",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("since", MOMENT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "key", name="pk_parked_keys"),
        schema=schema,
    )


def aggregate_table(schema: str, name: str, *columns: sa.Column[object]) -> None:
    """Create the table of an aggregate: id, stage, version, opening, organisation, body, times, and its own columns."""
    op.create_table(
        name,
        sa.Column("id", UUID, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema=schema,
    )
    for indexed in ("stage", "organisation"):
        op.create_index(f"ix_{schema}_{name}_{indexed}", name, [indexed], schema=schema)
    op.create_index(f"ix_{schema}_{name}_newest", name, ["created_at", "id"], schema=schema)


# Months ahead get partitions of their own; what falls outside lands in the default partition and nothing is refused.
_PARTITIONS = """
create function {schema}.ensure_fact_partitions(months integer) returns void language plpgsql as $body$
declare
    start date := date_trunc('month', now())::date;
    name text;
begin
    for step in 0..months loop
        name := 'facts_' || to_char(start + make_interval(months => step), 'YYYY_MM');
        if to_regclass('{schema}.' || name) is null then
            execute format('create table {schema}.%I partition of {schema}.facts for values from (%L) to (%L)',
                name, start + make_interval(months => step), start + make_interval(months => step + 1));
        end if;
    end loop;
end $body$
"""


def create_drafts(schema: str) -> None:
    """Create the table of drafts behind the wall: each person sees and forgets their own rows alone."""
    op.create_table(
        "draft",
        sa.Column("person", UUID, primary_key=True),
        sa.Column("unit", UUID, primary_key=True),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        schema=schema,
    )
    wall.guard(schema, "draft", sees=f"person = {wall.PERSON}")
    op.execute(f"create policy forget on {schema}.draft for delete to {schema}_api using (person = {wall.PERSON})")


def drafts_by_place(schema: str) -> None:
    """Tie drafts to their writer's place of work, and say when they were begun (version 2 of the table).

    Where a draft lies already, its writer works for one of those who take part in the record. Each of them gets a row: the writer
    sees the one of their place, nobody sees another, and all are gone within their week.
    """
    draft, own = f"{schema}.draft", f"person = {wall.PERSON} and organisation = {wall.ORGANISATION}"
    op.add_column("draft", sa.Column("organisation", sa.Text), schema=schema)
    op.add_column("draft", sa.Column("begun_at", MOMENT), schema=schema)
    op.drop_constraint("pk_draft", "draft", schema=schema)
    op.execute(_DRAFTS_BY_PLACE.format(draft=draft, schema=schema))
    op.execute(_DRAFTS_OF_NO_PLACE.format(draft=draft))
    for column in ("organisation", "begun_at"):
        op.alter_column("draft", column, nullable=False, schema=schema)
    op.create_primary_key("pk_draft", "draft", ["person", "organisation", "unit", "form"], schema=schema)
    for policy, what in (("see", "select"), ("change", "update"), ("forget", "delete")):
        checked = " with check (true)" if what == "update" else ""
        op.execute(f"drop policy {policy} on {draft}")
        op.execute(f"create policy {policy} on {draft} for {what} to {schema}_api using ({own}){checked}")


def drafts_in_one_shape(schema: str, form: str) -> None:
    """Give a table of drafts that was keyed by the record's id alone the shape of the others; every row stays, as a draft of `form`."""
    op.alter_column("draft", "id", new_column_name="unit", schema=schema)
    op.add_column("draft", sa.Column("form", sa.Text, nullable=False, server_default=form), schema=schema)
    op.add_column("draft", sa.Column("version", sa.BigInteger, nullable=False, server_default="0"), schema=schema)
    for column in ("form", "version"):
        op.alter_column("draft", column, server_default=None, schema=schema)
    op.drop_index(f"ix_{schema}_draft_person", table_name="draft", schema=schema)
    op.drop_constraint("pk_draft", "draft", schema=schema)
    op.create_primary_key("pk_draft", "draft", ["person", "organisation", "unit", "form"], schema=schema)


_DRAFTS_BY_PLACE = """
insert into {draft} (person, organisation, unit, form, sealed, version, begun_at, saved_at, expires_at)
select distinct d.person, a.organisation, d.unit, d.form, d.sealed, d.version, d.saved_at, d.saved_at, d.expires_at
from {draft} d join {schema}.case_access a on a.aggregate_id = d.unit
"""
_DRAFTS_OF_NO_PLACE = "delete from {draft} where organisation is null"
