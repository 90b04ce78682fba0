"""The stories of the case and the underretning in skipped time: who is told when, and what is never decided."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.assessment.domain import case_commands as c
from services.assessment.domain import underretning_commands as u
from services.assessment.domain.case import Stage
from services.assessment.domain.underretning import Stage as UStage
from shared.contracts.assessment import CaseReopened
from shared.contracts.base import Fact
from shared.contracts.lifecycle import DeadlineCancelled, DeadlineEscalated, DeadlineMissed, DeadlineReminded
from shared.lifecycle.actor import Role
from tests.unit.assessment.assessment_builders import (
    SAMPLES,
    K,
    P,
    Play,
    S,
    W,
    arrival,
    assessment,
    consent,
    decision,
    follow,
    meeting,
    ref,
    review,
    worry,
)
from tests.workflows import histories
from tests.workflows.assessment.played_world import CASE, UNDERRETNING, PlayedWorld

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TOLD = (DeadlineReminded, DeadlineEscalated, DeadlineMissed)


def told(play: Play) -> list[tuple[str, str]]:
    """Return what somebody was told: the kind of clock and the step."""
    return [(fact.kind, type(fact).__name__) for fact in play.facts if isinstance(fact, TOLD)]


async def received(played: PlayedWorld) -> Play:
    play = await played.play(UNDERRETNING)
    register = SAMPLES[u.RegisterUnderretning].model_copy(update={"received_at": play.now})
    await played.give(play, register, Role.SYSTEM)
    return play


async def test_nobody_assesses_for_24_hours_so_the_leader_hears_it_at_12_and_24_and_nothing_is_assessed(
    played: PlayedWorld,
) -> None:
    play = await received(played)

    await played.env.sleep(12 * HOUR - timedelta(minutes=1))
    early = told(play)
    await played.env.sleep(timedelta(minutes=2))
    half = told(play)
    await played.env.sleep(12 * HOUR)

    assert early == [("assess_underretning", "DeadlineReminded")]
    assert half == [*early, ("assess_underretning", "DeadlineEscalated")]
    assert told(play) == [*half, ("assess_underretning", "DeadlineMissed")]
    assert (play.state.stage, play.state.acute) == (UStage.RECEIVED, None)


async def test_an_underretning_that_is_answered_in_time_ends_its_workflow_after_the_receipt(
    played: PlayedWorld,
) -> None:
    play = await received(played)

    await played.give(play, u.AssessUnderretning(acute=False), Role.CHILD_UNIT)
    await played.give(play, u.DecideInvestigation(follow_up="NONE"), Role.CHILD_UNIT)
    await played.env.sleep(20 * DAY)
    missed = told(play)
    await played.give(play, u.SendReceipt(), Role.CHILD_UNIT)

    assert missed == [("send_receipt", "DeadlineReminded"), ("send_receipt", "DeadlineMissed")]
    handle = played.handle(play, 1)
    assert (await asyncio.wait_for(handle.result(), 15)).stage == UStage.CLOSED
    await histories.save(handle, name="assessed in time, receipt late, closed")


async def in_follow_up(played: PlayedWorld) -> Play:
    """Return a case whose mentor has ended today."""
    play = await played.play(CASE)
    now = play.now
    await played.give(play, arrival(received_at=now, arrived_at=now), Role.SYSTEM)
    for command, role in (
        (SAMPLES[c.OpenCase], K),
        (c.RequestClearance(), K),
        (c.ClearCase(), P),
        (meeting(held_at=now), S),
        (assessment(), K),
        (SAMPLES[c.SendRecommendation], K),
        (decision(), W),
        (consent(given_at=now, valid_until=now + 300 * DAY), W),
        (follow("STARTED", at=now), Role.SYSTEM),
    ):
        await played.give(play, command, role)
    await played.give(play, follow("ENDED", at=await played.now()), Role.SYSTEM)
    return play


def cancelled(facts: list[Fact]) -> list[str]:
    return sorted(fact.kind for fact in facts if isinstance(fact, DeadlineCancelled))


async def test_both_reviews_are_asked_for_and_closing_after_them(played: PlayedWorld) -> None:
    play = await in_follow_up(played)

    await played.env.sleep(186 * DAY)
    await played.give(play, review(), W)
    await played.env.sleep(182 * DAY)
    await played.give(play, review(decision="CLOSE"), W)
    await played.env.sleep(40 * DAY)
    await played.give(play, c.CloseCase(reason="E1"), K)
    await played.give(play, c.CloseCase(reason="E1"), P)

    assert told(play) == [
        ("follow_up_6", "DeadlineReminded"),
        ("follow_up_6", "DeadlineMissed"),
        ("follow_up_12", "DeadlineReminded"),
        ("follow_up_12", "DeadlineMissed"),
        ("close_after_follow_up", "DeadlineReminded"),
        ("close_after_follow_up", "DeadlineMissed"),
    ]
    handle = played.handle(play, 1)
    assert (await asyncio.wait_for(handle.result(), 15)).stage == Stage.CLOSED
    await histories.save(handle, name="the whole way to a closed case")


async def test_a_reopened_case_has_its_clocks_again_and_the_old_ones_never_ring(played: PlayedWorld) -> None:
    play = await in_follow_up(played)
    await played.env.sleep(186 * DAY)
    await played.give(play, worry(), W)
    await played.give(play, c.ReopenCase(), K)

    first = await asyncio.wait_for(played.handle(play, 1).result(), 15)
    await played.env.sleep(400 * DAY)

    assert cancelled(play.facts).count("follow_up_12") == 1
    assert sum(isinstance(fact, CaseReopened) for fact in play.facts) == 1
    assert first.stage == Stage.TRIAGE
    after = [kind for kind, _ in told(play) if kind not in ("follow_up_6", "confirm_reopening")]
    assert after == ["triage_again", "triage_again", "close_or_refer", "close_or_refer"]
    assert play.state.stage == Stage.TRIAGE
    await histories.save(played.handle(play, 1), name="a worry at the review, reopened")


async def test_an_overdue_case_is_told_of_and_never_moved(played: PlayedWorld) -> None:
    play = await played.play(CASE)
    await played.give(play, arrival(received_at=play.now, arrived_at=play.now), Role.SYSTEM)

    await played.env.sleep(60 * DAY)

    assert told(play) == [("open_or_merge", "DeadlineReminded"), ("open_or_merge", "DeadlineMissed")]
    assert play.state.stage == Stage.ARRIVED
    assert {fact.by_role for fact in play.facts} == {"SYSTEM"}


async def test_a_concern_that_is_merged_ends_its_workflow(played: PlayedWorld) -> None:
    play = await played.play(CASE)
    await played.give(play, arrival(received_at=play.now, arrived_at=play.now), Role.SYSTEM)
    await played.give(play, c.MergeConcern(into=ref("other case"), same_subject_confirmed=True), K)

    handle = played.handle(play, 1)

    assert (await asyncio.wait_for(handle.result(), 15)).stage == Stage.MERGED
    await histories.save(handle, name="merged")
