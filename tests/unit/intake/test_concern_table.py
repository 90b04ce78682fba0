"""The concern's table, cell by cell, and its guards."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from services.intake.domain import commands as c
from services.intake.domain.concern import Stage
from services.intake.domain.table import CONCERN
from shared.contracts.codes import Anonymity, Answer, SubjectKnown, Travel
from shared.errors import Conflict, Forbidden, Invalid, TovholderError
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command
from tests.unit.intake.concern_builders import (
    COMMANDS,
    CONCERN_ID,
    NOW,
    a_concern,
    context,
    received,
    sealed,
)
from tests.unit.lifecycle import every_cell


@pytest.mark.parametrize(
    "cell", list(every_cell.cells(CONCERN)), ids=lambda cell: f"{cell[0]}-{cell[1].code}-{cell[2]}"
)
def test_every_cell_of_the_table_does_what_the_table_says(cell: tuple[str, type[Command], Role]) -> None:
    stage, command, role = cell
    state = None if stage == "-" else a_concern(Stage(stage))
    rows = every_cell.rows_for(CONCERN, cell)

    try:
        _, facts = decide(CONCERN, state, COMMANDS[command], context(role))
    except TovholderError as error:
        refused_by_a_guard = isinstance(error, Invalid)
        assert refused_by_a_guard if rows else isinstance(error, (Forbidden, Conflict))
    else:
        assert rows
        assert any(isinstance(fact, row.fact) for row in rows for fact in facts)


@pytest.mark.parametrize("row", [row for row in CONCERN.rows if row.deciding], ids=lambda row: row.rule)
def test_system_is_refused_for_every_deciding_row(row: object) -> None:
    command = COMMANDS[row.command]  # type: ignore[attr-defined]
    state = None if row.creates else a_concern(Stage(row.sources[0]))  # type: ignore[attr-defined]

    with pytest.raises(Forbidden):
        decide(CONCERN, state, command, context(Role.SYSTEM))


def test_facts_in_order_give_the_state_that_decide_returned() -> None:
    concern, facts = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))
    after, more = decide(
        CONCERN, concern, c.RaiseAcute(minor=Answer.YES, travel=Travel.PLAN), context(Role.HOTLINE_ADVISER)
    )

    assert CONCERN.replay(CONCERN_ID, [*facts, *more]) == after


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reporter": "somebody"}, "reporter_does_not_fit_mode"),
        ({"anonymity": Anonymity.CONFIDENTIAL}, "reporter_does_not_fit_mode"),
        ({"subject_known": SubjectKnown.IDENTIFIED}, "residence_missing"),
        ({"subject_municipality": "0411"}, "municipality_unknown"),
        ({"observed_to": NOW + timedelta(minutes=1)}, "observation_in_future"),
        ({"observed_from": NOW - timedelta(days=1), "observed_to": NOW - timedelta(days=2)}, "observation_in_future"),
        ({"observed_from": NOW.replace(year=2016) - timedelta(days=1)}, "observation_too_old"),
    ],
)
def test_a_concern_that_breaks_a_rule_is_refused_with_its_code(changes: dict[str, object], code: str) -> None:
    command = received(**changes)
    if command.reporter is not None:
        command = command.model_copy(update={"reporter": sealed()})

    with pytest.raises(Invalid) as refused:
        decide(CONCERN, None, command, context(Role.HOTLINE_ADVISER))

    assert refused.value.code == code
    assert refused.value.rule
    assert refused.value.remedy


def test_an_observation_of_ten_years_ago_is_just_accepted() -> None:
    command = received(observed_from=NOW.replace(year=2016))

    concern, _ = decide(CONCERN, None, command, context(Role.HOTLINE_ADVISER))

    assert concern is not None


def test_an_identified_person_is_not_closed_with_advice_alone() -> None:
    command = received(subject_known=SubjectKnown.IDENTIFIED, subject_municipality="0253")
    concern, _ = decide(CONCERN, None, command, context(Role.HOTLINE_ADVISER))

    with pytest.raises(Invalid, match="subject_identified"):
        decide(CONCERN, concern, c.GiveAdvice(), context(Role.HOTLINE_ADVISER))
    closed, _ = decide(CONCERN, concern, c.GiveAdvice(not_about_extremism=True), context(Role.HOTLINE_ADVISER))

    assert closed is not None
    assert closed.stage == Stage.ADVISED_CLOSED


DESKS_AT = {
    Role.TOVHOLDER_KOMMUNE: "kommune:0253",
    Role.TOVHOLDER_POLITI: "politi:midt-og-vestsjaelland",
    Role.CHILD_UNIT: "kommune:0253",
}


@pytest.mark.parametrize(
    ("command", "stage"),
    [
        (c.RouteConcern(municipality="0253", grounds=sealed()), Stage.ROUTED),
        (c.GiveAdvice(), Stage.ADVISED_CLOSED),
        (c.PointOutHelp(offers=(uuid4(),)), Stage.ADVISED_CLOSED),
    ],
)
@pytest.mark.parametrize("role", DESKS_AT)
def test_who_takes_a_concern_in_can_meet_the_clock_that_is_theirs(role: Role, command: Command, stage: Stage) -> None:
    here = DESKS_AT[role]
    concern, _ = decide(CONCERN, None, received(channel="WALK_IN"), context(role, place=here))
    assert concern is not None
    (clock,) = concern.clocks.values()
    assert (clock.kind, clock.owner_role, clock.owner_organisation) == ("route_or_close", role, here)

    ended, _ = decide(CONCERN, concern, command, context(role, place=here))

    assert ended is not None
    assert ended.stage == stage
    assert not ended.clocks


@pytest.mark.parametrize("role", DESKS_AT)
def test_an_alarm_at_a_desk_of_the_infohus_can_be_carried_to_its_end_there(role: Role) -> None:
    here = DESKS_AT[role]
    concern, _ = decide(CONCERN, None, received(channel="PHONE_LOCAL"), context(role, place=here))
    for command in (COMMANDS[c.RaiseAcute], COMMANDS[c.LogHandover], COMMANDS[c.CompleteRecord], c.CloseAcute()):
        concern, _ = decide(CONCERN, concern, command, context(role, place=here))

    assert concern is not None
    assert concern.stage == Stage.ADVISED_CLOSED
    assert not concern.clocks


@pytest.mark.parametrize("command", [c.RouteConcern, c.CloseAcute, c.LogHandover, c.CompleteRecord, c.SetAnonymity])
def test_a_child_unit_that_hears_of_an_alarm_does_nothing_with_what_it_did_not_take_in(command: type[Command]) -> None:
    with pytest.raises(Invalid, match="not_your_desk"):
        decide(
            CONCERN,
            a_concern(Stage.ACUTE),
            COMMANDS[command],
            context(Role.CHILD_UNIT, place=DESKS_AT[Role.CHILD_UNIT]),
        )


def test_a_tovholder_does_not_advise_away_what_another_desk_took_in() -> None:
    for place in ("kommune:0253", "hotline:national"):
        with pytest.raises(Invalid, match="not_your_desk"):
            decide(CONCERN, a_concern(), c.GiveAdvice(), context(Role.TOVHOLDER_KOMMUNE, place=place))


def test_an_alarm_keeps_what_was_known_of_the_child() -> None:
    concern, _ = decide(CONCERN, None, received(minor=Answer.YES), context(Role.HOTLINE_ADVISER))

    acute, _ = decide(CONCERN, concern, c.RaiseAcute(), context(Role.TOVHOLDER_POLITI))

    assert acute is not None
    assert acute.minor is Answer.YES


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.RaiseAcute(subject_municipality="0411"), "municipality_unknown"),
        (c.CompleteRecord(subject_municipality="0999"), "municipality_unknown"),
        (c.PointOutHelp(offers=(uuid4(),), municipality="0411"), "municipality_unknown"),
        (c.CompleteRecord(subject_known=SubjectKnown.IDENTIFIED), "residence_missing"),
    ],
)
def test_a_later_command_is_checked_like_the_first_one(command: Command, code: str) -> None:
    concern, _ = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))

    with pytest.raises(Invalid, match=code):
        decide(CONCERN, concern, command, context(Role.HOTLINE_ADVISER))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"observed_to": NOW.replace(year=2016) - timedelta(days=1)}, "observation_too_old"),
        ({"departs_at": NOW + timedelta(days=9)}, "departure_without_plan"),
    ],
)
def test_dates_that_do_not_fit_are_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        decide(CONCERN, None, received(**changes), context(Role.HOTLINE_ADVISER))
