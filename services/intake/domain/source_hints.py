"""Words that may show who reported: "my neighbour says". Told to the typist, never refused, never kept (`domain.md` R28).

Pure. A look at wording, not at meaning: it helps the typist to read the text once more, and decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class HintKind(StrEnum):
    """How a passage may point to its source."""

    RELATION = "RELATION"
    """A tie to the reporter: "min nabo", "my son"."""
    SAYS = "SAYS"
    """Somebody is quoted: "læreren fortæller", "his mother says"."""
    OWN_EYES = "OWN_EYES"
    """The reporter's own place or eyes: "jeg så", "where I work"."""


@dataclass(frozen=True, slots=True)
class SourceHint:
    """A passage by its place, `start` to `end` in characters of the text as it was typed, and what it may show."""

    start: int
    end: int
    kind: HintKind


_WHO = (
    r"nabo\w*|genbo\w*|m[oø]r|moren|far|faren|mor|moderen|faderen|for[æa]ldre\w*|s[øo]n\w*|datter\w*|bror|broderen|søster\w*|"
    r"ven\w{0,5}|veninde\w*|kæreste\w*|kone\w*|mand|manden|elev\w*|klassekammerat\w*|kollega\w*|lærer\w*|pædagog\w*|"
    r"neighbou?r|mother|mom|mum|father|dad|parents?|son|daughter|brother|sister|friend|wife|husband|partner|pupil|"
    r"colleague|teacher|cousin"
)
_SAYING = r"siger|sagde|fortæller|fortalte|har sagt|har fortalt|mener|says|said|tells|told|thinks"

_PATTERNS: tuple[tuple[HintKind, re.Pattern[str]], ...] = (
    (
        HintKind.RELATION,
        re.compile(rf"\b(?:min|mit|mine|vores|my|our)\s{{1,3}}(?:\w{{1,20}}\s{{1,3}})?(?:{_WHO})\b", re.IGNORECASE),
    ),
    (HintKind.SAYS, re.compile(rf"\b(?:{_WHO})\s{{1,3}}(?:{_SAYING})\b", re.IGNORECASE)),
    (
        HintKind.OWN_EYES,
        re.compile(
            r"\b(?:jeg|vi|i|we)\s{1,3}(?:så|har set|hørte|har hørt|bor|arbejder|underviser|saw|have seen|heard|live|work|teach)\b",
            re.IGNORECASE,
        ),
    ),
)


def source_hints(text: str) -> tuple[SourceHint, ...]:
    """Return the passages that may show who reported, in the order of the text; none overlaps one before it."""
    found = sorted(
        (match.start(), -match.end(), kind) for kind, pattern in _PATTERNS for match in pattern.finditer(text)
    )
    hints: list[SourceHint] = []
    for start, negative_end, kind in found:
        if not hints or start >= hints[-1].end:
            hints.append(SourceHint(start, -negative_end, kind))
    return tuple(hints)
