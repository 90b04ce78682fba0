"""What waits for an organisation goes with its sight of the record (R5); a deputy is of the same organisation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from shared.persistence import wall

revision = "0003"
down_revision = "0002"

SCHEMA = "notify"


def upgrade() -> None:
    """Create the table of sight that has ended; the wall around work asks it, and lets no other organisation through."""
    op.create_table(
        "sight",
        sa.Column("aggregate_id", UUID, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("person", UUID),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("sees", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.UniqueConstraint(
            "aggregate_id", "organisation", "person", name="uq_sight_of", postgresql_nulls_not_distinct=True
        ),
        schema=SCHEMA,
    )
    own = f"organisation = {wall.ORGANISATION}"
    wall.guard(SCHEMA, "sight", sees=f"{wall.IS_SYSTEM} or {own}", insert=False, update=False)
    _see("person", f"{wall.IS_SYSTEM} or {own}")
    gone = (
        f"exists (select from {SCHEMA}.sight gone where gone.aggregate_id = work_item.aggregate_id"
        " and gone.organisation = work_item.owner_organisation and not gone.sees and gone.person is null"
        " and work_item.owner_role = any (gone.roles))"
    )
    _see("work_item", f"{wall.IS_SYSTEM} or (owner_{own} and not {gone})")
    # Who is left out of an organisation's list is taken off, in SYSTEM's hands.
    op.execute(f"create policy remove on {SCHEMA}.person for delete to {SCHEMA}_api using ({wall.IS_SYSTEM})")
    # Who stood in for somebody of another organisation does so no more.
    op.execute(
        f"update {SCHEMA}.person absent set deputy_ref = null where deputy_ref is not null and not exists"
        f" (select from {SCHEMA}.person deputy where deputy.person_ref = absent.deputy_ref"
        "   and deputy.organisation = absent.organisation)"
    )


def _see(table: str, condition: str) -> None:
    op.execute(f"alter policy see on {SCHEMA}.{table} using ({condition})")
    op.execute(f"alter policy change on {SCHEMA}.{table} using ({condition})")
