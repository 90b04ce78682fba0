"""What holds for every test: the fast ones first, and a header that says on what the servers run."""

from __future__ import annotations

from pathlib import Path

import pytest

ORDER = ("unit", "contracts", "workflows", "integration", "e2e", "browser")
"""Folders of tests in the order in which a failure costs least to learn."""

FOLDER = Path(__file__).parent


def pytest_configure() -> None:
    """Let a text of the console without English be an error: elsewhere it is shown in Danish and counted."""
    from shared.web.console.language import ENGLISH

    ENGLISH.strict()


def pytest_report_header() -> str:
    """Say whether servers run as processes or in containers, and why."""
    from deploy.backends import choose
    from deploy.errors import StackError

    try:
        kind, why = choose()
    except StackError as error:
        return f"servers: {error}"
    return f"servers: {kind} ({why})"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder; within a folder the order stays."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if FOLDER not in item.path.parents:
        return len(ORDER)
    top = item.path.relative_to(FOLDER).parts[0]
    return ORDER.index(top) if top in ORDER else len(ORDER)
