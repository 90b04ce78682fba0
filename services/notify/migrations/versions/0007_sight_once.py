"""The wall around work asks for ended sight once a statement, and not once a row of the list: the list may be long."""

from alembic import op

from shared.persistence import wall

revision = "0007"
down_revision = "0006"

SCHEMA = "notify"


def upgrade() -> None:
    """Say the same as 0003 without naming a column of the item inside; role and organisation of an item come together."""
    gone = (
        "(aggregate_id, owner_organisation, owner_role) in (select gone.aggregate_id, gone.organisation, unnest(gone.roles)"
        f" from {SCHEMA}.sight gone where not gone.sees and gone.person is null)"
    )
    condition = f"{wall.IS_SYSTEM} or (owner_organisation = {wall.ORGANISATION} and not {gone})"
    op.execute(f"alter policy see on {SCHEMA}.work_item using ({condition})")
    op.execute(f"alter policy change on {SCHEMA}.work_item using ({condition})")
