"""What the case's rows lead to: stages, clocks, flags, retention (T08, T12, T14, T24)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.assessment.domain import case_commands as c
from services.assessment.domain.case import RetentionClass, Stage
from services.assessment.domain.case_table import CASE
from shared.contracts import assessment as facts
from shared.contracts.base import Fact
from shared.contracts.codes import Answer, ClosingReason
from shared.contracts.lifecycle import DeadlineCancelled, DeadlineMet, DeadlineOpened
from shared.errors import Conflict
from shared.lifecycle.actor import Actor, Role
from tests.unit.assessment.assessment_builders import (
    ACTIVE,
    AT_POLICE,
    FOLLOW_UP,
    GATHERING,
    INTERVENTION,
    KOMMUNE,
    MATCHING,
    MEETING,
    NOW,
    OFFERED,
    PATHS,
    PENDING,
    RECOMMENDED,
    SAMPLES,
    TRIAGE,
    K,
    P,
    S,
    W,
    arrival,
    assessment,
    consent,
    decision,
    evidence,
    follow,
    in_follow_up,
    meeting,
    nine,
    played,
    ref,
    review,
    text,
    without_corps,
    worry,
)


def _opened(made: list[Fact]) -> dict[str, DeadlineOpened]:
    return {fact.kind: fact for fact in made if isinstance(fact, DeadlineOpened)}


def _types(made: list[Fact], kind: type[Fact]) -> list[str]:
    return [fact.kind for fact in made if isinstance(fact, kind)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("stage", list(Stage))
def test_replay_of_the_facts_is_the_state(stage: Stage) -> None:
    play = played(PATHS[stage])

    assert CASE.replay(play.id, play.facts) == play.state
    assert play.state.version == len(play.facts)


@pytest.mark.parametrize("steps", [TRIAGE, GATHERING, (*MEETING, (c.RecordShortAssessment(assessment=text()), K))])
@pytest.mark.parametrize("order", [(K, P), (P, K)])
def test_both_tovholdere_close_together_in_either_order(steps: Any, order: tuple[Role, Role]) -> None:
    play = played(steps)
    close = SAMPLES[c.CloseWithoutAction]

    play.give(close, order[0])
    assert play.state.stage != Stage.CLOSED
    with pytest.raises(Conflict, match="already_agreed"):
        play.give(close, order[0])
    with pytest.raises(Conflict, match="terms_differ"):
        play.give(c.CloseWithoutAction(reason="A4", registers_add_nothing=True), order[1])
    play.give(close, order[1])

    assert play.state.stage == Stage.CLOSED
    assert play.kinds() == set()


def test_one_person_with_both_roles_does_not_agree_with_themselves() -> None:
    both = Actor(ref("one person"), KOMMUNE, frozenset({K, P}))
    play = played(TRIAGE)
    play.give(SAMPLES[c.CloseWithoutAction], both)

    with pytest.raises(Conflict, match="already_agreed"):
        play.give(SAMPLES[c.CloseWithoutAction], both)


def test_police_take_over_leaves_no_reason_anywhere() -> None:
    play = played(AT_POLICE)

    (fact, _) = play.give(c.TakeOver(), P)

    assert set(fact.model_dump(exclude_none=True)) == {"stage", "by", "by_role", "organisation", "at", "concerns"}
    assert not c.TakeOver.model_fields
    assert not c.RevokeClearance.model_fields


def test_police_may_take_an_active_case_and_give_it_back() -> None:
    play = played(ACTIVE)
    play.give(c.RevokeClearance(), P)
    noted = play.give(follow("STOPPED"), Role.SYSTEM)
    play.give(c.ReturnCase(), P)

    assert [fact.stage for fact in noted] == [None]
    assert play.state.stage == Stage.GATHERING
    assert play.kinds() == {"meeting"}


def test_a_full_assessment_recommends_and_no_total_exists_anywhere() -> None:
    ratings = nine(RELATIONSHIPS={"risk_level": "SERIOUS", "evidence": [evidence()], "dissent": ["PROBATION"]})
    play = played((*MEETING, (assessment(ratings=ratings), K)))

    assert play.state.stage == Stage.RECOMMENDED
    assert play.state.assessment.measures == ("MENTOR", "EDUCATION_JOB")
    keys = set(_keys(play.state.model_dump(mode="json"))) | set(_keys(play.facts[-2].model_dump(mode="json")))
    assert not {
        key for key in keys if any(word in key for word in ("sum", "total", "mean", "score", "rank", "average"))
    }
    assert not any(
        isinstance(value, (int, float))
        for rated in play.state.assessment.ratings
        for value in rated.model_dump().values()
        if not isinstance(value, bool)
    )


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _keys(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _keys(part)


def test_levels_cannot_be_added_or_averaged() -> None:
    level = nine()[0].risk_level

    with pytest.raises(TypeError):
        sum([level, level])
    with pytest.raises(ValueError):
        int(level)


@pytest.mark.parametrize("dimension", ["CONVICTIONS", "VIOLENCE", "CRIME", "RELATIONSHIPS"])
def test_acute_in_a_dimension_of_risk_and_threat_opens_a_task_that_lasts(dimension: str) -> None:
    acute = nine(**{dimension: {"risk_level": "ACUTE", "evidence": [evidence()]}})
    play = played((*MEETING, (assessment(ratings=acute), K)))
    play.give(SAMPLES[c.SendRecommendation], K)

    assert play.kinds() == {"decide", "acute_task"}
    made = play.give(c.AnswerAcuteTask(handed_over=True), P)
    assert _types(made, DeadlineMet) == ["acute_task"]


def test_acute_in_a_dimension_of_wellbeing_opens_none() -> None:
    rated = nine(FAMILY={"risk_level": "ACUTE", "evidence": [evidence()]})

    assert played((*MEETING, (assessment(ratings=rated), K))).kinds() == {"send_recommendation"}


@pytest.mark.parametrize(
    ("present", "warned"), [(["MUNICIPALITY", "POLICE"], True), (["MUNICIPALITY", "POLICE", "PSYCHIATRY"], False)]
)
def test_mental_vulnerability_without_psychiatry_is_a_warning(present: list[str], warned: bool) -> None:
    rated = nine(MENTAL_VULNERABILITY={"risk_level": "SOME", "evidence": [evidence()]})
    play = played((*GATHERING, (meeting(present=present), S), (assessment(ratings=rated), K)))

    assert play.state.assessment.psychiatry_missing is warned


def test_an_offer_that_is_declined_has_no_consequence() -> None:
    play = played(OFFERED)

    play.give(c.RecordDecline(), W)

    assert (play.state.stage, play.state.closing_reason) == (Stage.CLOSED, ClosingReason.D1)
    assert play.state.retention_class is RetentionClass.NO_MEASURE
    assert play.kinds() == set()


def test_a_new_concern_on_a_closed_case_begins_again_and_says_so() -> None:
    play = played((*OFFERED, (c.RecordDecline(), W))).let_pass(timedelta(days=100))

    made = play.give(c.ReopenCase(concern_case=ref("other case")), K)

    assert (play.state.stage, play.state.opening) == (Stage.TRIAGE, 2)
    assert play.state.earlier_closed_concern
    assert play.state.assessment is None
    assert play.state.assessments[0].outdated
    assert play.state.closing_reason is None
    assert play.state.retention_class is None
    assert {kind: clock.opening for kind, clock in _opened(made).items()} == {"triage_again": 2, "close_or_refer": 2}


def test_a_review_with_a_worry_reopens_and_cancels_the_second_review_once() -> None:
    play = in_follow_up()
    asked = play.give(worry(), W)
    assert _types(asked, DeadlineMet) == ["follow_up_6"]
    assert set(_opened(asked)) == {"confirm_reopening"}

    made = play.give(c.ReopenCase(), K)

    assert play.state.stage == Stage.TRIAGE
    assert sorted(_types(made, DeadlineCancelled)) == ["close_after_follow_up", "follow_up_12"]
    assert play.state.assessments[0].outdated
    assert not play.state.earlier_closed_concern
    with pytest.raises(Conflict):
        play.give(c.ReopenCase(), K)
    assert sum(isinstance(fact, DeadlineCancelled) and fact.kind == "follow_up_12" for fact in play.facts) == 1


def test_a_reopened_case_goes_the_whole_way_again() -> None:
    play = in_follow_up()
    play.give(worry(), W)
    play.give(c.ReopenCase(), K)
    play.give(c.RequestClearance(), K)
    play.give(c.ClearCase(), P)
    play.give(meeting(), S)
    play.give(assessment(), K)

    assert [one.outdated for one in play.state.assessments] == [True, False]
    assert [one.number for one in play.state.assessments] == [1, 2]
    assert CASE.replay(play.id, play.facts) == play.state


def test_both_reviews_then_both_tovholdere_close() -> None:
    play = in_follow_up()
    first = play.give(review(), W)
    second = play.let_pass(timedelta(days=180)).give(review(decision="CLOSE"), W)
    play.give(c.CloseCase(reason="E1"), K)
    made = play.give(c.CloseCase(reason="E1"), P)

    assert (_types(first, DeadlineMet), _types(second, DeadlineMet)) == (["follow_up_6"], ["follow_up_12"])
    assert _types(made, DeadlineMet) == ["close_after_follow_up"]
    assert play.state.retention_class is RetentionClass.MEASURE


def test_a_third_review_does_not_exist() -> None:
    play = in_follow_up(12)
    play.give(review(), W)
    play.give(review(decision="CLOSE"), W)

    with pytest.raises(Conflict, match="no_row_fits"):
        play.give(review(decision="CLOSE"), W)


def test_the_end_counts_from_when_it_ended_not_from_when_it_was_read() -> None:
    play = played(ACTIVE).let_pass(timedelta(days=3))

    play.give(follow("ENDED", at=NOW), Role.SYSTEM)

    assert play.state.clock("follow_up_6").due_at == datetime(2027, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize("happened", ["PAUSED", "ENDED", "REPLACING"])
def test_what_happens_to_another_intervention_moves_nothing(happened: str) -> None:
    play = played(ACTIVE)

    play.give(follow(happened, intervention=ref("old intervention")), Role.SYSTEM)

    assert play.state.stage == Stage.ACTIVE


def test_the_same_ending_told_twice_starts_follow_up_once() -> None:
    play = played(FOLLOW_UP)

    made = play.give(follow("ENDED"), Role.SYSTEM)

    assert [fact.type for fact in made] == ["case.intervention_followed.v1"]
    assert play.state.stage == Stage.FOLLOW_UP


def test_a_replaced_member_is_sought_again_and_the_case_goes_on() -> None:
    play = played(ACTIVE)
    play.give(follow("REPLACING"), Role.SYSTEM)
    assert play.state.stage == Stage.MATCHING

    play.give(follow("STARTED"), Role.SYSTEM)

    assert (play.state.stage, play.state.intervention_id) == (Stage.ACTIVE, INTERVENTION)


def test_a_measure_without_the_corps_is_reviewed_ended_and_followed_up() -> None:
    play = without_corps()
    again = play.let_pass(timedelta(days=89)).give(c.ReviewMeasure(still_needed=True), W)
    play.give(c.EndMeasure(reason="E1"), W)

    assert _types(again, DeadlineMet) == ["review_measure"]
    assert set(_opened(again)) == {"review_measure"}
    assert play.state.stage == Stage.FOLLOW_UP
    assert play.kinds() == {"follow_up_6", "follow_up_12", "close_after_follow_up"}


def test_requirements_carry_what_the_case_knows_and_never_the_case() -> None:
    child = (
        (arrival(minor="YES", cross_over=True, travel="RETURNED"), Role.SYSTEM),
        *GATHERING[1:],
        (meeting(invited=["CHILD_UNIT"]), S),
        (assessment(child_unit_contributed=True), K),
        *OFFERED[len(RECOMMENDED) :],
    )
    play = played(child)

    (fact, *_) = play.give(consent(given_by="CUSTODY_HOLDER"), W)

    assert isinstance(fact, facts.ConsentGiven)
    assert fact.requirements is not None
    assert (fact.requirements.minor, fact.requirements.cross_over, fact.requirements.returnee) == (True, True, True)


def test_an_attached_concern_adds_what_it_says_and_keeps_both_sources_apart() -> None:
    play = played(TRIAGE)
    more = SAMPLES[c.AttachConcern].model_copy(update={"minor": Answer.YES, "acute": True, "cross_over": True})

    play.give(more, K)

    assert [one.from_case for one in play.state.concerns] == [None, ref("other case")]
    assert (play.state.minor, play.state.acute, play.state.cross_over) == (Answer.YES, True, True)
    play.give(SAMPLES[c.AttachConcern], K)
    assert (play.state.minor, play.state.acute) == (Answer.YES, True)


def test_a_decision_for_no_measure_closes_the_case() -> None:
    play = played(PENDING)

    play.give(decision(outcome="NONE", reason="A4", grounds=text()), W)

    assert (play.state.stage, play.state.closing_reason) == (Stage.CLOSED, ClosingReason.A4)
    assert play.state.retention_class is RetentionClass.NO_MEASURE


RETENTION = [
    ("9", "NO", "RET-1"), ("10", "YES", "RET-1"), ("20", "NO", "RET-1"), ("46", "NO", "RET-2"), ("24", "NO", "RET-2"),
    ("26", "YES", "RET-4"), ("38", "NO", "RET-3"), ("38", "YES", "RET-4"),
]  # fmt: skip


@pytest.mark.parametrize(("after", "minor", "expected"), RETENTION)
def test_the_retention_class_follows_from_the_row_that_closed(after: str, minor: str, expected: str) -> None:
    from services.assessment.domain.case_facts import retention_class

    assert retention_class(after, Answer(minor)) == expected


def test_a_late_answer_is_met_late_and_never_cancelled() -> None:
    play = played(PENDING).let_pass(timedelta(days=60))

    made = play.give(decision(), W)

    assert [(fact.kind, fact.late) for fact in made if isinstance(fact, DeadlineMet)] == [("decide", True)]


def test_matching_waits_with_no_clock_of_the_case_but_its_consent() -> None:
    assert played(MATCHING).kinds() == {"consent_expires"}
