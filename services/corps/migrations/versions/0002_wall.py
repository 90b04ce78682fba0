"""The second wall. A member's record belongs to her employer and to herself; whom others may borrow is worked out by SYSTEM."""

from shared.persistence import wall

revision = "0002"
down_revision = "0001"

SCHEMA = "corps"


def upgrade() -> None:
    """Put row-level security around interventions, loans, members and what is held of them."""
    wall.build(SCHEMA, ["intervention", "loan"])
    employer = f"{wall.ORGANISATION} = 'kommune:' || municipality"
    wall.guard(SCHEMA, "member", sees=f"{wall.IS_SYSTEM} or {employer} or member_ref = {wall.PERSON}")
    # Whose row of `member` is seen, what is held of her is seen: kind and until.
    of_seen = f"exists (select from {SCHEMA}.member whose where whose.member_ref = hold.member_ref)"
    wall.guard(SCHEMA, "hold", sees=f"{wall.IS_SYSTEM} or {of_seen}")
