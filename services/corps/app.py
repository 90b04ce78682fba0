"""The api process of corps: `python -m services.corps.app`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.corps.api import routes
from services.corps.pages import pages
from services.corps.tables import SPINE
from shared.hosting.api import serve

if __name__ == "__main__":
    serve("corps", "Tovholder: corps", SPINE, routes, pages)
