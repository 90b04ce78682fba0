"""Drafts of long forms."""

from shared.persistence import revisions

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table, behind the wall."""
    revisions.create_drafts("assessment")
