"""Requests for insight in every stage, played through `decide`."""

from __future__ import annotations

from typing import Any

from services.assessment.domain import insight_commands as i
from services.assessment.domain.insight import Stage
from services.assessment.domain.insight_table import INSIGHT
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from tests.unit.assessment.assessment_builders import KOMMUNE, NOW, POLITI, Play, actor, ref, text

HELD = ref("a text of the case")
TOLD = ref("a text that came with a concern")
KNOWN: dict[str, Any] = {
    "case_owner": KOMMUNE,
    "case_police": POLITI,
    "locked": False,
    "texts": frozenset({HELD, TOLD}),
    "concern_texts": {TOLD: ref("the concern")},
}


def request(**changes: Any) -> i.RequestInsight:
    """Return the citizen's request under the GDPR."""
    plain = {
        "case_id": ref("case"),
        "requested_by": "SUBJECT",
        "identity_checked": True,
        "regime": "GDPR15",
        "received_at": NOW,
    }
    return i.RequestInsight.model_validate({**plain, **changes})


def partial(**changes: Any) -> i.DecideInsight:
    """Return insight in part under the GDPR, with one text held back."""
    held = [{"text": HELD, "basis": "DBL22_CRIME"}]
    plain = {"decision": "PARTIAL", "exemption_basis": ["DBL22_CRIME"], "held_back": held, "grounds": text()}
    return i.DecideInsight.model_validate({**plain, **changes})


HAND_OVER = i.HandOverInsight(to_authority=POLITI)
SAMPLES: dict[type[Command], Command] = {
    i.RequestInsight: request(),
    i.HandOverInsight: HAND_OVER,
    i.DecideInsight: i.DecideInsight(decision="FULL"),
}


def asked(regime: str = "GDPR15") -> Play:
    """Return a request that was received."""
    play = Play(INSIGHT, ref("insight"))
    play.give(request(regime=regime), actor(Role.DPO), **KNOWN)
    return play


def handed_over() -> Play:
    """Return a request that is with the police."""
    play = asked("LED")
    play.give(HAND_OVER, actor(Role.DPO), **KNOWN)
    return play


def insight_in(stage: Stage) -> Any:
    """Return a request in that stage."""
    play = handed_over() if stage is Stage.HANDED_OVER else asked()
    if stage is Stage.DECIDED:
        play.give(SAMPLES[i.DecideInsight], actor(Role.DPO), **KNOWN)
    assert play.state.stage == stage
    return play.state
