"""Clocks in skipped time: what fires, in which order, and what stops it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from shared.contracts.lifecycle import StepAction
from shared.durable.signals import Nudged
from shared.durable.snapshot import Snapshot
from shared.errors import Invalid, Transient
from tests.workflows import histories
from tests.workflows.toy import ANSWER, RETENTION, REVIEW
from tests.workflows.world import WEEK, ToyClock, ToyWorld, clock, eventually

REMIND, ESCALATE, MISS = StepAction.REMIND, StepAction.ESCALATE, StepAction.MISS
HOUR = timedelta(hours=1)


@pytest.fixture
async def now(skipping: WorkflowEnvironment) -> datetime:
    return await skipping.get_current_time()


def answer_in_six_weeks(start: datetime) -> ToyClock:
    return clock(ANSWER, start, remind=2 * WEEK, escalate=4 * WEEK, due=6 * WEEK)


async def test_a_clock_reminds_then_escalates_then_is_missed_over_six_weeks(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    await world.nudge(toy.snapshot())

    await skipping.sleep(2 * WEEK - HOUR)
    before = list(toy.taken)
    await skipping.sleep(4 * WEEK + 2 * HOUR)

    assert before == []
    assert toy.taken == [(ANSWER, REMIND), (ANSWER, ESCALATE), (ANSWER, MISS)]
    await world.nudge(toy.moves("CLOSED"))
    handle = world.handle(toy.snapshot())
    assert (await handle.result()).stage == "CLOSED"
    await histories.save(handle, name="reminded, escalated, missed, closed")


async def test_steps_of_two_clocks_are_taken_in_order_of_time(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    late = clock(REVIEW, now, remind=3 * WEEK, escalate=5 * WEEK, due=7 * WEEK)
    toy = world.toy(late, answer_in_six_weeks(now))
    await world.nudge(toy.snapshot())

    await skipping.sleep(8 * WEEK)

    assert [kind for kind, _ in toy.taken] == [ANSWER, REVIEW, ANSWER, REVIEW, ANSWER, REVIEW]


async def test_a_clock_that_closes_is_cancelled_and_reminds_nobody(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    await world.nudge(toy.snapshot())
    await skipping.sleep(WEEK)

    await world.nudge(toy.moves("RUNNING"))
    await skipping.sleep(8 * WEEK)

    handle = world.handle(toy.snapshot())
    events = [event.event_type async for event in handle.fetch_history_events()]
    assert EventType.EVENT_TYPE_TIMER_CANCELED in events
    assert toy.taken == []
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await world.nudge(toy.moves("CLOSED"))
    await handle.result()
    await histories.save(handle, name="answered in time, closed")


async def test_an_older_snapshot_that_comes_late_is_ignored(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    old = toy.snapshot()
    await world.nudge(toy.moves("RUNNING"))

    await world.nudge(old)
    await skipping.sleep(8 * WEEK)

    assert toy.taken == []


async def test_the_same_snapshot_many_times_at_once_has_one_effect(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))

    await asyncio.gather(*(world.nudge(toy.snapshot()) for _ in range(8)))
    await skipping.sleep(7 * WEEK)

    assert toy.taken == [(ANSWER, REMIND), (ANSWER, ESCALATE), (ANSWER, MISS)]


async def test_a_reopened_aggregate_has_its_clocks_in_a_workflow_of_its_own(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy()
    closed = toy.moves("CLOSED")
    await world.nudge(closed)
    await world.handle(closed).result()

    late = await world.nudge(closed)
    toy.opening = 2
    reopened = toy.moves("WAITING", answer_in_six_weeks(now))
    await world.nudge(reopened)
    await skipping.sleep(3 * WEEK)

    assert late is Nudged.CLOSED
    assert reopened.workflow_id.endswith("-2")
    assert toy.taken == [(ANSWER, REMIND)]


async def test_a_reopening_takes_the_clocks_over_from_the_opening_before(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    kept = clock(RETENTION, now, remind=9 * WEEK, escalate=10 * WEEK, due=11 * WEEK)
    toy = world.toy(kept)
    first = toy.moves("CLOSED", kept)
    await world.nudge(first)

    toy.opening = 2
    await world.nudge(toy.moves("WAITING", kept, answer_in_six_weeks(now)))

    assert (await world.handle(first).result()).stage == "WAITING"
    await skipping.sleep(12 * WEEK)
    assert [action for kind, action in toy.taken if kind == RETENTION] == [REMIND, ESCALATE, MISS]


async def test_a_later_offset_alone_makes_a_step_due_at_once(world: ToyWorld, now: datetime) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    await world.nudge(toy.snapshot())

    toy.offset = 4 * WEEK + HOUR
    await world.nudge(toy.snapshot())

    async def both() -> bool:
        return len(toy.taken) == 2

    await eventually(both)
    assert toy.taken == [(ANSWER, REMIND), (ANSWER, ESCALATE)]


async def test_a_step_is_tried_until_postgres_is_back(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    world.refusals = [Transient("database_unavailable", "the database did not answer")] * 4
    await world.nudge(toy.snapshot())

    await skipping.sleep(2 * WEEK + HOUR)

    assert toy.taken == [(ANSWER, REMIND)]


async def test_a_step_that_is_refused_stops_no_other_clock_and_is_tried_again_later(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    review = clock(REVIEW, now, remind=2 * WEEK + timedelta(minutes=1), escalate=4 * WEEK, due=6 * WEEK)
    toy = world.toy(answer_in_six_weeks(now), review)
    world.refusals = [Invalid("broken", "a guard that should not be asked")]
    await world.nudge(toy.snapshot())

    await skipping.sleep(2 * WEEK + 2 * HOUR)

    assert sorted(toy.taken) == [(ANSWER, REMIND), (REVIEW, REMIND)]


async def test_a_story_carries_out_a_command_and_goes_by_what_it_led_to(world: ToyWorld) -> None:
    toy = world.toy()
    await world.nudge(toy.moves("LEAVING"))

    ended = await asyncio.wait_for(world.handle(toy.snapshot()).result(), 15)

    assert ended.stage == "CLOSED"
    assert world.released == [toy.id]


async def test_a_signal_that_comes_before_the_first_task_is_not_lost(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    first = toy.snapshot()
    second = toy.moves("CLOSED")

    # Signal-with-start hands over both at once: the run begins with the first and finds the second waiting.
    handle = await world.client.start_workflow(
        "ToyWorkflow",
        first,
        id=first.workflow_id,
        task_queue=world.service,
        start_signal="moved",
        start_signal_args=[second],
        result_type=object,
    )

    assert await asyncio.wait_for(handle.result(), 15) == {"stage": "CLOSED", "version": second.version}


async def test_an_aggregate_that_is_gone_does_not_hang_its_worker(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    snapshot: Snapshot = toy.snapshot()
    del world.toys[toy.id]
    await world.nudge(snapshot)

    await skipping.sleep(2 * WEEK + 3 * HOUR)
    await world.nudge(snapshot.model_copy(update={"version": 99, "ended": True, "clocks": ()}))

    assert await asyncio.wait_for(world.handle(snapshot).result(), 15)


async def test_an_unknown_stage_is_kept_without_a_story(
    world: ToyWorld, skipping: WorkflowEnvironment, now: datetime
) -> None:
    toy = world.toy(answer_in_six_weeks(now))
    await world.nudge(toy.moves(f"LATER_{uuid4().hex[:4]}".upper(), *toy.clocks))

    await skipping.sleep(2 * WEEK + HOUR)

    assert toy.taken == [(ANSWER, REMIND)]
