"""The drawing of a lifecycle is the table that runs."""

from __future__ import annotations

from services.assessment.domain.case_table import CASE
from services.assessment.domain.underretning_table import UNDERRETNING
from shared.lifecycle.diagram import diagram


def test_every_row_of_the_table_is_drawn() -> None:
    drawn = diagram(CASE)

    for row in CASE.rows:
        assert any(row.command.code in line for line in drawn.splitlines()), row.rule
    assert "    K0 --> K13 : row 9 close-without-action (TOVHOLDER_KOMMUNE + TOVHOLDER_POLITI)" in drawn.splitlines()
    assert "    K12 --> K0 : row 49 reopen-case (TOVHOLDER_KOMMUNE)" in drawn.splitlines()


def test_the_same_table_gives_the_same_drawing() -> None:
    assert diagram(CASE) == diagram(CASE)


def test_a_beginning_and_an_end_are_drawn() -> None:
    lines = diagram(UNDERRETNING).splitlines()

    assert lines[0] == "stateDiagram-v2"
    assert "    [*] --> U1 : row 15 make-underretning (17 roles)" in lines
    assert "    U4 --> [*]" in lines
