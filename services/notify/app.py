"""The api process of notify: `python -m services.notify.app`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.notify.api import routes
from services.notify.pages import pages
from services.notify.tables import SPINE
from shared.hosting.api import serve

if __name__ == "__main__":
    serve("notify", "Tovholder: notify", SPINE, routes, pages)
