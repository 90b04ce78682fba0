"""The spine, deliveries, the staff directory, work items, national counters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.persistence.revisions import MOMENT, aggregate_table, create_spine

revision = "0001"
down_revision = None

SCHEMA = "notify"


def upgrade() -> None:
    """Create the tables."""
    create_spine(SCHEMA)
    aggregate_table(
        SCHEMA,
        "delivery",
        sa.Column("deadline_id", UUID, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
    )
    op.create_index("ix_notify_delivery_deadline_id", "delivery", ["deadline_id"], schema=SCHEMA)
    _person()
    _work_item()
    op.create_table(
        "counter",
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("person_ref", UUID, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("away_from", MOMENT),
        sa.Column("away_to", MOMENT),
        sa.Column("deputy_ref", UUID),
        sa.Column("duty_order", sa.Integer, nullable=False),
        schema=SCHEMA,
    )
    op.create_index("ix_notify_person_organisation", "person", ["organisation"], schema=SCHEMA)
    op.create_index("ix_notify_person_deputy_ref", "person", ["deputy_ref"], schema=SCHEMA)


def _work_item() -> None:
    op.create_table(
        "work_item",
        sa.Column("deadline_id", UUID, primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("aggregate_kind", sa.Text, nullable=False),
        sa.Column("aggregate_id", UUID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opening", sa.Integer),
        sa.Column("owner_role", sa.Text),
        sa.Column("owner_organisation", sa.Text),
        sa.Column("owner_person", UUID),
        sa.Column("opened_at", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("reason", JSONB),
        sa.Column("paragraph", sa.Text),
        sa.Column("sourced", sa.Boolean, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        *(sa.Column(name, MOMENT) for name in ("reminded_at", "escalated_at", "missed_at", "closed_at", "seen_at")),
        sa.Column("seen_by", UUID),
        sa.CheckConstraint("state in ('OPEN', 'DONE', 'GONE')", name=op.f("ck_work_item_state")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_work_item_open",
        "work_item",
        ["owner_organisation", "owner_role", "due_at", "deadline_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'OPEN'"),
    )
