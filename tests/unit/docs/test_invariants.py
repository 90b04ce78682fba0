from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "invariants.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_proves_an_invariant_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

    assert name in names, f"{file} has no {name}"


def test_every_promise_has_a_test() -> None:
    promises = re.split(r"^- ", TEXT, flags=re.MULTILINE)[1:]

    assert len(promises) > 30
    for promise in promises:
        assert "::" in promise, promise.splitlines()[0]


def test_each_of_the_six_promises_has_its_section() -> None:
    assert re.findall(r"^## (\d)\. ", TEXT, re.MULTILINE) == list("123456")
