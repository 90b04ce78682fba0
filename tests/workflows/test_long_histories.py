"""A long life is continued as new, with nothing lost on the way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowExecutionStatus

from shared.contracts.lifecycle import StepAction
from tests.workflows.toy import ANSWER
from tests.workflows.world import SUGGEST_NEW_RUN, ToyClock, ToyWorld, eventually


async def test_a_long_history_is_continued_as_new_and_keeps_its_clocks(slow_world: ToyWorld) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=4)
    toy = slow_world.toy(ToyClock(ANSWER, [(soon, StepAction.REMIND)]))
    first = toy.snapshot()
    await slow_world.nudge(first)
    handle = slow_world.handle(first)
    original = (await handle.describe()).run_id

    for _ in range(SUGGEST_NEW_RUN // 2):
        await slow_world.nudge(toy.moves("WAITING", *toy.clocks))

    async def renewed() -> bool:
        return (await handle.describe()).run_id != original

    async def reminded() -> bool:
        return toy.taken == [(ANSWER, StepAction.REMIND)]

    await eventually(renewed)
    await eventually(reminded)
    before = await slow_world.client.get_workflow_handle(first.workflow_id, run_id=original).describe()
    assert before.status is WorkflowExecutionStatus.CONTINUED_AS_NEW
    await slow_world.nudge(toy.moves("CLOSED"))
    assert (await asyncio.wait_for(handle.result(), 15)).version == toy.version
