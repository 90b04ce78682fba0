"""The spine, cases, underretninger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from shared.persistence.revisions import MOMENT, aggregate_table, create_spine

revision = "0001"
down_revision = None

SCHEMA = "assessment"


def upgrade() -> None:
    """Create the tables."""
    create_spine(SCHEMA)
    aggregate_table(
        SCHEMA,
        "case_record",
        sa.Column("concern_id", UUID, nullable=False),
        sa.Column("authority", sa.Text),
        sa.Column("arrived_at", MOMENT, nullable=False),
    )
    aggregate_table(
        SCHEMA,
        "underretning",
        sa.Column("concern_id", UUID),
        sa.Column("case_id", UUID),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    # One record a concern, one underretning a concern at most: a fact that comes twice is refused here at the latest.
    for table in ("case_record", "underretning"):
        op.create_unique_constraint(f"uq_{table}_concern_id", table, ["concern_id"], schema=SCHEMA)
    op.create_index("ix_assessment_underretning_case_id", "underretning", ["case_id"], schema=SCHEMA)
