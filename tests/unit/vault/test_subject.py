"""The subject's fields are a closed list; what is forbidden is refused by name, and only codes leave."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from shared.errors import Invalid
from shared.vault.scan import check_text
from shared.vault.subject import FORBIDDEN, AgeBand, Subject, age_band

ON = date(2026, 11, 21)
BARE: dict[str, Any] = {"birth_year": 2010, "residence_municipality": "0461"}


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_a_forbidden_field_is_refused_by_name(name: str) -> None:
    with pytest.raises(Invalid, match="subject_field_forbidden") as refused:
        Subject.model_validate({**BARE, name: "noget"})

    assert refused.value.field == name
    assert "noget" not in str(refused.value)


def test_an_unknown_field_and_a_malformed_one_are_refused_without_their_values() -> None:
    for wrong in ({"hobby": "skak-hemmelig"}, {"birth_year": "hemmelig"}, {"residence_municipality": "hemmelig"}):
        with pytest.raises(ValidationError) as refused:
            Subject.model_validate({**BARE, **wrong})
        assert "hemmelig" not in str(refused.value)


@pytest.mark.parametrize(
    ("year", "band"),
    [
        (2020, AgeBand.UNDER_12),
        (2014, AgeBand.UNDER_12),
        (2013, AgeBand.FROM_12),
        (2010, AgeBand.FROM_15),
        (2008, AgeBand.FROM_15),
        (2007, AgeBand.FROM_18),
        (2001, AgeBand.FROM_18),
        (2000, AgeBand.FROM_25),
    ],
)
def test_who_may_be_a_child_counts_as_one(year: int, band: AgeBand) -> None:
    assert age_band(year, ON) is band


def test_each_field_with_a_value_is_one_sealed_text_that_the_vault_takes() -> None:
    subject = Subject.model_validate(
        {**BARE, "cpr": "010110-9995", "name": "Prøve Person", "custody_holders": ("En", "To")}
    )

    texts = {field: text for _, field, text in subject.texts(ON)}

    assert texts["subject.cpr"] == "0101109995"
    assert texts["subject.custody_holders"] == "En, To"
    for field, text in texts.items():
        check_text(field, text)


def test_custody_holders_are_kept_for_minors_only() -> None:
    with pytest.raises(Invalid, match="subject_not_minor"):
        Subject.model_validate({**BARE, "birth_year": 1990, "custody_holders": ("En",)}).texts(ON)


def test_a_subject_shows_nothing_of_itself() -> None:
    subject = Subject.model_validate({**BARE, "cpr": "0101109995", "name": "Prøve Person", "address": "Vejen 1"})

    assert not any(part in repr(subject) for part in ("0101109995", "Prøve", "Vejen", "2010"))
