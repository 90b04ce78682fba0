"""A municipality is found by what people call it."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.places import around, by_name

DAY = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Greve", ["Greve"]),
        ("greve kommune", ["Greve"]),
        ("koege", ["Køge"]),
        ("Køge", ["Køge"]),
        ("vording", ["Vordingborg"]),
        ("slagelse ", ["Slagelse"]),
        ("g", []),
        ("4600", []),
        ("ingen steder", []),
    ],
)
def test_a_name_or_its_beginning_finds_the_municipality(typed: str, names: list[str]) -> None:
    assert [each.name for each in by_name(typed, DAY)] == names


def test_a_whole_name_comes_alone_and_a_part_of_several_asks() -> None:
    assert len(by_name("holbæk", DAY)) == 1
    assert len(by_name("sønd", DAY)) >= 1
    assert len(by_name("borg", DAY)) > 3


def test_neighbours_come_with_one_or_two_and_not_with_many() -> None:
    one = around(["0253"])
    assert one.only == "0253"
    assert "Solrød" in {each.name for each in one.nearby}
    many = around([each.code for each in by_name("borg", DAY)])
    assert many.only is None
    assert many.nearby == ()
