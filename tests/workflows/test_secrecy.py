"""What a history holds: nothing readable but ids and names, and nothing at all that a person wrote."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.api.common.v1 import Payload
from temporalio.testing import WorkflowEnvironment

from shared.durable.converter import Codec, data_converter
from shared.vault.keyset import Keyset
from tests.workflows import histories
from tests.workflows.world import ToyWorld, clock, eventually

CANARY = "CANARY_7C1E"
WEEK = timedelta(weeks=1)


async def test_a_history_holds_no_readable_payload_and_no_readable_failure(
    world: ToyWorld, skipping: WorkflowEnvironment
) -> None:
    now = await skipping.get_current_time()
    toy = world.toy(clock(CANARY, now, remind=WEEK, escalate=2 * WEEK, due=3 * WEEK))
    world.refusals = [RuntimeError(f"{CANARY} in a message nobody meant to write")]
    await world.nudge(toy.snapshot())

    await skipping.sleep(4 * WEEK)
    await world.nudge(toy.moves("CLOSED"))
    handle = world.handle(toy.snapshot())
    await asyncio.wait_for(handle.result(), 15)

    history = await handle.fetch_history()
    stored = histories.stored_bytes(history)
    assert world.service.encode() in stored  # the positive control of the search: the task queue is readable
    assert CANARY.encode() not in stored
    opened = await histories.opened_bytes(history, Codec(histories.keyset()))
    assert opened.count(CANARY.encode()) >= 3  # and the canary is there, sealed: in input, in signals, in the failure


async def test_a_workflow_sets_no_search_attribute_and_no_memo(world: ToyWorld) -> None:
    toy = world.toy()
    await world.nudge(toy.moves("CLOSED"))

    described = await world.handle(toy.snapshot()).describe()

    assert [pair.key.name for pair in described.typed_search_attributes if pair.key.name != "BuildIds"] == []
    assert await described.memo() == {}


async def test_a_worker_with_another_key_leaves_the_workflow_to_one_with_the_right_key(
    slow_world: ToyWorld, local: WorkflowEnvironment
) -> None:
    other = data_converter(Keyset("other", {"other": bytes(32)}))
    foreign = ToyWorld(await local.connect_client(data_converter=other), slow_world.service)
    toy = slow_world.toy()

    await foreign.nudge(toy.moves("CLOSED"))

    # Sealed under a key that the worker does not have: the task fails and is tried again, the workflow is not lost.
    handle = slow_world.client.get_workflow_handle(toy.snapshot().workflow_id)

    async def failed() -> bool:
        async for event in handle.fetch_history_events():
            if event.HasField("workflow_task_failed_event_attributes"):
                return True
        return False

    await eventually(failed)
    await handle.terminate()


async def test_the_server_stores_what_the_codec_wrote(world: ToyWorld) -> None:
    toy = world.toy()
    await world.nudge(toy.moves("CLOSED"))
    handle = world.handle(toy.snapshot())
    await asyncio.wait_for(handle.result(), 15)

    history = await handle.fetch_history()

    started: Payload = history.events[0].workflow_execution_started_event_attributes.input.payloads[0]
    assert started.metadata["encoding"] == b"binary/encrypted"
    assert started.metadata["encryption-key-id"] == b"test"
