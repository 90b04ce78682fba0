"""What the console of notify needs: who has taken what, saved views, how old other services' rows are, a sign that work changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from shared.persistence import wall
from shared.persistence.revisions import MOMENT

revision = "0005"
down_revision = "0004"

SCHEMA = "notify"
TOLD_BY = {"work_item": "owner_organisation", "sight": "organisation", "person": "organisation"}
"""Tables whose rows change somebody's list, and the column with the organisation."""


def upgrade() -> None:
    """Create the tables, their walls, and the triggers."""
    op.add_column("work_item", sa.Column("taken_by", UUID), schema=SCHEMA)
    op.add_column("work_item", sa.Column("taken_at", MOMENT), schema=SCHEMA)
    _assignment()
    _saved_view()
    op.create_table(
        "source",
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("current_at", MOMENT, nullable=False),
        schema=SCHEMA,
    )
    wall.guard(SCHEMA, "source", sees=f"{wall.ORGANISATION} is not null", insert=False, update=False)
    for table, column in TOLD_BY.items():
        _tells(table, column)


def _assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("deadline_id", UUID, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("person", UUID),
        sa.Column("by_person", UUID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        schema=SCHEMA,
    )
    op.create_index("ix_notify_assignment_deadline_id", "assignment", ["deadline_id"], schema=SCHEMA)
    own = f"{wall.IS_SYSTEM} or organisation = {wall.ORGANISATION}"
    wall.guard(SCHEMA, "assignment", sees=own, update=False)


def _saved_view() -> None:
    op.create_table(
        "saved_view",
        sa.Column("person", UUID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("person", "name", name="pk_saved_view"),
        sa.CheckConstraint("char_length(name) between 1 and 40", name=op.f("ck_saved_view_name")),
        # Codes of filters, never what somebody typed.
        sa.CheckConstraint("query ~ '^[a-z_]+=[A-Za-z_.]+(&[a-z_]+=[A-Za-z_.]+)*$'", name=op.f("ck_saved_view_query")),
        schema=SCHEMA,
    )
    own = f"person = {wall.PERSON}"
    wall.guard(SCHEMA, "saved_view", sees=own)
    op.execute(f"create policy remove on {SCHEMA}.saved_view for delete to {SCHEMA}_api using ({own})")


def _tells(table: str, column: str) -> None:
    """Tell who listens that a list of this organisation may have changed, and nothing more."""
    op.execute(
        f"create function {SCHEMA}.tell_{table}() returns trigger language plpgsql as $$ begin"
        f" if new.{column} is not null then perform pg_notify('{SCHEMA}_work', new.{column}); end if;"
        " return null; end $$"
    )
    op.execute(
        f"create trigger tell after insert or update on {SCHEMA}.{table}"
        f" for each row execute function {SCHEMA}.tell_{table}()"
    )
