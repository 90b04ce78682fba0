"""The underretning: 24 hours and six working days (T04, T05), in every stage of the case and in none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.assessment.domain import underretning_commands as u
from services.assessment.domain.case import OPEN_CASE
from services.assessment.domain.case import Stage as CaseStage
from services.assessment.domain.underretning import Stage
from services.assessment.domain.underretning_table import UNDERRETNING
from shared.contracts.lifecycle import DeadlineEscalated, DeadlineMissed, DeadlineOpened, StepAction
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import TakeDeadlineStep
from tests.unit.assessment.assessment_builders import SAMPLES, Play, ref

FRIDAY = datetime(2026, 11, 6, 14, 10, tzinfo=UTC)  # 15:10 in Copenhagen
CHILD = Role.CHILD_UNIT


def registered(**changes: object) -> Play:
    """Return the track that starts by itself with a concern received on Friday 15:10."""
    play = Play(UNDERRETNING, ref("underretning"), now=FRIDAY)
    register = SAMPLES[u.RegisterUnderretning].model_copy(update={"received_at": FRIDAY, **changes})
    play.give(register, Role.SYSTEM)
    return play


def test_24_hours_run_over_the_weekend_with_the_leader_told_at_12_and_24() -> None:
    play = registered()
    (clock,) = [fact for fact in play.facts if isinstance(fact, DeadlineOpened) and fact.kind == "assess_underretning"]

    assert clock.due_at == FRIDAY + timedelta(hours=24)
    assert [(step.at - FRIDAY, step.action) for step in clock.steps] == [
        (timedelta(hours=6), StepAction.REMIND),
        (timedelta(hours=12), StepAction.ESCALATE),
        (timedelta(hours=24), StepAction.MISS),
    ]
    assert (clock.sourced, clock.owner_role, clock.owner_organisation) == (True, CHILD, "kommune:0253")


def test_a_missed_assessment_is_on_record_and_nothing_is_assessed() -> None:
    play = registered()
    clock = play.state.clock("assess_underretning")

    for hours, action in ((6, StepAction.REMIND), (12, StepAction.ESCALATE), (24, StepAction.MISS)):
        play.now = FRIDAY + timedelta(hours=hours)
        play.give(TakeDeadlineStep(deadline_id=clock.id, action=action), Role.SYSTEM)

    assert [type(fact) for fact in play.facts[-2:]] == [DeadlineEscalated, DeadlineMissed]
    assert (play.state.stage, play.state.acute) == (Stage.RECEIVED, None)
    assert play.state.clock("assess_underretning") is not None


def test_a_step_taken_twice_has_one_effect_and_none_before_its_time() -> None:
    play = registered()
    step = TakeDeadlineStep(deadline_id=play.state.clock("assess_underretning").id, action=StepAction.REMIND)

    play.now = FRIDAY + timedelta(hours=6) - timedelta(seconds=1)
    assert play.give(step, Role.SYSTEM) == []
    play.now += timedelta(seconds=1)
    assert len(play.give(step, Role.SYSTEM)) == 1
    assert play.give(step, Role.SYSTEM) == []


def test_the_receipt_is_due_after_six_working_days_in_whatever_stage() -> None:
    play = registered()
    play.give(u.AssessUnderretning(acute=False), CHILD)
    play.give(u.DecideInvestigation(follow_up="NONE"), CHILD)

    assert play.state.stage == Stage.CLOSED
    clock = play.state.clock("send_receipt")
    assert clock.due_at == datetime(2026, 11, 16, 14, 10, tzinfo=UTC)
    play.give(u.SendReceipt(), CHILD)
    assert play.kinds() == set()


def test_an_unknown_notifier_gets_no_receipt() -> None:
    play = registered(notifier_known=False)

    assert play.kinds() == {"assess_underretning"}
    with pytest.raises(Invalid, match="no_receipt_due"):
        play.give(u.SendReceipt(), CHILD)


def test_a_receipt_is_sent_once() -> None:
    play = registered()
    play.give(u.SendReceipt(), CHILD)

    with pytest.raises(Invalid, match="no_receipt_due"):
        play.give(u.SendReceipt(), CHILD)


def test_routing_after_an_alarm_brings_the_notifier_and_the_case_once() -> None:
    play = registered(notifier_known=False)
    note = u.NoteRouting(case_id=ref("case"), notifier_known=True)

    play.now = FRIDAY + timedelta(hours=3)
    play.give(note, Role.SYSTEM)
    play.give(note, Role.SYSTEM)

    assert play.state.case_id == ref("case")
    assert sorted(clock.kind for clock in play.state.clocks.values()) == ["assess_underretning", "send_receipt"]
    assert play.state.clock("send_receipt").due_at == datetime(2026, 11, 16, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("follow_up", "stage"),
    [("P19", Stage.INVESTIGATING), ("P20", Stage.INVESTIGATING), ("NONE", Stage.CLOSED), ("EXISTING", Stage.CLOSED)],
)
def test_the_child_unit_decides_what_follows(follow_up: str, stage: Stage) -> None:
    play = registered()
    play.give(u.AssessUnderretning(acute=True), CHILD)
    play.give(u.DecideInvestigation(follow_up=follow_up), CHILD)

    assert play.state.stage == stage
    assert UNDERRETNING.replay(play.id, play.facts) == play.state


def made(known: dict[str, object] | None = None, **changes: object) -> Play:
    """Return an underretning made by a professional."""
    play = Play(UNDERRETNING, ref("underretning"))
    plain = {"municipality": "0253", "minor": "UNKNOWN", "possible_need_of_support": True}
    play.give(u.MakeUnderretning.model_validate({**plain, **changes}), Role.PRO_REPORTER, **(known or {}))
    return play


@pytest.mark.parametrize("stage", list(CaseStage))
def test_no_state_of_an_open_case_switches_it_off(stage: CaseStage) -> None:
    known = {"case_stage": stage, "case_municipality": "0253"}
    if stage in OPEN_CASE:
        assert made(known, case_id=ref("case"), municipality=None).state.municipality == "0253"
    else:
        with pytest.raises(Invalid, match="case_not_open"):
            made(known, case_id=ref("case"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minor": "NO"}, "not_a_child"),
        ({"possible_need_of_support": False}, "no_need_of_support"),
        ({"municipality": None}, "municipality_unknown"),
        ({"municipality": "0411"}, "municipality_unknown"),
    ],
)
def test_guard_of_row_15_stops_what_does_not_fit(changes: dict[str, object], code: str) -> None:
    assert made().state.stage == Stage.RECEIVED

    with pytest.raises(Invalid) as refused:
        made(**changes)
    assert refused.value.code == code
