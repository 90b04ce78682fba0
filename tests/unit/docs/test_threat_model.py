from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "threat-model.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
ATTACKS = TEXT.partition("## Attacks")[2].partition("\n## ")[0]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_shows_an_answer_to_an_attack_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

    assert name in names, f"{file} has no {name}"


def test_every_attack_has_an_answer_and_a_test() -> None:
    rows = [row.strip("|").split(" | ") for row in ATTACKS.splitlines() if row.startswith("| ")][2:]

    assert len(rows) >= 25
    for row in rows:
        assert len(row) == 3, row[0]
        assert row[1].strip(), row[0]
        assert "::test_" in row[2], row[0]


def test_the_parts_of_a_threat_model_are_there() -> None:
    headings = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)

    assert headings[:3] == ["Assets", "Actors", "Trust boundaries"]
    assert "Not yet, and known" in headings
