"""The hotline's desk: drafts of calls, which their writer alone sees, and postal codes, for everybody who works here."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from shared.persistence import wall
from shared.persistence.revisions import MOMENT

revision = "0005"
down_revision = "0004"

OWN = f"person = {wall.PERSON} and organisation = {wall.ORGANISATION}"


def upgrade() -> None:
    """Create the tables, the drafts behind the wall."""
    op.create_table(
        "draft",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("person", UUID, primary_key=True),
        sa.Column("organisation", sa.Text, primary_key=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        schema="intake",
    )
    op.create_index("ix_intake_draft_person", "draft", ["person"], schema="intake")
    wall.guard("intake", "draft", sees=OWN)
    op.execute(f"create policy forget on intake.draft for delete to intake_api using ({OWN})")
    op.create_table(
        "postal_code",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("municipality", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        schema="intake",
    )
