"""How a case ends and is taken up again: closing, referring, follow-up, reopening, and what each waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.assessment.domain import case_commands as c
from services.assessment.domain.case import Stage
from services.assessment.domain.case_table import CASE
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from tests.unit.assessment.assessment_builders import (
    ARRIVED,
    FOLLOW_UP,
    KOMMUNE,
    MEETING,
    NOW,
    OFFERED,
    SAMPLES,
    TRIAGE,
    K,
    P,
    Play,
    W,
    arrival,
    consent,
    consent_to,
    in_follow_up,
    played,
    ref,
    review,
    without_corps,
    worry,
)
from tests.unit.assessment.case_plays import child, refused, returnee, reviewed, short

DAY = timedelta(days=1)


def test_a_returnee_is_cleared_before_the_case_is_closed() -> None:
    for command in (SAMPLES[c.CloseWithoutAction], SAMPLES[c.ReferElsewhere]):
        assert refused(returnee(), command, K) == "returnee_needs_clearance"
    cleared = returnee()
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
        assert refused(waits, command, K) == "returnee_needs_clearance"


def test_what_was_never_a_case_is_not_reopened_past_the_purpose_test() -> None:
    waiting = {"concern_owner": KOMMUNE, "concern_stage": Stage.ARRIVED}
    command = c.ReopenCase(concern_case=ref("other case"))
    closed = {}
    for began in (ARRIVED, TRIAGE):
        closed[began] = played(began)
        for by in (K, P):
            closed[began].give(c.CloseWithoutAction(reason="A2"), by)

    assert refused(closed[ARRIVED], command, K, **waiting) == "case_was_never_opened"
    assert closed[TRIAGE].give(command, K, **waiting)


def test_a_meeting_without_basis_leaves_a_short_assessment() -> None:
    assert refused(played(MEETING), SAMPLES[c.CloseWithoutAction], K) == "short_assessment_missing"

    assert short().give(SAMPLES[c.CloseWithoutAction], K)


@pytest.mark.parametrize("command", [
    c.ReferElsewhere(reason="B2", basis="CONSENT"), c.ReferElsewhere(reason="B1", basis="BL_UNDERRETNING")
])  # fmt: skip
def test_the_child_unit_is_for_children(command: Command) -> None:
    assert refused(played(TRIAGE), command, K) == "child_unit_is_for_children"

    assert child(TRIAGE).give(command, K)


def test_what_the_corps_carries_is_ended_there() -> None:
    carried = played((*OFFERED, (consent(), W)))
    carried.state = carried.state.with_(stage=Stage.ACTIVE)

    for command in (c.EndMeasure(reason="E1"), c.ReviewMeasure(still_needed=True)):
        assert refused(carried, command, W) == "corps_carries_it"
        assert without_corps().give(command, W)


def test_follow_up_needs_consent_that_holds_or_a_legal_basis() -> None:
    def bare(**changes: Any) -> c.HoldFollowUp:
        return review(legal_basis=None, **changes)

    assert refused(in_follow_up(), bare(), W) == "follow_up_without_basis"
    play = in_follow_up()
    until = play.now + 190 * DAY
    play.give(consent_to("SHARE", given_at=play.now, valid_until=until), W)
    assert refused(play, bare(), W) == "follow_up_without_basis"
    play.give(consent_to("FOLLOW_UP", given_at=play.now, valid_until=until), W)
    play.give(bare(), W)

    play.now = until
    assert refused(play, bare(), W) == "follow_up_without_basis"
    play.now = until - timedelta(seconds=1)
    assert play.give(bare(), W)


def test_a_review_waits_for_its_month_but_a_worry_does_not() -> None:
    play = played(FOLLOW_UP)
    five_months = NOW.replace(year=2027, month=4, hour=9)  # summer time: the same hour in Copenhagen

    play.now = five_months - timedelta(seconds=1)
    assert refused(play, review(), W) == "follow_up_too_early"
    play.now = five_months
    assert play.give(review(), W)
    assert refused(play, review(), W) == "follow_up_too_early"
    assert played(FOLLOW_UP).give(worry(), W)
    assert played(FOLLOW_UP).give(review(contact="DECLINED", wellbeing={}, decision="CLOSE"), W)


def test_a_closed_case_is_reopened_only_on_a_concern_that_waits_here() -> None:
    def closed() -> Play:
        return played((*OFFERED, (c.RecordDecline(), W)))

    reopen = c.ReopenCase(concern_case=ref("other case"))
    assert refused(closed(), c.ReopenCase(), K) == "new_concern_missing"
    assert refused(closed(), reopen, K, concern_stage=Stage.TRIAGE) == "new_concern_missing"
    assert refused(closed(), reopen, K, concern_owner="kommune:0101") == "new_concern_missing"
    assert closed().give(reopen, K)


def test_closing_waits_for_the_second_review_unless_the_citizen_declined() -> None:
    declined = review(contact="DECLINED", wellbeing={}, decision="CLOSE")

    assert refused(reviewed(), c.CloseCase(reason="E1"), K) == "follow_up_not_done"
    assert refused(reviewed(review()), c.CloseCase(reason="E1"), K) == "follow_up_not_done"
    assert reviewed(declined).give(c.CloseCase(reason="E1"), K)
