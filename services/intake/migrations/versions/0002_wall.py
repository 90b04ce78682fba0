"""The second wall. The help directory is for everybody who works here."""

from shared.persistence import wall

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Put row-level security around concerns."""
    wall.build("intake", ["concern"])
