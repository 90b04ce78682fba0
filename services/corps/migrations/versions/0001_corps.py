"""The spine, interventions, loans, members with what is held of them, corps municipalities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.persistence.revisions import MOMENT, aggregate_table, create_spine

revision = "0001"
down_revision = None

SCHEMA = "corps"


def upgrade() -> None:
    """Create the tables."""
    create_spine(SCHEMA)
    aggregate_table(
        SCHEMA,
        "intervention",
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("municipality", sa.Text, nullable=False),
        sa.Column("intervention_kind", sa.Text, nullable=False),
        sa.Column("member_ref", UUID),
        sa.Column("desk_asked", sa.Boolean, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
    )
    aggregate_table(
        SCHEMA,
        "loan",
        sa.Column("intervention_id", UUID, nullable=False),
        sa.Column("lender", sa.Text, nullable=False),
        sa.Column("borrower", sa.Text, nullable=False),
        sa.Column("member_ref", UUID, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
    )
    for table, column in (
        ("intervention", "case_id"),
        ("intervention", "member_ref"),
        ("loan", "intervention_id"),
        ("loan", "member_ref"),
    ):
        op.create_index(f"ix_{SCHEMA}_{table}_{column}", table, [column], schema=SCHEMA)
    _members()


def _members() -> None:
    op.create_table(
        "member",
        sa.Column("member_ref", UUID, nullable=False),
        sa.Column("municipality", sa.Text, nullable=False),
        sa.Column("profile", JSONB, nullable=False),
        sa.Column("capacity_max", sa.Integer, nullable=False),
        sa.Column("hours_per_week", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("hours_taken", sa.Integer, nullable=False),
        sa.Column("last_supervision_at", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("member_ref", name="pk_member"),
        sa.CheckConstraint("taken >= 0 and taken <= capacity_max", name=op.f("ck_member_capacity")),
        sa.CheckConstraint("hours_taken >= 0 and hours_taken <= hours_per_week", name=op.f("ck_member_hours")),
        schema=SCHEMA,
    )
    op.create_index(f"ix_{SCHEMA}_member_municipality", "member", ["municipality"], schema=SCHEMA)
    op.create_table(
        "hold",
        sa.Column("id", UUID, nullable=False),
        sa.Column("member_ref", UUID, nullable=False),
        sa.Column("intervention_id", UUID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("released_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        sa.ForeignKeyConstraint(["member_ref"], [f"{SCHEMA}.member.member_ref"], name="fk_hold_member_ref"),
        sa.CheckConstraint("kind in ('RESERVED', 'ACTIVE')", name=op.f("ck_hold_kind")),
        schema=SCHEMA,
    )
    unreleased = sa.text("released_at is null")
    op.create_index("ix_hold_open", "hold", ["member_ref"], schema=SCHEMA, postgresql_where=unreleased)
    op.create_index(
        "uq_hold_open", "hold", ["intervention_id"], unique=True, schema=SCHEMA, postgresql_where=unreleased
    )
    op.create_index("ix_hold_since", "hold", ["member_ref", "since"], schema=SCHEMA)
    op.create_table(
        "corps_municipality",
        sa.Column("municipality", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("municipality", "valid_from", name="pk_corps_municipality"),
        schema=SCHEMA,
    )
