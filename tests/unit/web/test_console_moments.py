"""A moment that is typed as a day and a time: what is taken, what is refused at which line, and the nights when the clocks change."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.web.console.fields import asked, body
from shared.web.console.language import DANISH, ENGLISH
from shared.web.console.moments import NO_DAY, NO_TIME, NOT_A_TIME, SKIPPED, halves, pairs_of
from shared.web.console.refusals import refusals
from shared.web.console.saying import Say
from shared.web.console.site import Form


class Held(BaseModel):
    """Asks for one moment that must be said and one that need not."""

    held_at: AwareDatetime
    told_at: AwareDatetime | None = None


def typed(day: str, clock: str, name: str = "held_at") -> Form:
    return Form(((name, day), (f"{name}.time", clock)))


def refused(form: Form) -> dict[str, str]:
    with pytest.raises(ValidationError) as error:
        Held.model_validate(body(asked(Held), form))
    return dict(refusals(error.value, DANISH, form).fields)


@pytest.mark.parametrize("clock", ["9:30", "09:30", "9.30", "09.30", "0930", "930", " 09.30 "])
def test_a_time_is_read_as_people_type_it(clock: str) -> None:
    found = Held.model_validate(body(asked(Held), typed("2026-11-22", clock)))

    assert found.held_at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "hour"), [("00:00", 0), ("0000", 0), ("000", 0), ("130", 1), ("1300", 13), ("23.59", 23)]
)
def test_a_time_is_on_a_24_hour_clock(clock: str, hour: int) -> None:
    assert body(asked(Held), typed("2026-11-22", clock))["held_at"][11:13] == f"{hour:02}"


@pytest.mark.parametrize(
    "clock",
    [
        "24:00",
        "9",
        "12",
        "9:5",
        "12:60",
        "2400",
        "9:30 PM",
        "14:30Z",
        "14:30+05:00",
        "14:30:00",
        "١٤:٣٠",
        "14,5",
        "09300",
    ],
)
def test_what_is_no_time_is_refused_at_its_own_line(clock: str) -> None:
    assert refused(typed("2026-11-22", clock)) == {"held_at.time": NOT_A_TIME}


def test_a_half_that_is_missing_is_named() -> None:
    assert refused(typed("2026-11-22", "")) == {"held_at.time": NO_TIME}
    assert refused(typed("", "14.30")) == {"held_at": NO_DAY}
    assert refused(typed("22/11/2026", "25.00")) == {"held_at": NO_DAY, "held_at.time": NOT_A_TIME}


def test_a_moment_of_which_nothing_was_said_is_missing_once_or_left_out() -> None:
    assert refused(typed("", "")) == {"held_at": "Skal udfyldes."}
    assert "told_at" not in body(asked(Held), typed("", "", "told_at"))


def test_a_moment_that_need_not_be_said_is_whole_or_refused() -> None:
    both = Form((*typed("2026-11-22", "14.30").pairs, *typed("2026-11-22", "", "told_at").pairs))

    assert refused(both) == {"told_at.time": NO_TIME}


def test_a_day_alone_is_its_beginning_where_the_form_asks_for_no_time() -> None:
    assert body(asked(Held), Form((("held_at", "2026-07-01"),)))["held_at"] == "2026-07-01T00:00:00+02:00"


def test_the_hour_that_there_is_not_is_refused_in_words() -> None:
    assert refused(typed("2026-03-29", "02:30")) == {"held_at.time": SKIPPED}
    assert refused(Form((("held_at", "2026-03-29T02:30"),))) == {"held_at": "Skriv dato og klokkeslæt."}
    assert body(asked(Held), typed("2026-03-29", "03:00"))["held_at"] == "2026-03-29T03:00:00+02:00"
    assert body(asked(Held), typed("2026-03-29", "01:59"))["held_at"] == "2026-03-29T01:59:00+01:00"


def test_of_the_hour_that_there_is_twice_the_first_is_meant() -> None:
    assert body(asked(Held), typed("2026-10-25", "02:30"))["held_at"] == "2026-10-25T02:30:00+02:00"
    assert body(asked(Held), typed("2026-10-25", "03:00"))["held_at"] == "2026-10-25T03:00:00+01:00"


def test_a_form_begins_with_a_moment_in_danish_time() -> None:
    form = Form(pairs_of("held_at", datetime(2026, 7, 1, 22, 30, 59, tzinfo=UTC)))

    assert halves(form, "held_at") == ("2026-07-02", "00:30")
    assert body(asked(Held), form)["held_at"] == "2026-07-02T00:30:00+02:00"


def test_a_draft_that_kept_a_moment_as_one_value_comes_apart() -> None:
    assert halves(Form((("held_at", "2026-07-01T10:30"),)), "held_at") == ("2026-07-01", "10:30")


def test_the_line_for_the_time_is_called_by_the_question_it_belongs_to() -> None:
    assert Say(DANISH).field("held_at.time", "hold-meeting") == "Hvornår blev mødet holdt? Klokkeslæt"
    assert Say(ENGLISH).field("held_at.time", "hold-meeting").endswith("? Time")


def test_no_page_leaves_the_clock_to_the_browser() -> None:
    """An input of these types shows AM and PM where the browser is set to it, whatever the page says."""
    root = Path(__file__).parents[3]
    pages = [*root.glob("services/*/pages/templates/**/*.html"), *root.glob("shared/web/**/*.html")]
    assert pages
    assert not [page.name for page in pages if re.search("""type=["']?(time|datetime-local)""", page.read_text())]
