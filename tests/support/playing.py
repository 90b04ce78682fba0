"""What a browser test plays: `@plays("case-open-case", "/assessment/cases")`, read by `python -m deploy.docs` into docs/functions.md.

Names are literals, or a literal list of the module with a star: the document is made from the source, without running a test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def plays(*functions: str) -> Callable[[Any], Any]:
    """Declare the functions that a test plays; tests/unit/docs/test_functions.py compares them with what there is."""
    assert functions, "a test that plays nothing says nothing"

    def same(test: Any) -> Any:
        return test

    return same
