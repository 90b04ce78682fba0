"""The api process of intake: `python -m services.intake.app`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.intake.rooms import Rooms
from services.intake.tables import SPINE
from shared.hosting.api import serve

if __name__ == "__main__":
    rooms = Rooms()
    serve("intake", "Tovholder: intake", SPINE, rooms.routes, rooms.pages)
