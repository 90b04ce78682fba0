"""Requests for insight and withdrawn consents in skipped time: who is told when, and what no clock decides (R21, row 44)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.assessment.domain import disclosure_commands as d
from services.assessment.domain import insight_commands as i
from services.assessment.domain.case import Stage as CaseStage
from services.assessment.domain.insight import Stage
from shared.contracts.lifecycle import DeadlineMissed, DeadlineReminded
from shared.lifecycle.actor import Role
from tests.unit.assessment.assessment_builders import MATCHING, Play, W, arrival, consent
from tests.unit.assessment.insight_builders import KNOWN, request
from tests.workflows import histories
from tests.workflows.assessment.played_world import CASE, INSIGHT, PlayedWorld

DAY = timedelta(days=1)


def told(play: Play) -> list[tuple[str, str]]:
    """Return what somebody was told: the kind of clock and the step."""
    steps = (DeadlineReminded, DeadlineMissed)
    return [(fact.kind, type(fact).__name__) for fact in play.facts if isinstance(fact, steps)]


async def test_a_request_that_nobody_answers_is_reminded_and_missed_and_decided_by_nobody(played: PlayedWorld) -> None:
    play = await played.play(INSIGHT)
    await played.give(play, request(regime="FORVALTNINGSLOV", received_at=play.now), Role.DPO, **KNOWN)

    await played.env.sleep(14 * DAY)

    assert told(play) == [("answer_insight", "DeadlineReminded"), ("answer_insight", "DeadlineMissed")]
    assert (play.state.stage, play.state.decision) == (Stage.RECEIVED, None)
    await played.give(play, i.DecideInsight(decision="FULL"), Role.DPO, **KNOWN)
    handle = played.handle(play, 1)
    assert (await asyncio.wait_for(handle.result(), 15)).stage == Stage.DECIDED
    await histories.save(handle, name="insight, reminded, missed, answered late")


async def test_after_a_withdrawal_the_caseworker_hears_it_and_nothing_is_decided(played: PlayedWorld) -> None:
    play = await played.play(CASE)
    now = play.now
    for command, role in MATCHING:
        dated = {
            type(arrival()): arrival(received_at=now, arrived_at=now),
            d.RecordConsent: consent(given_at=now, valid_until=now + 300 * DAY),
        }
        given = dated.get(type(command), command)
        moved = given.model_copy(update={"held_at": now}) if hasattr(given, "held_at") else given
        await played.give(play, moved, role)

    await played.env.sleep(280 * DAY)
    reminded = told(play)
    await played.give(play, d.WithdrawConsent(consent_id=play.state.consents[0].id), W)
    await played.env.sleep(14 * DAY)

    assert reminded == [("consent_expires", "DeadlineReminded")]
    assert told(play)[1:] == [
        ("assess_without_consent", "DeadlineReminded"),
        ("assess_without_consent", "DeadlineMissed"),
    ]
    assert play.state.stage == CaseStage.DECISION_PENDING
    await histories.save(played.handle(play, 1), name="consent reminded, withdrawn, not assessed in time")
