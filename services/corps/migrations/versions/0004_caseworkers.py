"""Who is named on the case as caseworker, and at which authority: the intervention is theirs as the case is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0004"
down_revision = "0003"

SCHEMA = "corps"


def upgrade() -> None:
    """Add the columns, empty: nobody sees an intervention as caseworker until somebody is named on its case."""
    op.add_column("intervention", sa.Column("authority", sa.Text), schema=SCHEMA)
    op.add_column("intervention", sa.Column("caseworker_ref", UUID), schema=SCHEMA)
    op.create_index("ix_corps_intervention_caseworker_ref", "intervention", ["caseworker_ref"], schema=SCHEMA)
