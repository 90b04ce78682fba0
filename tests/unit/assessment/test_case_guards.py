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
from tests.unit.assessment.case_plays import acute, child, parents, refused, reviewed
from tests.unit.assessment.test_disclosure_guards import BELOW
from tests.unit.assessment.test_disclosure_guards import CASES as DISCLOSURES
from tests.unit.assessment.test_glass import GUARDS as GLASS

DAY = timedelta(days=1)

CORRECTED = SAMPLES[CorrectSubject]

PARENT_COACH = MatchRequirements(kind=InterventionKind.PARENT_COACH)

MINOR = (arrival(minor="YES"), Role.SYSTEM)

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
    ("child_unit_not_invited", lambda: child(GATHERING), S, meeting(invited=["CHILD_UNIT"]), meeting(), {}),
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
    ("child_unit_missing", lambda: child(MEETING), K, assessment(child_unit_contributed=True), assessment(), {}),
    ("child_unit_missing", lambda: child(MEETING), K, assessment(minor="NO"), assessment(minor="UNKNOWN"), {}),
    ("none_is_alone", lambda: played(MEETING), K, assessment(measures=["NONE"]), assessment(measures=["NONE", "MENTOR"]), {}),
    ("no_acute_task", acute, P, c.AnswerAcuteTask(handed_over=True), None, {}),  # type: ignore[list-item]
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
    ("consent_by_another", lambda: child(OFFERED), W, consent(given_by="CUSTODY_HOLDER"), consent(given_by="SUBJECT"), {}),
    ("consent_by_another", lambda: played(OFFERED), W, consent(), consent(given_by="CUSTODY_HOLDER"), {}),
    ("consent_by_another", lambda: parents(OFFERED), W,
     consent(client="RELATIVE", given_by="RELATIVE", requirements=PARENT_COACH),
     consent(client="RELATIVE", given_by="SUBJECT", requirements=PARENT_COACH), {}),
    ("consent_period", lambda: played(OFFERED), W, consent(valid_until=NOW + 365 * DAY), consent(valid_until=NOW + 366 * DAY), {}),
    ("consent_period", lambda: played(OFFERED), W, consent(valid_until=NOW + timedelta(seconds=1)), consent(valid_until=NOW), {}),
    ("consent_period", lambda: played(OFFERED), W, consent(given_at=NOW), consent(given_at=NOW + timedelta(seconds=1)), {}),
    ("requirements_do_not_fit", lambda: played(OFFERED), W, consent(), consent(requirements=None), {}),
    ("measure_needs_corps_member", lambda: parents(OFFERED), W,
     consent(requirements=PARENT_COACH, client="RELATIVE", given_by="RELATIVE"),
     consent(needs_corps_member=False, requirements=None), {}),
    ("requirements_do_not_fit", lambda: played(OFFERED), W, consent(needs_corps_member=False, requirements=None),
     consent(needs_corps_member=False), {}),
    ("requirements_do_not_fit", lambda: parents(OFFERED), W,
     consent(client="RELATIVE", given_by="RELATIVE", requirements=PARENT_COACH), consent(requirements=PARENT_COACH), {}),
    ("measure_not_granted", lambda: parents(OFFERED), W,
     consent(client="RELATIVE", given_by="RELATIVE", requirements=PARENT_COACH), consent(requirements=MENTOR), {}),
    ("reason_not_for_ending", without_corps, W, c.EndMeasure(reason="E6"), c.EndMeasure(reason="D1"), {}),
    ("wellbeing_incomplete", in_follow_up, W, review(), review(wellbeing=dict.fromkeys(WELLBEING[:4], "SAME")), {}),
    ("wellbeing_incomplete", in_follow_up, W, review(contact="DECLINED", wellbeing={}), review(contact="DECLINED"), {}),
    ("contact_not_tried_enough", in_follow_up, W, review(contact="NOT_REACHED", attempts=3, wellbeing={}),
     review(contact="NOT_REACHED", attempts=2, wellbeing={}), {}),
    ("reopen_without_worry", in_follow_up, W, worry(), review(decision="REOPEN_TASK"), {}),
    ("second_review_follows", in_follow_up, W, review(contact="DECLINED", wellbeing={}, decision="CLOSE"),
     review(decision="CLOSE"), {}),
    ("follow_up_not_done", lambda: reviewed(review(), review(decision="CLOSE")), K, c.CloseCase(reason="E1"), None, {}),  # type: ignore[list-item]
    ("number_or_not_known", lambda: played(TRIAGE), K, CORRECTED, CorrectSubject(not_known=True), {}),
    ("reopening_not_asked", lambda: reviewed(worry()), K, c.ReopenCase(), c.ReopenCase(concern_case=ref("other case")), {}),
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
"""Guards with a test of their own below, in `test_case_ending`, or in `test_naming`."""


@pytest.mark.parametrize(("steps", "command"), [
    (PENDING, decision()), (PENDING, decision(outcome="NONE", reason="A4", grounds=text())),
    (OFFERED, consent()), (OFFERED, c.RecordDecline()), (FOLLOW_UP, worry()),
])  # fmt: skip
def test_only_the_addressed_authority_decides(steps: Any, command: Command) -> None:
    neighbour = actor(W, "kommune:0269")

    assert refused(played(steps), command, neighbour) == "not_the_addressed_authority"
    assert played(steps).give(command, W)


@pytest.mark.parametrize("step", [c.CompleteAssessment, c.SendRecommendation])
def test_who_wrote_or_sent_the_recommendation_does_not_decide(step: type[Command]) -> None:
    both = Actor(ref("one person"), KOMMUNE, frozenset({K, W}))
    play = Play(CASE, ref("case"))
    for command, role in PENDING:
        play.give(command, both if isinstance(command, step) else role)

    assert refused(play, decision(), both) == "writer_may_not_decide"
    assert play.give(decision(), W)


@pytest.mark.parametrize(
    "known", [{"target_stage": Stage.CLOSED}, {"target_owner": "kommune:0101"}, {"target_stage": None}]
)
def test_a_concern_joins_only_an_open_case_of_the_same_municipality(known: dict[str, Any]) -> None:
    assert refused(played(ARRIVED), SAMPLES[c.MergeConcern], K, **known) == "case_to_join_not_open"


def test_an_acute_task_is_answered_once() -> None:
    play = acute()
    play.give(c.AnswerAcuteTask(handed_over=True), P)

    assert refused(play, c.AnswerAcuteTask(handed_over=True), P) == "no_acute_task"


def test_a_case_is_not_corrected_to_the_person_it_is_about_already() -> None:
    about_right = played(ARRIVED)
    about_right.give(SAMPLES[c.OpenCase], K, subject_ref=ref("right person"))

    assert refused(about_right, CORRECTED, K) == "subject_unchanged"
    assert refused(played(TRIAGE), CorrectSubject(not_known=True), P, right_subject=None) == "subject_unchanged"


def test_both_tovholdere_mean_the_same_person_and_the_next_correction_begins_anew() -> None:
    play = played(TRIAGE)
    play.give(CORRECTED, K)
    with pytest.raises(Conflict, match="terms_differ"):
        play.give(CorrectSubject().about(ref("third person")), P, right_subject=ref("third person"))

    assert [fact.type for fact in play.give(CORRECTED, P)] == ["agreement.recorded.v1", "case.subject_corrected.v1"]

    assert play.state.subject_ref == ref("right person")
    again = play.give(CorrectSubject(not_known=True).about(None), P, right_subject=None)
    assert [fact.type for fact in again] == ["agreement.recorded.v1"]
