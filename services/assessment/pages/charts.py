"""Bar charts as SVG: geometry alone, in whole units of the picture. The template draws it, with a table beside it.

bars([Row("Indsamling", (2, 5, 0))])    one bar a row, of as many parts as it has numbers
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LABEL: Final = 210
"""Units that labels have at the left."""

WIDTH: Final = 720
ROW: Final = 30
BAR: Final = 18
STYLES: Final = ("bar-a", "bar-b", "bar-c", "bar-d")


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: what it is called, and its parts in order."""

    label: str
    parts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return how many there are in the row: cases or deadlines, which may be counted, unlike levels (`domain.md` 3.5)."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a bar."""

    x: int
    y: int
    width: int
    style: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row as it is drawn; `end` is where its number stands."""

    label: str
    total: int
    parts: tuple[Part, ...]
    baseline: int
    end: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as it is drawn."""

    width: int
    height: int
    bars: tuple[Bar, ...]


def bars(rows: Sequence[Row]) -> Chart:
    """Return the chart of the rows; the longest bar is as wide as the picture lets it be."""
    longest = max((row.total for row in rows), default=0) or 1
    drawn = tuple(_bar(row, number, longest) for number, row in enumerate(rows))
    return Chart(WIDTH, ROW * max(len(rows), 1), drawn)


def _bar(row: Row, number: int, longest: int) -> Bar:
    top, space = number * ROW + (ROW - BAR) // 2, WIDTH - LABEL - 40
    parts, seen = [], 0
    for place, value in enumerate(row.parts):
        begin, end = (LABEL + round(space * count / longest) for count in (seen, seen + value))
        seen += value
        if value:
            parts.append(Part(begin, top, max(end - begin, 1), STYLES[place % len(STYLES)]))
    return Bar(row.label, row.total, tuple(parts), top + 14, LABEL + round(space * row.total / longest) + 6)
