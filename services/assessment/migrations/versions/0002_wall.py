"""The second wall."""

from shared.persistence import wall

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Put row-level security around cases and underretninger."""
    wall.build("assessment", ["case_record", "underretning"])
