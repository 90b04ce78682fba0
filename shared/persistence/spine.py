"""The tables that every service has in its own schema: facts, outbox, clocks, case_access, inbox, dead letters.

They are Core tables, because nothing of the domain lives in them. `facts` is append-only and permanent; the outbox holds
pointers to facts that are not yet published; `deadlines` proves every clock, whatever happens to Temporal.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

MOMENT = sa.DateTime(timezone=True)
NOW = text("now()")


@dataclass(frozen=True)
class Spine:
    """The spine tables of one schema."""

    schema: str
    facts: Table
    outbox: Table
    deadlines: Table
    case_access: Table
    idempotency: Table
    inbox: Table
    last_seen: Table
    dead_letters: Table
    parked_keys: Table


def spine_tables(metadata: MetaData) -> Spine:
    """Return the spine tables in the schema of `metadata`; call it once per service."""
    assert metadata.schema is not None
    return Spine(
        schema=metadata.schema,
        facts=_facts(metadata),
        outbox=_outbox(metadata),
        deadlines=_deadlines(metadata),
        case_access=_case_access(metadata),
        idempotency=_idempotency(metadata),
        inbox=Table(
            "inbox",
            metadata,
            Column("consumer", sa.Text, primary_key=True),
            Column("event_id", UUID, primary_key=True),
            Column("handled_at", MOMENT, nullable=False, server_default=NOW),
        ),
        last_seen=Table(
            "last_seen",
            metadata,
            Column("consumer", sa.Text, primary_key=True),
            Column("aggregate_id", UUID, primary_key=True),
            Column("sequence", sa.BigInteger, nullable=False),
        ),
        dead_letters=_dead_letters(metadata),
        parked_keys=Table(
            "parked_keys",
            metadata,
            Column("consumer", sa.Text, primary_key=True),
            Column("key", sa.Text, primary_key=True),
            Column("since", MOMENT, nullable=False, server_default=NOW),
        ),
    )


def _facts(metadata: MetaData) -> Table:
    return Table(
        "facts",
        metadata,
        # Partitioned by month in the migration; a partitioned table's keys must contain the partition key.
        Column("event_id", UUID, primary_key=True),
        Column("recorded_at", MOMENT, primary_key=True, server_default=NOW),
        Column("aggregate_kind", sa.Text, nullable=False),
        Column("aggregate_id", UUID, nullable=False),
        Column("sequence", sa.BigInteger, nullable=False),
        Column("type", sa.Text, nullable=False),
        Column("occurred_at", MOMENT, nullable=False),
        Column("actor_ref", UUID, nullable=False),
        Column("actor_role", sa.Text, nullable=False),
        Column("organisation", sa.Text, nullable=False),
        Column("correlation_id", UUID, nullable=False),
        Column("causation_id", UUID),
        Column("traceparent", sa.Text),
        Column("body", JSONB, nullable=False),
        Index("ix_facts_aggregate_id_sequence", "aggregate_id", "sequence"),
        postgresql_partition_by="RANGE (recorded_at)",
    )


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        Column("event_id", UUID, nullable=False, unique=True),
        Column("recorded_at", MOMENT, nullable=False, server_default=NOW),
        Column("topic", sa.Text, nullable=False),
        Column("key", sa.Text, nullable=False),
        Column("sequence", sa.BigInteger, nullable=False),
        Column("created_at", MOMENT, nullable=False, server_default=NOW),
        Column("published_at", MOMENT),
        Column("attempts", sa.Integer, nullable=False, server_default="0"),
        Column("last_error", sa.Text),
        Column("dead_at", MOMENT),
        # The gapless sequence is held here: facts are partitioned and cannot carry the unique key, and every fact passes here.
        UniqueConstraint("key", "sequence"),
        Index("ix_outbox_pending", "id", postgresql_where=text("published_at is null")),
    )


def _deadlines(metadata: MetaData) -> Table:
    return Table(
        "deadlines",
        metadata,
        Column("id", UUID, primary_key=True),
        Column("aggregate_kind", sa.Text, nullable=False),
        Column("aggregate_id", UUID, nullable=False),
        Column("opening", sa.Integer, nullable=False),
        Column("kind", sa.Text, nullable=False),
        Column("owner_role", sa.Text, nullable=False),
        Column("owner_organisation", sa.Text, nullable=False),
        Column("opened_at", MOMENT, nullable=False),
        Column("due_at", MOMENT, nullable=False),
        Column("reason", JSONB, nullable=False),
        Column("paragraph", sa.Text, nullable=False),
        Column("sourced", sa.Boolean, nullable=False),
        Column("state", sa.Text, nullable=False),
        Column("steps", JSONB, nullable=False),
        Column("next_step_at", MOMENT),
        Column("next_action", sa.Text),
        Column("missed_at", MOMENT),
        Column("workflow_seen_at", MOMENT),
        Column("closed_at", MOMENT),
        sa.CheckConstraint("state in ('OPEN', 'MET', 'CANCELLED')", name="state"),
        Index("ix_deadlines_open_due", "due_at", postgresql_where=text("state = 'OPEN'")),
        Index("ix_deadlines_open_step", "next_step_at", postgresql_where=text("state = 'OPEN'")),
        Index("ix_deadlines_aggregate", "aggregate_id"),
    )


def _case_access(metadata: MetaData) -> Table:
    return Table(
        "case_access",
        metadata,
        Column("aggregate_id", UUID, nullable=False),
        Column("organisation", sa.Text, nullable=False),
        Column("valid_from", MOMENT, nullable=False),
        Column("valid_to", MOMENT),
        # Who alone of the organisation takes part; null: whoever has the role there.
        Column("person", UUID),
        UniqueConstraint(
            "aggregate_id",
            "organisation",
            "person",
            "valid_from",
            name="uq_case_access_of",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_case_access_organisation", "organisation", "aggregate_id"),
    )


def _idempotency(metadata: MetaData) -> Table:
    return Table(
        "idempotency",
        metadata,
        Column("actor_ref", UUID, primary_key=True),
        Column("endpoint", sa.Text, primary_key=True),
        Column("key", sa.Text, primary_key=True),
        Column("mac", sa.LargeBinary, nullable=False),
        Column("mac_key", sa.Text, nullable=False),
        Column("status", sa.Integer),
        Column("answer", JSONB),
        Column("created_at", MOMENT, nullable=False, server_default=NOW),
        Index("ix_idempotency_created_at", "created_at"),
    )


def _dead_letters(metadata: MetaData) -> Table:
    return Table(
        "dead_letters",
        metadata,
        Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        Column("consumer", sa.Text, nullable=False),
        Column("topic", sa.Text, nullable=False),
        Column("partition", sa.Integer, nullable=False),
        Column("offset", sa.BigInteger, nullable=False),
        Column("key", sa.Text, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("value", sa.LargeBinary, nullable=False),
        Column("error_code", sa.Text),
        Column("parked_behind", sa.Boolean, nullable=False),
        Column("attempts", sa.Integer, nullable=False, server_default="0"),
        Column("state", sa.Text, nullable=False, server_default="OPEN"),
        Column("created_at", MOMENT, nullable=False, server_default=NOW),
        Column("closed_at", MOMENT),
        sa.CheckConstraint("state in ('OPEN', 'REPLAYED', 'DISCARDED')", name="state"),
        UniqueConstraint("consumer", "topic", "partition", "offset"),
        Index("ix_dead_letters_open", "consumer", "key", postgresql_where=text("state = 'OPEN'")),
    )
