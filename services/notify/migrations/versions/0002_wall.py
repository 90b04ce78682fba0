"""The second wall. National counters belong to nobody."""

from shared.persistence import wall

revision = "0002"
down_revision = "0001"

SCHEMA = "notify"


def upgrade() -> None:
    """Put row-level security around deliveries, the staff directory and work items."""
    wall.build(SCHEMA, ["delivery"])
    own = f"organisation = {wall.ORGANISATION} or deputy_ref = {wall.PERSON}"
    wall.guard(SCHEMA, "person", sees=f"{wall.IS_SYSTEM} or {own}")
    stands_in = (
        f"exists (select from {SCHEMA}.person absent where absent.organisation = work_item.owner_organisation"
        f" and absent.deputy_ref = {wall.PERSON} and absent.away_from <= {wall.MOMENT} and absent.away_to > {wall.MOMENT})"
    )
    wall.guard(SCHEMA, "work_item", sees=f"{wall.IS_SYSTEM} or owner_organisation = {wall.ORGANISATION} or {stands_in}")
