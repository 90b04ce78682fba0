"""What to do, in one sentence per kind of deadline, in both languages; the words are those of the console's pages.

The key is `<aggregate kind>.<deadline kind>`. Every kind that a service can open has its sentence (tested); one that is not
there yet, from a newer service, gets a general one.
"""

from __future__ import annotations

from typing import NamedTuple

from shared.web.console.language import ENGLISH
from shared.web.console.words.clocks import clock


class Sentence(NamedTuple):
    """The same in both languages."""

    da: str
    en: str


def todo(aggregate_kind: str, deadline_kind: str) -> Sentence:
    """Return what is to be done."""
    danish = clock(aggregate_kind, deadline_kind).todo
    return Sentence(danish, ENGLISH.gettext(danish))
