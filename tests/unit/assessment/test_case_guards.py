"""Each guard of the case: what just fits it, and what just fails it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.assessment.domain import case_commands as c
from services.assessment.domain.assessment_guards import WELLBEING
from services.assessment.domain.case import Stage
from services.assessment.domain.case_table import CASE
from services.assessment.domain.subject import CorrectSubject
from shared.contracts.codes import InterventionKind
from shared.contracts.requirements import MatchRequirements
from shared.errors import Conflict, Invalid
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.table import Command
from tests.unit.assessment.assessment_builders import (
    ARRIVED,
    FOLLOW_UP,
    GATHERING,
    KOMMUNE,
    MEETING,
    MENTOR,
    NOW,
    OFFERED,
    PENDING,
    RECOMMENDED,
    SAMPLES,
    TRIAGE,
    K,
    P,
    Play,
    S,
    W,
    actor,
    arrival,
    assessment,
    consent,
    consent_to,
    decision,
    evidence,
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
from tests.unit.assessment.test_disclosure_guards import BELOW
from tests.unit.assessment.test_disclosure_guards import CASES as DISCLOSURES
from tests.unit.assessment.test_glass import GUARDS as GLASS

DAY = timedelta(days=1)
CORRECTED = SAMPLES[CorrectSubject]
PARENT_COACH = MatchRequirements(kind=InterventionKind.PARENT_COACH)
MINOR = (arrival(minor="YES"), Role.SYSTEM)


def _child(steps: Any) -> Play:
    """Play the same steps for a child: the child unit is invited and contributes."""
    invited, contributed = meeting(invited=["CHILD_UNIT"]), assessment(child_unit_contributed=True)
    changed = {c.RegisterConcern: MINOR[0], c.HoldMeeting: invited, c.CompleteAssessment: contributed}
    return played((changed.get(type(command), command), role) for command, role in steps)


def _parents(steps: Any) -> Play:
    """Play the same steps with a parent coach recommended."""
    coach = assessment(measures=["PARENT_COACH"])
    return played((coach if isinstance(command, c.CompleteAssessment) else command, role) for command, role in steps)


def _returnee() -> Play:
    return played(((arrival(travel="RETURNED"), Role.SYSTEM), TRIAGE[1]))


def _short() -> Play:
    return played((*MEETING, (c.RecordShortAssessment(assessment=text()), K)))


def _acute() -> Play:
    seen = nine(VIOLENCE={"risk_level": "ACUTE", "evidence": [evidence()]})
    return played((*MEETING, (assessment(ratings=seen), K)))


def _reviewed(*reviews: c.HoldFollowUp) -> Play:
    play = in_follow_up(12)
    for each in reviews:
        play.give(each, W)
    return play


OPEN = {"accepts_responsibility": True, "purpose_plausible": True}
MERGE = {"into": ref("other case"), "same_subject_confirmed": True}
CASES: list[tuple[str, Callable[[], Play], Role | Actor, Command, Command, dict[str, Any]]] = [
    ("responsibility_not_accepted", lambda: played(ARRIVED), K, c.OpenCase(**OPEN),
     c.OpenCase(**{**OPEN, "accepts_responsibility": False}), {}),
    ("purpose_not_plausible", lambda: played(ARRIVED), K, c.OpenCase(**OPEN),
     c.OpenCase(**{**OPEN, "purpose_plausible": False}), {}),
    ("same_subject_not_confirmed", lambda: played(ARRIVED), K, c.MergeConcern(**MERGE),
     c.MergeConcern(**{**MERGE, "same_subject_confirmed": False}), {}),
    ("case_to_join_not_open", lambda: played(ARRIVED), K, c.MergeConcern(**MERGE),
     c.MergeConcern(into=ref("case"), same_subject_confirmed=True), {}),
    ("reason_not_for_no_action", lambda: played(TRIAGE), K, c.CloseWithoutAction(reason="A4"),
     c.CloseWithoutAction(reason="B1"), {}),
    ("registers_not_checked", lambda: played(GATHERING), P, c.CloseWithoutAction(reason="A2", registers_add_nothing=True),
     c.CloseWithoutAction(reason="A2"), {}),
    ("reason_not_for_referral", lambda: played(TRIAGE), K, c.ReferElsewhere(reason="B5", basis="CONSENT"),
     c.ReferElsewhere(reason="A4", basis="CONSENT"), {}),
    ("referral_without_basis", lambda: played(TRIAGE), K, c.ReferElsewhere(reason="B1", basis="FVL28_GDPR"),
     c.ReferElsewhere(reason="B1"), {}),
    ("private_offer_needs_consent", lambda: played(TRIAGE), K, c.ReferElsewhere(reason="B5", basis="CONSENT"),
     c.ReferElsewhere(reason="B5", basis="RPL115_SSP"), {}),
    ("meeting_in_future", lambda: played(GATHERING), S, meeting(held_at=NOW),
     meeting(held_at=NOW + timedelta(seconds=1)), {}),
    ("no_quorum", lambda: played(GATHERING), S, meeting(present=["POLICE", "MUNICIPALITY"]),
     meeting(present=["MUNICIPALITY", "SSP"], invited=["POLICE"]), {}),
    ("psychiatry_not_invited", lambda: played(GATHERING), S,
     meeting(mental_vulnerability_suspected=True, invited=["PSYCHIATRY"]),
     meeting(mental_vulnerability_suspected=True), {}),
    ("child_unit_not_invited", lambda: _child(GATHERING), S, meeting(invited=["CHILD_UNIT"]), meeting(), {}),
    ("dimensions_incomplete", lambda: played(MEETING), K, assessment(ratings=nine()), assessment(ratings=nine()[:8]), {}),
    ("dimensions_incomplete", lambda: played(MEETING), K, assessment(ratings=nine()),
     assessment(ratings=(*nine()[:8], nine()[0])), {}),
    ("unknown_without_reason", lambda: played(MEETING), K,
     assessment(ratings=nine(CRIME={"risk_level": "UNKNOWN", "unknown_reason": "NOT_SHARED"})),
     assessment(ratings=nine(CRIME={"risk_level": "UNKNOWN"})), {}),
    ("unknown_without_reason", lambda: played(MEETING), K,
     assessment(ratings=nine(FAMILY={"resource_level": "UNKNOWN", "unknown_reason": "OUTDATED"})),
     assessment(ratings=nine(FAMILY={"resource_level": "UNKNOWN"})), {}),
    ("level_without_evidence", lambda: played(MEETING), K, assessment(ratings=nine(CRIME={"risk_level": "SLIGHT"})),
     assessment(ratings=nine(CRIME={"risk_level": "SOME"})), {}),
    ("level_without_evidence", lambda: played(MEETING), K,
     assessment(ratings=nine(CRIME={"risk_level": "SERIOUS", "evidence": [evidence(365 * DAY)]})),
     assessment(ratings=nine(CRIME={"risk_level": "SERIOUS", "evidence": [evidence(366 * DAY)]})), {}),
    ("level_without_evidence", lambda: played(MEETING), K,
     assessment(ratings=nine(FAMILY={"resource_level": "STRONG", "evidence": [evidence()]})),
     assessment(ratings=nine(FAMILY={"resource_level": "SOME"})), {}),
    ("level_without_evidence", lambda: played(MEETING), K,
     assessment(ratings=nine(CRIME={"risk_level": "SOME", "evidence": [evidence(0 * DAY)]})),
     assessment(ratings=nine(CRIME={"risk_level": "SOME", "evidence": [evidence(-1 * DAY)]})), {}),
    ("child_unit_missing", lambda: _child(MEETING), K, assessment(child_unit_contributed=True), assessment(), {}),
    ("child_unit_missing", lambda: _child(MEETING), K, assessment(minor="NO"), assessment(minor="UNKNOWN"), {}),
    ("none_is_alone", lambda: played(MEETING), K, assessment(measures=["NONE"]), assessment(measures=["NONE", "MENTOR"]), {}),
    ("no_acute_task", _acute, P, c.AnswerAcuteTask(handed_over=True), None, {}),  # type: ignore[list-item]
    ("authority_unknown", lambda: played(RECOMMENDED), K,
     c.SendRecommendation(addressed_to="psykiatri:sjaelland", unit="PSYCHIATRY"),
     c.SendRecommendation(addressed_to="school:greve-01", unit="EDUCATION"), {}),
    ("authority_unknown", lambda: played(RECOMMENDED), K, c.SendRecommendation(addressed_to=KOMMUNE, unit="ADULTS"),
     c.SendRecommendation(addressed_to="kommune:0411", unit="ADULTS"), {}),
    ("legal_basis_missing", lambda: played(PENDING), W, decision(), decision(law=None), {}),
    ("appeal_guidance_missing", lambda: played(PENDING), W, decision(), decision(appeal_guidance_given=False), {}),
    ("nothing_granted", lambda: played(PENDING), W, decision(outcome="GRANT_OTHER", measures=["CONVERSATION"]),
     decision(outcome="GRANT_OTHER", measures=[]), {}),
    ("grounds_missing", lambda: played(PENDING), W, decision(outcome="NONE", reason="A4", grounds=text()),
     decision(outcome="NONE", reason="A4"), {}),
    ("reason_missing", lambda: played(PENDING), W, decision(outcome="NONE", reason="B5", grounds=text()),
     decision(outcome="NONE", reason="E1", grounds=text()), {}),
    ("consent_not_informed", lambda: played(OFFERED), W, consent(), consent(specific_informed_revocable=False), {}),
    ("consent_by_another", lambda: _child(OFFERED), W, consent(given_by="CUSTODY_HOLDER"), consent(given_by="SUBJECT"), {}),
    ("consent_by_another", lambda: played(OFFERED), W, consent(), consent(given_by="CUSTODY_HOLDER"), {}),
    ("consent_by_another", lambda: _parents(OFFERED), W,
     consent(client="RELATIVE", given_by="RELATIVE", requirements=PARENT_COACH),
     consent(client="RELATIVE", given_by="SUBJECT", requirements=PARENT_COACH), {}),
    ("consent_period", lambda: played(OFFERED), W, consent(valid_until=NOW + 365 * DAY), consent(valid_until=NOW + 366 * DAY), {}),
    ("consent_period", lambda: played(OFFERED), W, consent(valid_until=NOW + timedelta(seconds=1)), consent(valid_until=NOW), {}),
    ("consent_period", lambda: played(OFFERED), W, consent(given_at=NOW), consent(given_at=NOW + timedelta(seconds=1)), {}),
    ("requirements_do_not_fit", lambda: played(OFFERED), W, consent(), consent(requirements=None), {}),
    ("measure_needs_corps_member", lambda: _parents(OFFERED), W,
     consent(requirements=PARENT_COACH, client="RELATIVE", given_by="RELATIVE"),
     consent(needs_corps_member=False, requirements=None), {}),
    ("requirements_do_not_fit", lambda: played(OFFERED), W, consent(needs_corps_member=False, requirements=None),
     consent(needs_corps_member=False), {}),
    ("requirements_do_not_fit", lambda: _parents(OFFERED), W,
     consent(client="RELATIVE", given_by="RELATIVE", requirements=PARENT_COACH), consent(requirements=PARENT_COACH), {}),
    ("measure_not_granted", lambda: _parents(OFFERED), W,
     consent(client="RELATIVE", given_by="RELATIVE", requirements=PARENT_COACH), consent(requirements=MENTOR), {}),
    ("reason_not_for_ending", without_corps, W, c.EndMeasure(reason="E6"), c.EndMeasure(reason="D1"), {}),
    ("wellbeing_incomplete", in_follow_up, W, review(), review(wellbeing=dict.fromkeys(WELLBEING[:4], "SAME")), {}),
    ("wellbeing_incomplete", in_follow_up, W, review(contact="DECLINED", wellbeing={}), review(contact="DECLINED"), {}),
    ("contact_not_tried_enough", in_follow_up, W, review(contact="NOT_REACHED", attempts=3, wellbeing={}),
     review(contact="NOT_REACHED", attempts=2, wellbeing={}), {}),
    ("reopen_without_worry", in_follow_up, W, worry(), review(decision="REOPEN_TASK"), {}),
    ("second_review_follows", in_follow_up, W, review(contact="DECLINED", wellbeing={}, decision="CLOSE"),
     review(decision="CLOSE"), {}),
    ("follow_up_not_done", lambda: _reviewed(review(), review(decision="CLOSE")), K, c.CloseCase(reason="E1"), None, {}),  # type: ignore[list-item]
    ("number_or_not_known", lambda: played(TRIAGE), K, CORRECTED, CorrectSubject(not_known=True), {}),
    ("reopening_not_asked", lambda: _reviewed(worry()), K, c.ReopenCase(), c.ReopenCase(concern_case=ref("other case")), {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "play", "by", "fits", "fails", "known"), CASES, ids=lambda each: str(each)[:40])
def test_guard_lets_the_one_pass_and_stops_the_other(
    code: str, play: Callable[[], Play], by: Role, fits: Command, fails: Command | None, known: dict[str, Any]
) -> None:
    assert play().give(fits, by, **known)
    if fails is None:
        return
    stopped = play()
    before = stopped.state

    with pytest.raises(Invalid) as refused:
        stopped.give(fails, by, **known)

    assert refused.value.code == code
    assert stopped.state == before
    assert refused.value.remedy
    assert refused.value.rule


def test_every_guard_of_the_table_has_its_test_here() -> None:
    tested = {code for code, *_ in CASES} | ELSEWHERE | {code for code, *_ in (*DISCLOSURES, *GLASS)} | BELOW | SUBJECT
    assert {guard.code for row in CASE.rows for guard in row.guards} == tested


SUBJECT = {
    "birth_in_future",
    "residence_in_future",
    "address_is_protected",
    "custody_of_an_adult",
    "municipality_unknown",
}
"""Tested in tests/integration/assessment/test_subject.py."""

ELSEWHERE = {
    "returnee_needs_clearance",
    "short_assessment_missing",
    "child_unit_is_for_children",
    "not_the_addressed_authority",
    "writer_may_not_decide",
    "corps_carries_it",
    "follow_up_without_basis",
    "follow_up_too_early",
    "new_concern_missing",
    "case_was_never_opened",
    "subject_unchanged",
    "caseworker_of_another_authority",
    "names_themselves",
    "naming_not_yours",
    "named_already",
}
"""Guards with a test of their own below, or in `test_naming`."""


def _refused(play: Play, command: Command, by: Role | Actor, **known: Any) -> str:
    with pytest.raises(Invalid) as refused:
        play.give(command, by, **known)
    return refused.value.code


def test_a_returnee_is_cleared_before_the_case_is_closed() -> None:
    for command in (SAMPLES[c.CloseWithoutAction], SAMPLES[c.ReferElsewhere]):
        assert _refused(_returnee(), command, K) == "returnee_needs_clearance"
    cleared = _returnee()
    cleared.give(c.RequestClearance(), K)
    cleared.give(c.ClearCase(), P)

    assert cleared.give(SAMPLES[c.CloseWithoutAction], K)


@pytest.mark.parametrize("command", [c.CloseWithoutAction(reason="A1"), c.ReferElsewhere(reason="B1", basis="CONSENT")])
def test_a_concern_without_a_plausible_purpose_ends_without_ever_being_a_case(command: Command) -> None:
    """Row 6: the purpose test may end in rows 9 or 10; nobody has to say that the purpose is plausible."""
    play = played(ARRIVED)
    play.give(command, K)
    if isinstance(command, c.CloseWithoutAction):
        assert play.state.stage == Stage.ARRIVED, "one of both tovholdere is not both"
        play.give(command, P)

    assert play.state.stage == Stage.CLOSED
    assert play.state.never_opened
    assert play.state.retention_class == "RET-1"
    assert play.state.clocks == {}


def test_a_case_that_was_opened_is_not_said_never_to_have_been() -> None:
    play = played(TRIAGE)
    for by in (K, P):
        play.give(c.CloseWithoutAction(reason="A1"), by)

    assert not play.state.never_opened


def test_a_returnee_is_cleared_before_a_concern_that_waits_is_closed() -> None:
    waits = Play(CASE, ref("case"))
    waits.give(arrival(travel="RETURNED"), Role.SYSTEM)
    for command in (SAMPLES[c.CloseWithoutAction], SAMPLES[c.ReferElsewhere]):
        assert _refused(waits, command, K) == "returnee_needs_clearance"


def test_what_was_never_a_case_is_not_reopened_past_the_purpose_test() -> None:
    waiting = {"concern_owner": KOMMUNE, "concern_stage": Stage.ARRIVED}
    command = c.ReopenCase(concern_case=ref("other case"))
    closed = {}
    for began in (ARRIVED, TRIAGE):
        closed[began] = played(began)
        for by in (K, P):
            closed[began].give(c.CloseWithoutAction(reason="A2"), by)

    assert _refused(closed[ARRIVED], command, K, **waiting) == "case_was_never_opened"
    assert closed[TRIAGE].give(command, K, **waiting)


def test_a_meeting_without_basis_leaves_a_short_assessment() -> None:
    assert _refused(played(MEETING), SAMPLES[c.CloseWithoutAction], K) == "short_assessment_missing"

    assert _short().give(SAMPLES[c.CloseWithoutAction], K)


@pytest.mark.parametrize("command", [
    c.ReferElsewhere(reason="B2", basis="CONSENT"), c.ReferElsewhere(reason="B1", basis="BL_UNDERRETNING")
])  # fmt: skip
def test_the_child_unit_is_for_children(command: Command) -> None:
    assert _refused(played(TRIAGE), command, K) == "child_unit_is_for_children"

    assert _child(TRIAGE).give(command, K)


@pytest.mark.parametrize(("steps", "command"), [
    (PENDING, decision()), (PENDING, decision(outcome="NONE", reason="A4", grounds=text())),
    (OFFERED, consent()), (OFFERED, c.RecordDecline()), (FOLLOW_UP, worry()),
])  # fmt: skip
def test_only_the_addressed_authority_decides(steps: Any, command: Command) -> None:
    neighbour = actor(W, "kommune:0269")

    assert _refused(played(steps), command, neighbour) == "not_the_addressed_authority"
    assert played(steps).give(command, W)


@pytest.mark.parametrize("step", [c.CompleteAssessment, c.SendRecommendation])
def test_who_wrote_or_sent_the_recommendation_does_not_decide(step: type[Command]) -> None:
    both = Actor(ref("one person"), KOMMUNE, frozenset({K, W}))
    play = Play(CASE, ref("case"))
    for command, role in PENDING:
        play.give(command, both if isinstance(command, step) else role)

    assert _refused(play, decision(), both) == "writer_may_not_decide"
    assert play.give(decision(), W)


def test_what_the_corps_carries_is_ended_there() -> None:
    carried = played((*OFFERED, (consent(), W)))
    carried.state = carried.state.with_(stage=Stage.ACTIVE)

    for command in (c.EndMeasure(reason="E1"), c.ReviewMeasure(still_needed=True)):
        assert _refused(carried, command, W) == "corps_carries_it"
        assert without_corps().give(command, W)


def test_follow_up_needs_consent_that_holds_or_a_legal_basis() -> None:
    def bare(**changes: Any) -> c.HoldFollowUp:
        return review(legal_basis=None, **changes)

    assert _refused(in_follow_up(), bare(), W) == "follow_up_without_basis"
    play = in_follow_up()
    until = play.now + 190 * DAY
    play.give(consent_to("SHARE", given_at=play.now, valid_until=until), W)
    assert _refused(play, bare(), W) == "follow_up_without_basis"
    play.give(consent_to("FOLLOW_UP", given_at=play.now, valid_until=until), W)
    play.give(bare(), W)

    play.now = until
    assert _refused(play, bare(), W) == "follow_up_without_basis"
    play.now = until - timedelta(seconds=1)
    assert play.give(bare(), W)


def test_a_review_waits_for_its_month_but_a_worry_does_not() -> None:
    play = played(FOLLOW_UP)
    five_months = NOW.replace(year=2027, month=4, hour=9)  # summer time: the same hour in Copenhagen

    play.now = five_months - timedelta(seconds=1)
    assert _refused(play, review(), W) == "follow_up_too_early"
    play.now = five_months
    assert play.give(review(), W)
    assert _refused(play, review(), W) == "follow_up_too_early"
    assert played(FOLLOW_UP).give(worry(), W)
    assert played(FOLLOW_UP).give(review(contact="DECLINED", wellbeing={}, decision="CLOSE"), W)


def test_a_closed_case_is_reopened_only_on_a_concern_that_waits_here() -> None:
    def closed() -> Play:
        return played((*OFFERED, (c.RecordDecline(), W)))

    reopen = c.ReopenCase(concern_case=ref("other case"))
    assert _refused(closed(), c.ReopenCase(), K) == "new_concern_missing"
    assert _refused(closed(), reopen, K, concern_stage=Stage.TRIAGE) == "new_concern_missing"
    assert _refused(closed(), reopen, K, concern_owner="kommune:0101") == "new_concern_missing"
    assert closed().give(reopen, K)


@pytest.mark.parametrize(
    "known", [{"target_stage": Stage.CLOSED}, {"target_owner": "kommune:0101"}, {"target_stage": None}]
)
def test_a_concern_joins_only_an_open_case_of_the_same_municipality(known: dict[str, Any]) -> None:
    assert _refused(played(ARRIVED), SAMPLES[c.MergeConcern], K, **known) == "case_to_join_not_open"


def test_closing_waits_for_the_second_review_unless_the_citizen_declined() -> None:
    declined = review(contact="DECLINED", wellbeing={}, decision="CLOSE")

    assert _refused(_reviewed(), c.CloseCase(reason="E1"), K) == "follow_up_not_done"
    assert _refused(_reviewed(review()), c.CloseCase(reason="E1"), K) == "follow_up_not_done"
    assert _reviewed(declined).give(c.CloseCase(reason="E1"), K)


def test_an_acute_task_is_answered_once() -> None:
    play = _acute()
    play.give(c.AnswerAcuteTask(handed_over=True), P)

    assert _refused(play, c.AnswerAcuteTask(handed_over=True), P) == "no_acute_task"


def test_a_case_is_not_corrected_to_the_person_it_is_about_already() -> None:
    about_right = played(ARRIVED)
    about_right.give(SAMPLES[c.OpenCase], K, subject_ref=ref("right person"))

    assert _refused(about_right, CORRECTED, K) == "subject_unchanged"
    assert _refused(played(TRIAGE), CorrectSubject(not_known=True), P, right_subject=None) == "subject_unchanged"


def test_both_tovholdere_mean_the_same_person_and_the_next_correction_begins_anew() -> None:
    play = played(TRIAGE)
    play.give(CORRECTED, K)
    with pytest.raises(Conflict, match="terms_differ"):
        play.give(CorrectSubject().about(ref("third person")), P, right_subject=ref("third person"))

    assert [fact.type for fact in play.give(CORRECTED, P)] == ["agreement.recorded.v1", "case.subject_corrected.v1"]

    assert play.state.subject_ref == ref("right person")
    again = play.give(CorrectSubject(not_known=True).about(None), P, right_subject=None)
    assert [fact.type for fact in again] == ["agreement.recorded.v1"]
