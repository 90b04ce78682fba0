"""Drafts of calls in the shape of every other draft; what lies there stays."""

from shared.persistence import revisions

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Turn the table."""
    revisions.drafts_in_one_shape("intake", "call")
