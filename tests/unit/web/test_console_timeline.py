"""Every fact is a line of a timeline, every clock has a name and says what to do, every organisation is called something."""

from __future__ import annotations

import pytest

from shared.lifecycle.table import Lifecycle
from shared.web.console.words.clocks import CLOCKS, UNKNOWN, clock
from shared.web.console.words.facts import FACTS
from tests.unit.web.console_codes import lifecycles

KINDS = {
    f"{life.kind}.{rule.kind}"
    for life in lifecycles()
    if life.kind != "delivery"
    for row in life.rows
    for rule in row.opens
}


@pytest.mark.parametrize("life", lifecycles(), ids=lambda life: life.kind)
def test_every_published_fact_is_a_line(life: Lifecycle[object]) -> None:
    assert {wire for wire in life.facts if wire not in FACTS} == set()


def test_no_line_is_without_a_fact() -> None:
    assert set(FACTS) - {wire for life in lifecycles() for wire in life.facts} == set()


def test_a_line_has_no_full_stop_at_its_end() -> None:
    assert [wire for wire, line in FACTS.items() if line.endswith(".")] == []


def test_what_police_take_over_gives_no_reason() -> None:
    taken = [FACTS["case.police_took_over.v1"], FACTS["case.clearance_revoked.v1"], FACTS["intervention.stopped.v1"]]
    assert [line for line in taken if "fordi" in line] == []


def test_what_the_machine_did_is_said_to_decide_nothing() -> None:
    steps = [line for wire, line in FACTS.items() if line.startswith("SYSTEM")]
    assert len(steps) == 3
    assert all(line.endswith("afgør intet") for line in steps)


def test_every_clock_that_a_service_opens_has_its_words_and_no_other() -> None:
    assert set(CLOCKS) == KINDS


def test_a_clock_says_what_is_to_be_done_in_a_sentence() -> None:
    assert [kind for kind, words in CLOCKS.items() if not words.todo.endswith((".", "?"))] == []
    assert [kind for kind, words in CLOCKS.items() if words.name.endswith(".") or len(words.name) > 40] == []
    assert clock("case", "not_here_yet") is UNKNOWN
