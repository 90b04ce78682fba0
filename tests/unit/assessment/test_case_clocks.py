"""Which clocks run in which stage of the case, until when, and whose they are (`domain.md` 2.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.assessment.domain.case import Stage
from services.assessment.domain.case_table import CASE
from shared.contracts.lifecycle import DeadlineOpened
from shared.lifecycle.actor import Role
from tests.unit.assessment.assessment_builders import (
    ARRIVED,
    AT_POLICE,
    FOLLOW_UP,
    GATHERING,
    KOMMUNE,
    MEETING,
    NOW,
    OFFERED,
    PATHS,
    PENDING,
    POLITI,
    RECOMMENDED,
    TRIAGE,
    Play,
    arrival,
    meeting,
    played,
    ref,
)

CLOCKS = {
    Stage.ARRIVED: {"open_or_merge"},
    Stage.MERGED: set(),
    Stage.TRIAGE: {"request_clearance", "close_or_refer"},
    Stage.POLICE_CLEARANCE: {"clearance"},
    Stage.POLICE_ONLY: set(),
    Stage.GATHERING: {"meeting"},
    Stage.MEETING: {"complete_assessment"},
    Stage.RECOMMENDED: {"send_recommendation"},
    Stage.DECISION_PENDING: {"decide"},
    Stage.OFFERED: {"answer_offer", "tell_citizen"},
    Stage.MATCHING: {"consent_expires"},
    Stage.ACTIVE: {"consent_expires"},
    Stage.PAUSED: {"consent_expires"},
    Stage.FOLLOW_UP: {"follow_up_6", "follow_up_12", "close_after_follow_up"},
    Stage.CLOSED: set(),
}
"""While the corps carries the case (K8 to K10) the clocks are the corps', but for the consent on which it rests."""


@pytest.mark.parametrize("stage", list(Stage))
def test_each_stage_has_its_clocks_and_no_others(stage: Stage) -> None:
    assert played(PATHS[stage]).kinds() == CLOCKS[stage]


DUE: list[tuple[Any, str, datetime, str, str]] = [
    (ARRIVED, "open_or_merge", datetime(2026, 11, 6, 10, tzinfo=UTC), "TOVHOLDER_KOMMUNE", KOMMUNE),
    (TRIAGE, "request_clearance", datetime(2026, 11, 5, 10, tzinfo=UTC), "TOVHOLDER_KOMMUNE", KOMMUNE),
    (TRIAGE, "close_or_refer", datetime(2026, 11, 18, 10, tzinfo=UTC), "TOVHOLDER_KOMMUNE", KOMMUNE),
    (AT_POLICE, "clearance", datetime(2026, 11, 11, 10, tzinfo=UTC), "TOVHOLDER_POLITI", POLITI),
    (GATHERING, "meeting", datetime(2026, 11, 18, 10, tzinfo=UTC), "SECRETARIAT", POLITI),
    (MEETING, "complete_assessment", datetime(2026, 11, 11, 10, tzinfo=UTC), "TOVHOLDER_KOMMUNE", KOMMUNE),
    (RECOMMENDED, "send_recommendation", datetime(2026, 11, 6, 10, tzinfo=UTC), "TOVHOLDER_KOMMUNE", KOMMUNE),
    (PENDING, "decide", datetime(2026, 12, 2, 10, tzinfo=UTC), "CASEWORKER", KOMMUNE),
    (OFFERED, "answer_offer", datetime(2026, 12, 4, 10, tzinfo=UTC), "CASEWORKER", KOMMUNE),
    (FOLLOW_UP, "follow_up_6", datetime(2027, 5, 4, 9, tzinfo=UTC), "CASEWORKER", KOMMUNE),
    (FOLLOW_UP, "follow_up_12", datetime(2027, 11, 4, 10, tzinfo=UTC), "CASEWORKER", KOMMUNE),
    (FOLLOW_UP, "close_after_follow_up", datetime(2027, 12, 4, 10, tzinfo=UTC), "TOVHOLDER_KOMMUNE", KOMMUNE),
]


@pytest.mark.parametrize(("steps", "kind", "due", "owner", "organisation"), DUE, ids=[kind for _, kind, *_ in DUE])
def test_each_clock_is_due_when_2_3_says_and_belongs_to_somebody(
    steps: Any, kind: str, due: datetime, owner: str, organisation: str
) -> None:
    clock = played(steps).state.clock(kind)

    assert (clock.due_at, clock.owner_role, clock.owner_organisation) == (due, owner, organisation)
    assert clock.pending[0].action == "REMIND"
    assert clock.pending[-1].action == "MISS"


def test_no_clock_of_the_case_is_shown_as_law() -> None:
    assert not any(
        fact.sourced for stage in Stage for fact in played(PATHS[stage]).facts if isinstance(fact, DeadlineOpened)
    )


def test_travel_is_triaged_in_one_working_day() -> None:
    play = played(((arrival(travel="PLAN"), Role.SYSTEM),))

    assert play.state.clock("open_or_merge").due_at == datetime(2026, 11, 5, 10, tzinfo=UTC)


def test_clocks_count_from_arrival_however_late_the_fact_was_read() -> None:
    play = Play(CASE, ref("case"), now=NOW + timedelta(days=2))

    play.give(arrival(), Role.SYSTEM)

    assert play.state.clock("open_or_merge").due_at == datetime(2026, 11, 6, 10, tzinfo=UTC)


def test_the_assessment_is_due_after_the_meeting_however_late_it_was_recorded() -> None:
    play = played(GATHERING)
    play.now = NOW + timedelta(days=6)

    play.give(meeting(held_at=NOW), Role.SECRETARIAT)

    assert play.state.clock("complete_assessment").due_at == datetime(2026, 11, 11, 10, tzinfo=UTC)
