"""Several people of one organisation may be given sight of a record at the same moment."""

from shared.persistence import revisions

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Tell rows of sight apart by person too."""
    revisions.tell_sight_apart_by_person("intake")
