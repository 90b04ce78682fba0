"""Who is named on a case as caseworker."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0005"
down_revision = "0004"

SCHEMA = "assessment"


def upgrade() -> None:
    """Add the column, empty: nobody sees a case as caseworker until its leader or tovholder names somebody."""
    op.add_column("case_record", sa.Column("caseworker_ref", UUID), schema=SCHEMA)
    op.create_index("ix_assessment_case_record_caseworker_ref", "case_record", ["caseworker_ref"], schema=SCHEMA)
