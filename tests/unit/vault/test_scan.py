"""A CPR pattern in free text is found wherever it hides, and ordinary numbers are left alone."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vault import CprInText
from shared.vault.errors import TextMalformed, TextTooLong
from shared.vault.scan import check_text, find_cpr

DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
SERIALS = st.integers(min_value=0, max_value=9999).map(lambda number: f"{number:04}")
WORDS = st.text(alphabet="abcæøå ,.:;!?\n\u2013\u201d", max_size=40)
SEPARATORS = st.sampled_from(["", "-", " ", " - ", "\u2013", "\u00a0"])


@given(WORDS, DATES, SEPARATORS, SERIALS, WORDS)
def test_a_number_with_a_date_is_found_at_its_place(
    before: str, born: date, separator: str, serial: str, after: str
) -> None:
    number = f"{born:%d%m%y}{separator}{serial}"

    [span] = find_cpr(before + number + after)

    assert (before + number + after)[span.start : span.end] == number


@given(st.text(max_size=200))
def test_any_text_is_scanned_without_error_and_spans_lie_within(text: str) -> None:
    assert all(0 <= start < end <= len(text) for start, end in find_cpr(text))


@given(DATES, SERIALS, st.lists(st.sampled_from("\u200b\u00ad\u2060\ufeff\u0301"), min_size=1, max_size=9))
def test_invisible_characters_hide_nothing(born: date, serial: str, invisible: list[str]) -> None:
    digits = f"{born:%d%m%y}{serial}"
    number = "".join(digit + (invisible[place] if place < len(invisible) else "") for place, digit in enumerate(digits))

    [span] = find_cpr(f"nr. {number} slut")

    assert span == (4, 4 + len(number))


@pytest.mark.parametrize(
    "text",
    [
        "0101011234",
        "CPR:010101-1234.",
        "010101 1234",
        "01 01 01 1234",
        "01-01-01-1234",
        "01.01.01-1234",
        "2902000000",
        "290204-0000",
        "\u0660\u0661\u0660\u0661\u0660\u0661-1234",
        "\uff10\uff11\uff10\uff11\uff10\uff11\uff11\uff12\uff13\uff14",
        "010101\u20111234",
        "010101\u22121234",
        "010101\u20091234",
        "3112991234\n",
    ],
)
def test_these_are_found(text: str) -> None:
    assert len(find_cpr(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "41 74 90 90",
        "+4541749090",
        "3201011234",
        "0113011234",
        "290203-1234",
        "3104011234",
        "0000001234",
        "10101011234",
        "01010112345",
        "010101-12345",
        "12.03.24 1430",
        "12.03.2024 kl. 14.30",
        "2024-03-12 14:30",
        "010101-123",
        "0101 011 234",
        "",
    ],
)
def test_these_are_left_alone(text: str) -> None:
    assert find_cpr(text) == []


def test_every_number_of_a_text_is_found() -> None:
    assert find_cpr("0101011234 og 020202-2345") == [(0, 10), (14, 25)]


def test_the_refusal_names_field_and_place_and_not_the_number() -> None:
    with pytest.raises(CprInText) as refused:
        check_text("description", "Se 010101-1234")

    assert (refused.value.code, refused.value.field, refused.value.spans) == ("cpr_in_text", "description", ((3, 14),))
    assert "4-14" in str(refused.value)
    assert "1234" not in str(refused.value)


@pytest.mark.parametrize("field", ["cpr", "subject.cpr"])
def test_the_field_for_a_cpr_number_may_hold_one(field: str) -> None:
    check_text(field, "010101-1234")


def test_a_text_at_its_bound_is_taken_and_one_above_refused() -> None:
    check_text("description", "x" * 8_000)
    with pytest.raises(TextTooLong) as refused:
        check_text("description", "x" * 8_001)

    assert refused.value.field == "description"


@pytest.mark.parametrize("broken", ["\x00", "\x1b", "\ud800"])
def test_a_character_that_cannot_be_kept_is_refused_with_its_place(broken: str) -> None:
    with pytest.raises(TextMalformed) as refused:
        check_text("description", "ab" + broken)

    assert refused.value.position == 2


def test_newlines_and_tabs_are_text() -> None:
    check_text("description", "en\tto\r\ntre")


@pytest.mark.parametrize("nasty", ["01 " * 2_600, "0" * 8_000, "010101 - " * 880, "01\u200b" * 2_600])
def test_a_scan_takes_no_long_time_whatever_it_is_given(nasty: str) -> None:
    started = time.perf_counter()

    find_cpr(nasty)

    assert time.perf_counter() - started < 0.1
