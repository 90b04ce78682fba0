"""What free text may not be: a carrier of CPR numbers (`domain.md` 3.2, R14), longer than its bound, or malformed.

A CPR number is ten digits of which the first six are a date DDMMYY. There is no modulus 11 check: numbers without it
are issued (`domain.md` 3.3). Found are `DDMMYYSSSS`, `DDMMYY-SSSS`, `DDMMYY SSSS`, `DD MM YY SSSS`, `DD.MM.YY-SSSS` and
the like, also in digits of other scripts, with typographic dashes and spaces, and with invisible characters between.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from shared.lifecycle.text import MAX_TEXT
from shared.vault.errors import CprInText, TextMalformed, TextTooLong

CPR_FIELD: Final = "cpr"
"""The one field that is meant to hold a CPR number (`domain.md` 3.3)."""

_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Digit groups `DDMMYY` or `DD?MM?YY`, then the serial. After '.' or '/' the serial needs its hyphen: a date is often
# followed by a time of day, and "12.03.24 1430" is no CPR number.
_CANDIDATE: Final = re.compile(
    r"(?<![0-9])(?P<day>[0-9]{2})"
    r"(?:(?P<month>[0-9]{2})(?P<year>[0-9]{2})[ ]{0,2}-?[ ]{0,2}"
    r"|(?P<gap>[ -])(?P<month2>[0-9]{2})(?P=gap)(?P<year2>[0-9]{2})[ ]?[ -]?[ ]?"
    r"|(?P<dot>[./])(?P<month3>[0-9]{2})(?P=dot)(?P<year3>[0-9]{2})[ ]?-[ ]?)"
    r"[0-9]{4}(?![0-9])"
)
_ORDINARY: Final = re.compile(r"[\x00-\x9f\xa1-\xac\xae-\xb1\xb4-\xb8\xba-\xff]*")
_OVERRIDE: Final = re.compile("[\u202d\u202e\u2066-\u2068]")
"""Marks after which characters may stand on the page in another order than in the text (UAX 9)."""
_MALFORMED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Span(NamedTuple):
    """Where something was found: characters `start` to `end` of the text, 0-based, end excluded."""

    start: int
    end: int


class _Folds(dict[int, str]):
    """Maps each character to the ASCII one that it can pass for, one to one; learns as it meets them."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        digit = unicodedata.digit(char, None)
        category = unicodedata.category(char)
        if digit is not None:
            folded = str(digit)
        elif category == "Pd" or char == "\u2212":
            folded = "-"
        elif category == "Zs":
            folded = " "
        elif category in ("Cf", "Mn", "Me") or char in _BLANKS:
            folded = "\x00"
        else:
            folded = char
        self[code] = folded
        return folded


_BLANKS: Final = "\u115f\u1160\u3164\uffa0"  # Hangul fillers: letters by category, invisible on the page
_FOLDS: Final = _Folds()


def find_cpr(text: str) -> list[Span]:
    """Return where the text holds what looks like a CPR number, in characters of the text as it was given."""
    if _ORDINARY.fullmatch(text):
        return [Span(*found.span()) for found in _CANDIDATE.finditer(text) if _is_date(found)]
    folded = text.translate(_FOLDS)
    places = [place for place, char in enumerate(folded) if char != "\x00"]
    visible = folded.replace("\x00", "")
    readings = [(visible, places)]
    if _OVERRIDE.search(text):
        # Written backwards under an override, a number reads forwards on the page.
        readings.append((visible[::-1], places[::-1]))
    spans = {
        Span(min(at[found.start()], at[found.end() - 1]), max(at[found.start()], at[found.end() - 1]) + 1)
        for reading, at in readings
        for found in _CANDIDATE.finditer(reading)
        if _is_date(found)
    }
    return sorted(spans)


def check_text(field: str, text: str, *, limit: int = MAX_TEXT) -> None:
    """Raise `TextTooLong`, `TextMalformed` or `CprInText`, naming the field and the place, unless the text is fine."""
    if len(text) > limit:
        raise TextTooLong(field, len(text), limit)
    if broken := _MALFORMED.search(text):
        raise TextMalformed(field, broken.start())
    if field.rpartition(".")[2] != CPR_FIELD and (spans := find_cpr(text)):
        raise CprInText(field, spans)


def _is_date(found: re.Match[str]) -> bool:
    day = int(found["day"])
    month = int(found["month"] or found["month2"] or found["month3"])
    year = int(found["year"] or found["year2"] or found["year3"])
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    # The century is not known: 29 February holds in every fourth year, and in 2000, which is a year 00.
    return (month, day) != (2, 29) or year % 4 == 0
