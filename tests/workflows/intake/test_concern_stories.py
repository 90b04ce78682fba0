"""The story of a concern in skipped time: who is told when, and that nothing is decided by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHistory

from services.intake.domain import commands as c
from services.intake.domain.concern import Stage
from services.intake.domain.table import CONCERN
from services.intake.workflows.concern import ConcernWorkflow
from shared.contracts.codes import Anonymity, Channel
from shared.contracts.lifecycle import DeadlineMissed, DeadlineReminded
from shared.durable.worker import build_replayer
from shared.lifecycle.actor import Role
from shared.lifecycle.text import Text
from tests.unit.assessment.assessment_builders import Play
from tests.workflows import histories
from tests.workflows.assessment.played_world import PlayedWorld

SAVED = list(histories.saved(ConcernWorkflow.__name__))


async def received(played: PlayedWorld) -> Play:
    play = await played.play(CONCERN)
    call = c.ReceiveConcern(anonymity=Anonymity.ANONYMOUS, channel=Channel.HOTLINE)
    await played.give(play, call, Role.HOTLINE_ADVISER)
    return play


def told(play: Play, kind: str) -> list[str]:
    steps = [fact for fact in play.facts if isinstance(fact, DeadlineReminded | DeadlineMissed)]
    return [type(fact).__name__ for fact in steps if fact.kind == kind]


async def test_a_concern_that_nobody_answers_is_reminded_of_and_missed_and_never_closed(played: PlayedWorld) -> None:
    play = await received(played)

    await played.env.sleep(timedelta(days=7))

    assert told(play, "route_or_close") == ["DeadlineReminded", "DeadlineMissed"]
    assert play.state.stage == Stage.RECEIVED


async def test_a_routed_alarm_keeps_its_workflow_until_the_hand_over_and_the_record_are_done(
    played: PlayedWorld,
) -> None:
    play = await received(played)
    await played.give(play, c.RaiseAcute(), Role.HOTLINE_ADVISER)
    route = c.RouteConcern(municipality="0253", grounds=Text(None, uuid4()))
    await played.give(play, route, Role.HOTLINE_ADVISER)
    await played.env.sleep(timedelta(minutes=16))
    late = told(play, "hand_over")

    handover = c.LogHandover(called=c.Called.ALARM_112, handed_over_at=await played.now())
    await played.give(play, handover, Role.HOTLINE_ADVISER)
    record = c.CompleteRecord(description=Text(None, uuid4()))
    await played.give(play, record, Role.HOTLINE_ADVISER)

    handle = played.handle(play, 1)
    assert late == ["DeadlineReminded", "DeadlineMissed"]
    assert (await asyncio.wait_for(handle.result(), 15)).stage == Stage.ROUTED
    await histories.save(handle, name="alarm routed, handed over late, record completed")


@pytest.mark.parametrize(("workflow_type", "history"), SAVED, ids=lambda each: getattr(each, "workflow_id", str(each)))
async def test_a_saved_history_of_a_concern_replays(workflow_type: str, history: WorkflowHistory) -> None:
    assert workflow_type == ConcernWorkflow.__name__

    await build_replayer([ConcernWorkflow], histories.converter(), "intake").replay_workflow(history)


def test_the_concern_has_a_history_to_replay() -> None:
    assert SAVED
