"""The api process of assessment: `python -m services.assessment.app`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.assessment.api import routes
from services.assessment.pages import pages
from services.assessment.tables import SPINE
from shared.hosting.api import serve

if __name__ == "__main__":
    serve("assessment", "Tovholder: assessment", SPINE, routes, pages)
