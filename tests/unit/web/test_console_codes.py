"""Every closed code that a page may show has its word: enums, stages, levels of the dimensions, reasons of matching."""

from __future__ import annotations

from enum import StrEnum

import pytest

from services.corps.domain.matching import blocking, constraints
from services.corps.domain.matching.models import Weights
from shared.contracts.assessment_codes import ResourceLevel, RiskLevel
from shared.contracts.corps import Dimension
from shared.web.console.words.codes import CODES, called, stage
from shared.web.console.words.codes.anchors import ANCHORS
from shared.web.console.words.codes.matching import CONSTRAINTS, FACTORS, RELAXATIONS
from shared.web.console.words.codes.stages import STAGES
from tests.unit.web.console_codes import enums, lifecycles

NEVER_SHOWN = {
    "Stage": "has its words by aggregate, in STAGES",
    "Entry": "of the inbox, between machines",
    "Nudged": "of a workflow, between machines",
    "Relation": "of the tests of the matrix of rights",
    "Tie": "of row level security",
    "Mark": "of the register of paragraphs",
    "Ending": "of the desk's buttons, which say it in words of their own",
    "Asking": "of how a form asks, which is no word but a way",
}
POLICY_ANSWERS = {"ADMITTED", "HIDDEN", "REFUSED"}
"""An enum of the matrix of rights is called Answer too; no page shows it."""

SHOWN = {
    name: values - POLICY_ANSWERS if name == "Answer" else values
    for name, values in enums().items()
    if name not in NEVER_SHOWN
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_every_member_of_an_enum_has_its_word_and_no_word_is_without_a_member(name: str) -> None:
    assert set(CODES[name]) == SHOWN[name]


def test_no_words_are_for_an_enum_that_is_not_there() -> None:
    assert set(CODES) == set(SHOWN)
    assert set(NEVER_SHOWN) <= set(enums())


def test_every_stage_of_every_aggregate_is_named() -> None:
    assert set(STAGES) == {f"{life.kind}.{one}" for life in lifecycles() for one in life.stages}
    assert stage("case", "K3") == "Indsamling"


def test_every_level_but_unknown_has_its_anchor_in_every_dimension() -> None:
    risks = {f"{dimension}.risk.{level}" for dimension in Dimension for level in set(RiskLevel) - {RiskLevel.UNKNOWN}}
    resources = {
        f"{dimension}.resource.{level}"
        for dimension in Dimension
        for level in set(ResourceLevel) - {ResourceLevel.UNKNOWN}
    }
    assert set(ANCHORS) == risks | resources
    assert len(set(ANCHORS.values())) == len(ANCHORS)
    assert [key for key, text in ANCHORS.items() if not text.endswith(".")] == []


def test_levels_are_words_and_never_numbers() -> None:
    levels = [*CODES["RiskLevel"].values(), *CODES["ResourceLevel"].values(), *ANCHORS.values()]
    assert [text for text in levels if any(letter.isdigit() for letter in text)] == []


def test_what_matching_may_show_has_its_words() -> None:
    assert set(CONSTRAINTS) == {
        *constraints.SENTENCES,
        constraints.WITHHELD,
        blocking.NO_MEMBERS,
        blocking.BELOW_THRESHOLD,
    }
    assert set(FACTORS) == {*Weights.__dataclass_fields__} & {f"f{n}" for n in range(1, 9)} | {"p1", "p2"}
    assert set(RELAXATIONS) == {change.code for change in blocking._CHANGES} | {blocking.HOLD_SUPERVISION}


def test_a_confidential_constraint_has_no_words() -> None:
    assert set(CONSTRAINTS) & constraints.CONFIDENTIAL == set()


def test_a_member_is_called_by_its_enum() -> None:
    class Unheard(StrEnum):
        SOME = "SOME"

    assert called(RiskLevel.SOME) == "Nogen"
    with pytest.raises(KeyError):
        called(Unheard.SOME)
