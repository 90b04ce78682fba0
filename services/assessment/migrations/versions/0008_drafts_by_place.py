"""Drafts belong to their writer at a place of work."""

from shared.persistence import revisions

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Extend the key."""
    revisions.drafts_by_place("assessment")
