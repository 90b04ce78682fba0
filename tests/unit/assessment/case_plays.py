"""Cases played to where a guard has something to say, and what a refused command is answered."""

from __future__ import annotations

from typing import Any

import pytest

from services.assessment.domain import case_commands as c
from shared.errors import Invalid
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.table import Command
from tests.unit.assessment.assessment_builders import (
    MEETING,
    TRIAGE,
    K,
    Play,
    W,
    arrival,
    assessment,
    evidence,
    in_follow_up,
    meeting,
    nine,
    played,
    text,
)

MINOR = (arrival(minor="YES"), Role.SYSTEM)


def child(steps: Any) -> Play:
    """Play the same steps for a child: the child unit is invited and contributes."""
    invited, contributed = meeting(invited=["CHILD_UNIT"]), assessment(child_unit_contributed=True)
    changed = {c.RegisterConcern: MINOR[0], c.HoldMeeting: invited, c.CompleteAssessment: contributed}
    return played((changed.get(type(command), command), role) for command, role in steps)


def parents(steps: Any) -> Play:
    """Play the same steps with a parent coach recommended."""
    coach = assessment(measures=["PARENT_COACH"])
    return played((coach if isinstance(command, c.CompleteAssessment) else command, role) for command, role in steps)


def returnee() -> Play:
    return played(((arrival(travel="RETURNED"), Role.SYSTEM), TRIAGE[1]))


def short() -> Play:
    return played((*MEETING, (c.RecordShortAssessment(assessment=text()), K)))


def acute() -> Play:
    seen = nine(VIOLENCE={"risk_level": "ACUTE", "evidence": [evidence()]})
    return played((*MEETING, (assessment(ratings=seen), K)))


def reviewed(*reviews: c.HoldFollowUp) -> Play:
    play = in_follow_up(12)
    for each in reviews:
        play.give(each, W)
    return play


def refused(play: Play, command: Command, by: Role | Actor, **known: Any) -> str:
    with pytest.raises(Invalid) as refused:
        play.give(command, by, **known)
    return refused.value.code
