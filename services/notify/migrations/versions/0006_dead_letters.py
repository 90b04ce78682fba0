"""The console tells operators of dead letters, by their codes."""

from shared.persistence import letters

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Let the api know what waits, and ask for a replay."""
    letters.open_desk("notify")
