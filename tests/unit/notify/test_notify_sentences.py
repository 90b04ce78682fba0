"""Every kind of deadline is told in both languages, with the words of the console; acute kinds are kinds that exist."""

from __future__ import annotations

import pytest

from services.notify.domain.deadlines import ACUTE
from services.notify.sentences import todo
from shared.web.console.words.clocks import CLOCKS, UNKNOWN


@pytest.mark.parametrize("kind", sorted(CLOCKS))
def test_each_kind_is_told_in_both_languages(kind: str) -> None:
    sentence = todo(*kind.split("."))

    assert sentence.da == CLOCKS[kind].todo
    assert sentence.en.endswith((".", "?"))
    assert sentence.en != sentence.da


def test_acute_kinds_are_kinds_with_a_sentence() -> None:
    assert set(CLOCKS) >= ACUTE


def test_a_kind_of_a_newer_service_has_a_general_sentence() -> None:
    assert todo("case", "not_here_yet").da == UNKNOWN.todo
