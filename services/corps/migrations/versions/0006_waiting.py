"""Requests of a municipality in the order in which they have waited: the page that coordinators begin with."""

from alembic import op

revision = "0006"
down_revision = "0005"

SCHEMA = "corps"


def upgrade() -> None:
    """Create the index."""
    columns = ["organisation", "stage", "requested_at", "id"]
    op.create_index("ix_intervention_waiting", "intervention", columns, schema=SCHEMA)
