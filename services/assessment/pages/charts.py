"""Bar charts as SVG: geometry alone, in whole units of the picture. The template draws it, with a table beside it.

bars([Row("Indsamling", (2, 5, 0))], PRESSURE)    one bar a row, of as many parts as it has numbers, each in its tone
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
AGES: Final = ("tone-age-1", "tone-age-2", "tone-age-3", "tone-age-4")
"""Four ages, the darker the older: no age is a danger by itself."""

NEARNESS: Final = ("tone-late", "tone-today", "tone-near", "tone-far")
"""How near a deadline is. Red is for what is overdue and for nothing else."""

PRESSURE: Final = ("tone-far", "tone-near", "tone-late")
"""What waits for somebody: nothing soon, something within a week, something overdue."""


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
    """A chart as it is drawn; `tones` are the classes of its parts, in order, for the key."""

    width: int
    height: int
    tones: tuple[str, ...]
    bars: tuple[Bar, ...]


def bars(rows: Sequence[Row], tones: tuple[str, ...]) -> Chart:
    """Return the chart of the rows, a tone for each part; the longest bar is as wide as the picture lets it be."""
    longest = max((row.total for row in rows), default=0) or 1
    drawn = tuple(_bar(row, number, longest, tones) for number, row in enumerate(rows))
    return Chart(WIDTH, ROW * max(len(rows), 1), tones, drawn)


def _bar(row: Row, number: int, longest: int, tones: tuple[str, ...]) -> Bar:
    top, space = number * ROW + (ROW - BAR) // 2, WIDTH - LABEL - 40
    parts, seen = [], 0
    for value, tone in zip(row.parts, tones, strict=True):
        begin, end = (LABEL + round(space * count / longest) for count in (seen, seen + value))
        seen += value
        if value:
            parts.append(Part(begin, top, max(end - begin, 1), tone))
    return Bar(row.label, row.total, tuple(parts), top + 14, LABEL + round(space * row.total / longest) + 6)
