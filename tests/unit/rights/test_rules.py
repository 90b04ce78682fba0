"""Rules of `domain.md` 4.3 and 4.6 that are held by what is not there: no score, no key on special data, no automatic decision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from deploy.docs import TABLES, lifecycles
from services.assessment.domain import case_commands as c
from services.assessment.domain.case import Stage
from services.intake.domain.source_hints import HintKind, source_hints
from services.notify.tables import CounterRow
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Transition
from shared.reference.form_text import ORDINARY_ACTIVITY, WITHOUT_SOURCE
from shared.web.reading import view_of
from tests.unit.assessment.assessment_builders import TRIAGE, K, P, case_in, played

OPENAPI = Path(__file__).parents[3] / "docs" / "openapi"
DOCUMENTS = {file.stem: json.loads(file.read_text()) for file in sorted(OPENAPI.glob("*.json"))}
RANKING = ("score", "rank", "risk_total", "probability", "prediction", "likelihood", "percentile", "weight")


def names(part: Any) -> Iterator[str]:
    """Yield every name of a field, parameter, path or operation in an OpenAPI document."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield str(name)
            if name in ("name", "operationId") and isinstance(value, str):
                yield value
            yield from names(value)
    elif isinstance(part, list):
        for each in part:
            yield from names(each)


@pytest.mark.parametrize("service", DOCUMENTS)
def test_no_endpoint_computes_a_score_or_ranks_anybody(service: str) -> None:
    """R25. Members of the corps are matched inside corps; of citizens there is nothing to match by."""
    found = {name for name in names(DOCUMENTS[service]) if any(word in name.lower() for word in RANKING)}

    assert len(set(names(DOCUMENTS[service]))) > 50
    assert found == set()


@pytest.mark.parametrize("stage", [Stage.RECOMMENDED, Stage.FOLLOW_UP])
def test_nothing_that_is_shown_of_a_case_is_a_score(stage: Stage) -> None:
    """R25: what an answer holds, besides what a document says of it; numbers are versions, openings and counts of reviews."""
    shown = view_of(case_in(stage))

    assert not {name for name in names(shown) if any(word in name.lower() for word in RANKING)}
    numbers = {name for name, value in shown.items() if isinstance(value, int) and not isinstance(value, bool)}
    assert numbers == {"version", "opening"}


def test_levels_are_words_and_cannot_be_added_up() -> None:
    """R25, 3.5."""
    schemas = DOCUMENTS["assessment"]["components"]["schemas"]
    for level in ("RiskLevel", "ResourceLevel"):
        assert schemas[level]["type"] == "string"
        assert not [code for code in schemas[level]["enum"] if any(letter.isdigit() for letter in code)]


EVERY_ROW: list[Transition[Any]] = [row for service in TABLES for each in lifecycles(service) for row in each.rows]


def test_every_decision_is_given_by_a_person() -> None:
    """R25: a row that SYSTEM may take decides nothing; where a person decides, the fact names her (`by`)."""
    assert len(EVERY_ROW) > 80
    for row in EVERY_ROW:
        if row.deciding:
            assert set(row.roles) - {Role.SYSTEM}, row.rule
        assert {"by", "by_role"} <= row.fact.model_fields.keys()


SPECIAL = (
    "religio",
    "politic",
    "health",
    "illness",
    "ethnic",
    "belief",
    "convict",
    "offence",
    "crime",
    "mental",
    "theme",
)


def test_no_column_that_a_list_could_search_or_sort_by_holds_special_categories() -> None:
    """R26: they are sealed, or codes inside the state; `theme` is in a match request's requirements and nowhere else."""
    columns = {
        f"{table.fullname}.{column.name}"
        for service in ("intake", "assessment", "corps", "notify")
        for table in _tables(service)
        for column in table.columns
    }

    assert len(columns) > 100
    assert {each for each in columns if any(word in each.rpartition(".")[2] for word in SPECIAL)} == set()


def _tables(service: str) -> list[sa.Table]:
    metadata: sa.MetaData = import_module(f"services.{service}.tables").METADATA
    return list(metadata.tables.values())


def test_statistics_hold_a_month_a_code_and_a_count_and_lead_back_to_nobody() -> None:
    """R9: the store of statistics is apart from the cases, with no reference into them."""
    assert set(CounterRow.model_fields) == {"month", "code", "count"}
    table: sa.Table = CounterRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    assert not table.foreign_keys


def test_a2_needs_one_command_of_each_and_nothing_but_the_code() -> None:
    """R27."""
    play = played(TRIAGE)
    (agreed,) = play.give(c.CloseWithoutAction(reason="A2"), K)
    play.give(c.CloseWithoutAction(reason="A2"), P)

    assert agreed.type == "agreement.recorded.v1"
    assert (play.state.stage, play.state.closing_reason) == (Stage.CLOSED, "A2")
    required = [name for name, field in c.CloseWithoutAction.model_fields.items() if field.is_required()]
    assert required == ["reason"]


def test_the_form_says_what_is_no_concern_in_both_languages() -> None:
    """R27, R28."""
    assert "Almindelig politisk eller religiøs aktivitet er ikke en bekymring" in ORDINARY_ACTIVITY["da"]
    assert "Ordinary political or religious activity is not a concern" in ORDINARY_ACTIVITY["en"]
    assert set(ORDINARY_ACTIVITY) == set(WITHOUT_SOURCE) == {"da", "en"}
    assert "/v1/public/concern-form" in DOCUMENTS["intake"]["paths"]


HINTS = [
    ("My neighbour says that he shouts", [(0, 12, HintKind.RELATION)]),
    ("Det er min nabo, der har set det", [(7, 15, HintKind.RELATION)]),
    ("Æøå: min gamle nabo", [(5, 19, HintKind.RELATION)]),
    ("Ifølge hvad læreren fortæller", [(12, 29, HintKind.SAYS)]),
    ("Hvor jeg arbejder, og min søn går", [(5, 17, HintKind.OWN_EYES), (22, 29, HintKind.RELATION)]),
    ("Han råber ad folk på torvet", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), HINTS, ids=range(len(HINTS)))
def test_words_that_may_show_the_reporter_are_pointed_at(text: str, expected: list[tuple[int, int, HintKind]]) -> None:
    """R28."""
    found = source_hints(text)

    assert [(hint.start, hint.end, hint.kind) for hint in found] == expected


def test_looking_for_hints_takes_time_in_line_with_the_length() -> None:
    from time import perf_counter

    began = perf_counter()
    source_hints("min " * 2_000 + "a" * 8_000 + " jeg " * 2_000)

    assert perf_counter() - began < 1
