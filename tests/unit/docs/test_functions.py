from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from deploy.docs import functions
from deploy.functions_page import EVERY_SERVICE, Function, Kind, page
from deploy.played import declared
from shared.persistence.roles import SERVICES

FUNCTIONS = functions()


def test_no_browser_test_plays_what_does_not_exist() -> None:
    assert set(declared()) - {each.name for each in FUNCTIONS} == set()


def test_every_service_has_commands_and_a_function_has_one_name() -> None:
    assert {each.service for each in FUNCTIONS if each.kind is Kind.PAGE} >= {"intake", "assessment"}
    assert {each.service for each in FUNCTIONS} <= {*SERVICES, EVERY_SERVICE}
    assert max(Counter(each.name for each in FUNCTIONS).values()) == 1


def test_the_document_counts_what_is_played_and_shows_a_dash_for_the_rest() -> None:
    found = [
        Function("a-b", "corps", Kind.COMMAND, "/corps/x", ()),
        Function("/corps/x", "corps", Kind.PAGE, "/corps/x", ()),
    ]

    told = page(found, {"a-b": ["test_x.py::test_y"]})

    assert "**1 of 2** are played." in told
    assert "| `a-b` | signed in | `test_x.py::test_y` |" in told
    assert "| `/corps/x` | signed in | - |" in told


SOURCE = """
COMMANDS = {"one": 1, "two": 2}

@plays(*COMMANDS)
@pytest.mark.parametrize("x", [1])
async def test_many(x): ...

@plays("three")
def test_one(): ...

@plays("four")
def helper(): ...
"""


def test_what_tests_play_is_read_from_their_source(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SOURCE)

    assert declared(tmp_path) == {
        "one": ["test_it.py::test_many"],
        "two": ["test_it.py::test_many"],
        "three": ["test_it.py::test_one"],
    }


def test_a_list_that_is_not_literal_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("@plays(*elsewhere)\ndef test_many(): ...\n")

    with pytest.raises(KeyError):
        declared(tmp_path)
