"""`docs/rights.md` names a check for each rule, and each check that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "rights.md").read_text().split("## Rules and checks")[1].split("\n## ")[0]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
OWED = {"R1", "R2", "R3", "R4", "R5", "R9", "R17", "R18", "R19", "R21", *(f"R{number}" for number in range(22, 29))}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_check_that_the_page_names_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

    assert name in names, f"{file} has no {name}"


def test_every_rule_has_a_check_of_its_own() -> None:
    entries = re.split(r"^- \*\*", TEXT, flags=re.MULTILINE)[1:]
    checked = {entry.partition("**")[0] for entry in entries if "::" in entry}

    assert len(entries) == len(checked), "a rule stands there twice, or without a check"
    assert checked >= OWED
