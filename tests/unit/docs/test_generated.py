from __future__ import annotations

from pathlib import Path

import pytest

from deploy.docs import DOCS, generated

GENERATED = dict(generated())


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_a_generated_document_is_what_the_code_says(name: str) -> None:
    file = DOCS / name

    assert file.exists(), f"docs/{name} is missing: run `python -m deploy.docs`"
    assert file.read_text() == GENERATED[name], f"docs/{name} is not what the code says: run `python -m deploy.docs`"


def test_generating_twice_gives_the_same() -> None:
    assert dict(generated()) == GENERATED


def test_nothing_else_lies_among_the_generated_documents() -> None:
    there = {str(file.relative_to(DOCS)) for part in ("states", "asyncapi", "openapi") for file in _files(DOCS / part)}

    assert there == set(GENERATED) - {"access.md", "functions.md"}


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]
