"""A list of postal codes is taken whole or not at all, and its first mistake is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.errors import StackError
from deploy.reference import read


def listed(folder: Path, text: str) -> Path:
    file = folder / "postal.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_list_is_read_with_commas_or_semicolons(tmp_path: Path, mark: str) -> None:
    lines = ["postal_code,name,municipality", "4600,Køge,0259", "4600,Køge,336", "2670,Greve,0253"]
    rows = list(read(listed(tmp_path, "\n".join(lines).replace(",", mark))))
    assert rows == [("4600", "0259", "Køge"), ("4600", "0336", "Køge"), ("2670", "0253", "Greve")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name\n4600,Køge\n", "The first line must name the columns"),
        ("postal_code,name,municipality\n2670,Greve,0253\n46,Køge,0259\n", "Line 3 has no postal code"),
        ("postal_code,name,municipality\n3740,Svaneke,0411\n", "Line 2 names no municipality"),
    ],
)
def test_a_mistake_refuses_the_list_and_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StackError, match=said):
        list(read(listed(tmp_path, text)))
