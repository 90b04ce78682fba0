"""Imported first by the processes of the services: what none of them uses is not loaded.

structlog imports `rich` where it is there, for a console's coloured tracebacks: 80 modules and some 10 MB in each of eight processes that
log JSON. The command line, which draws with it, and tests, which import the same modules, keep it.
"""

from __future__ import annotations

import sys
from pathlib import Path

if "services" in Path(sys.argv[0]).parts:  # `python -m services.intake.app`
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # None is how an import is refused
