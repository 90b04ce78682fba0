"""What a form asks for a command, and what it makes of the answers."""

from __future__ import annotations

import json
from typing import Literal, get_origin

from pydantic import BaseModel

from services.assessment.domain.assessment_guards import WELLBEING
from services.assessment.domain.case_commands import CompleteAssessment, HoldFollowUp, HoldMeeting, OpenCase
from services.assessment.domain.case_table import CASE
from services.assessment.domain.insight_commands import DecideInsight
from services.assessment.domain.insight_table import INSIGHT
from services.assessment.domain.underretning_table import UNDERRETNING
from services.corps.domain.intervention_commands import LogSession, ReplaceMember
from services.corps.domain.intervention_table import INTERVENTION
from services.corps.domain.loan_table import LOAN
from services.intake.domain.commands import PointOutHelp
from services.intake.domain.table import CONCERN
from shared.lifecycle.table import Command
from shared.web.console.fields import Asking, asked, body
from shared.web.console.site import Form


def _sent(model: type[BaseModel], **values: str | list[str]) -> dict[str, object]:
    pairs = [
        (name.replace("__", "."), each)
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return body(asked(model), Form(tuple(pairs)))


def test_what_was_left_empty_is_left_out() -> None:
    assert _sent(OpenCase, accepts_responsibility="", minor="", grounds="  ", cpr="") == {}


def test_yes_no_and_an_unanswered_question_are_three_things() -> None:
    assert _sent(OpenCase, accepts_responsibility="yes")["accepts_responsibility"] is True
    assert _sent(OpenCase, accepts_responsibility="no")["accepts_responsibility"] is False
    assert "accepts_responsibility" not in _sent(OpenCase)


def test_a_moment_is_danish_time_on_both_sides_of_summer() -> None:
    assert _sent(HoldMeeting, held_at="2026-07-01T10:30")["held_at"] == "2026-07-01T10:30:00+02:00"
    assert _sent(HoldMeeting, held_at="2026-12-01T10:30")["held_at"] == "2026-12-01T10:30:00+01:00"


def test_several_codes_keep_their_order() -> None:
    assert _sent(HoldMeeting, present=["POLICE", "MUNICIPALITY"])["present"] == ["POLICE", "MUNICIPALITY"]


def test_rows_are_read_by_their_numbers_and_empty_ones_are_left_out() -> None:
    found = _sent(
        CompleteAssessment, ratings__0__dimension="A", ratings__2__dimension="B", ratings__2__evidence__0__kind="X"
    )

    assert [row["dimension"] for row in found["ratings"]] == ["A", "B"]  # type: ignore[attr-defined]
    assert "evidence" in found["ratings"][1]  # type: ignore[index]


def test_a_plain_value_of_a_list_is_read_where_its_form_asks_for_it() -> None:
    (offers,) = (each for each in asked(PointOutHelp) if each.name == "offers")
    place = offers.parts[0].at("offers.0").name

    assert place == "offers.0"
    assert body(asked(PointOutHelp), Form(((place, "one"),))) == {"offers": ["one"]}


def test_a_table_has_a_cell_for_each_code() -> None:
    (field,) = (each for each in asked(HoldFollowUp) if each.name == "wellbeing")
    code = field.codes[0]

    assert field.kind is Asking.TABLE
    assert field.enum == "Dimension"
    assert field.codes == tuple(WELLBEING), "what a follow-up does not ask about has no row"
    assert _sent(HoldFollowUp, **{f"wellbeing__{code}": "BETTER"}) == {"wellbeing": {code: "BETTER"}}


def test_a_number_that_is_none_goes_on_as_it_was_typed() -> None:
    assert _sent(HoldFollowUp, attempts="2") == {"attempts": 2}
    assert _sent(HoldFollowUp, attempts="two") == {"attempts": "two"}


def test_more_rows_are_shown_when_they_are_asked_for_and_never_without_end() -> None:
    (field,) = (each for each in asked(CompleteAssessment) if each.name == "ratings")
    filled = Form((("ratings.1.dimension", "A"),))

    assert list(field.rows(Form())) == [0]
    assert list(field.rows(filled)) == [0, 1]
    assert list(field.rows(filled, more="ratings")) == [0, 1, 2]
    assert len(field.rows(Form((("ratings.999999999.dimension", "A"),)))) == 20


def test_every_command_of_every_table_can_be_asked_for() -> None:
    commands: set[type[Command]] = {row.command for table in (CASE, INTERVENTION, CONCERN) for row in table.rows}

    for command in commands:
        assert {field.name for field in asked(command)} == set(command.model_fields), command.code
        assert json.dumps(body(asked(command), Form())) == "{}"


def test_a_number_too_long_to_read_is_for_the_model_to_refuse() -> None:
    long = "9" * 5_000

    assert _sent(LogSession, minutes=long) == {"minutes": long}
    assert "ratings" not in _sent(CompleteAssessment, **{f"ratings__{long}__dimension": "A"})


def test_a_code_of_a_few_is_chosen_from_a_list_and_never_typed() -> None:
    (reason,) = (each for each in asked(ReplaceMember) if each.name == "reason_code")

    assert (reason.kind, reason.enum) == (Asking.CHOICE, "ReturnReason")
    assert reason.codes == ("MEMBER_ILL", "MEMBER_LEFT", "RELATION", "SAFETY", "CITIZEN_DECLINED")


def test_every_row_that_was_filled_counts_also_the_two_hundredth() -> None:
    """A text that was held back in row 30 went to the citizen: rows after the twentieth were not read."""
    found = _sent(DecideInsight, **{f"held_back__{n}__basis": "FVL15" for n in (0, 19, 20, 199)})

    assert len(found["held_back"]) == 4  # type: ignore[arg-type]


def test_no_command_asks_somebody_to_type_a_code() -> None:
    tables = (CASE, INSIGHT, UNDERRETNING, INTERVENTION, LOAN, CONCERN)
    typed = {
        f"{row.command.code}.{field.name}"
        for table in tables
        for row in table.rows
        for field in asked(row.command)
        if field.kind is Asking.LINE and get_origin(row.command.model_fields[field.name].annotation) is Literal
    }

    assert not typed
