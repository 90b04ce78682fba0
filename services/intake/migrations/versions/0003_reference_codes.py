"""Reference codes of reporters without a name: a slow hash, and the concern. No time, nothing of the caller."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from shared.persistence import wall

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table behind the wall: nobody but SYSTEM looks a digest up, and a digest never changes."""
    op.create_table(
        "reference_code",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("concern_id", UUID, sa.ForeignKey("intake.concern.id"), nullable=False, unique=True),
        schema="intake",
    )
    wall.guard("intake", "reference_code", sees=wall.IS_SYSTEM, update=False)
