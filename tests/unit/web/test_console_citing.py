"""A rule is cited by number and row, in the reader's language."""

from __future__ import annotations

import pytest

from shared.web.console.citing import cited

WORDS = {"række {rows}": "row {rows}", "rækker {rows}": "rows {rows}", "og": "and"}


@pytest.mark.parametrize(
    ("rule", "danish", "english"),
    [
        ("domain.md 2.3 row 37 (new worry)", "2.3 række 37", "2.3 row 37"),
        ("domain.md 2.3 rows 7, 8", "2.3 rækker 7, 8", "2.3 rows 7, 8"),
        ("domain.md 2.3 rows 7 and 8", "2.3 rækker 7 og 8", "2.3 rows 7 and 8"),
        ("domain.md 2.3 row 1, 2.4", "2.3 række 1, 2.4", "2.3 row 1, 2.4"),
        ("domain.md 4.3 R8", "4.3, R8", "4.3, R8"),
        ("domain.md R5, R12 (forvaltningsloven)", "R5, R12", "R5, R12"),
        ("domain.md 5.1 H7", "5.1, H7", "5.1, H7"),
        ("straffeloven", "straffeloven", "straffeloven"),
    ],
)
def test_a_rule_is_cited_by_its_number_and_row(rule: str, danish: str, english: str) -> None:
    assert cited(rule, lambda text: text) == danish
    assert cited(rule, WORDS.__getitem__) == english
