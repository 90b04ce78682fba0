"""Requests for insight."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from shared.persistence import wall
from shared.persistence.revisions import MOMENT, aggregate_table

revision = "0003"
down_revision = "0002"

SCHEMA = "assessment"


def upgrade() -> None:
    """Create the table, behind the wall."""
    aggregate_table(
        SCHEMA,
        "insight_request",
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    op.create_index("ix_assessment_insight_request_case_id", "insight_request", ["case_id"], schema=SCHEMA)
    wall.guard(SCHEMA, "insight_request", sees=wall.sees(SCHEMA, "insight_request.id"))
