"""The spine, concerns, and the help directory."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from shared.persistence.revisions import MOMENT, aggregate_table, create_spine

revision = "0001"
down_revision = None

SCHEMA = "intake"


def upgrade() -> None:
    """Create the tables."""
    create_spine(SCHEMA)
    aggregate_table(
        SCHEMA,
        "concern",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("municipality", sa.Text),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    op.create_table(
        "help_offer",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("municipality", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("languages", ARRAY(sa.Text), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("checked_on", sa.Date, nullable=False),
        schema=SCHEMA,
    )
    op.create_index("ix_intake_help_offer_municipality", "help_offer", ["municipality"], schema=SCHEMA)
