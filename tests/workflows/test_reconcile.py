"""Every open clock in Postgres has a workflow, whatever Temporal has lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from shared.durable import reconcile
from shared.durable.reconcile import Reconciler, reconcile_now
from shared.durable.schedule import ensure_schedule, keep_schedule, schedule_id
from shared.durable.signals import Nudged, nudge
from shared.durable.snapshot import Snapshot, workflow_id
from shared.durable.snapshots import DeadlineCounts
from shared.durable.sweep import EVERY, Reconciled
from tests.workflows.stored import HOUR, StoredToys
from tests.workflows.world import KIND, eventually

pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose


@pytest.fixture
async def toys(postgres: str) -> AsyncIterator[StoredToys]:
    engine = create_async_engine(postgres)
    stored = StoredToys(engine)
    await stored.install()
    yield stored
    await engine.dispose()


async def status(client: Client, toy: UUID, opening: int = 1) -> WorkflowExecutionStatus | None:
    with suppress(RPCError):
        return (await client.get_workflow_handle(workflow_id(KIND, toy, opening)).describe()).status
    return None


def listed(client: Client, toys: StoredToys, count: int) -> object:
    async def look() -> bool:
        query = f"TaskQueue = '{toys.service}' AND ExecutionStatus = 'Running'"
        return (await client.count_workflows(query)).count == count

    return eventually(look)


async def test_a_clock_without_a_workflow_gets_one(toys: StoredToys, local: WorkflowEnvironment) -> None:
    lost, idle, closed = await toys.add(), await toys.add(due_in=None), await toys.add("CLOSED", due_in=None)

    async with toys.worker(local.client):
        found = await reconcile_now(local.client, toys.service)

    assert found == Reconciled(aggregates=2, started=2)
    assert await status(local.client, lost) is WorkflowExecutionStatus.RUNNING
    assert await status(local.client, idle) is WorkflowExecutionStatus.RUNNING
    assert await status(local.client, closed) is None
    assert await toys.seen(lost)


async def test_one_that_the_server_refuses_ends_no_pass(
    toys: StoredToys, local: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, refused, last = [await toys.add() for _ in range(3)]

    async def refusing(client: Client, service: str, kept: Any, snapshot: Snapshot, *, again: bool) -> Nudged:
        if snapshot.aggregate_id == refused:
            raise RPCError("the value is too large", RPCStatusCode.INVALID_ARGUMENT, b"")
        return await nudge(client, service, kept, snapshot, again=again)

    monkeypatch.setattr(reconcile, "nudge", refusing)
    with capture_logs() as logged:
        async with toys.worker(local.client):
            found = await reconcile_now(local.client, toys.service)

    assert found == Reconciled(aggregates=3, started=2, refused=1)
    for toy in (first, last):
        assert await status(local.client, toy) is WorkflowExecutionStatus.RUNNING
    assert [line["workflow_id"] for line in logged if line["event"] == "reconcile_refused"] == [
        workflow_id(KIND, refused, 1)
    ]
    assert [bool(await toys.seen(toy)) for toy in (first, refused, last)] == [True, False, True]


async def test_a_second_pass_finds_nothing_to_do(toys: StoredToys, local: WorkflowEnvironment) -> None:
    for _ in range(3):
        await toys.add()
    reconciler = Reconciler(local.client, toys.service, toys.snapshots)
    await reconciler.run()
    await listed(local.client, toys, 3)

    assert await reconciler.run() == Reconciled(aggregates=3)


async def test_a_workflow_that_ended_while_its_clock_is_open_runs_again(
    toys: StoredToys, local: WorkflowEnvironment
) -> None:
    toy = await toys.add()
    reconciler = Reconciler(local.client, toys.service, toys.snapshots)
    await reconciler.run()
    await local.client.get_workflow_handle(workflow_id(KIND, toy, 1)).terminate()
    await listed(local.client, toys, 0)

    assert (await reconciler.run()).started == 1
    assert await status(local.client, toy) is WorkflowExecutionStatus.RUNNING


async def test_workflows_of_closed_reopened_and_vanished_aggregates_end(
    toys: StoredToys, local: WorkflowEnvironment
) -> None:
    closed, reopened, kept = await toys.add(), await toys.add(), await toys.add()
    vanished = (await toys.snapshots.of(KIND, kept)).model_copy(update={"aggregate_id": UUID(int=7)})
    reconciler = Reconciler(local.client, toys.service, toys.snapshots)
    async with toys.worker(local.client):
        await reconciler.run()
        await nudge(local.client, toys.service, toys.snapshots.kept, vanished)
        await listed(local.client, toys, 4)
        await toys.moves(closed, "CLOSED")
        await toys.moves(reopened, "WAITING", opening=2)

        # The reopened one is told when its new opening is started: it ends by itself, before the pass comes to it or after.
        assert (await reconciler.run()).strays in (2, 3)
        await listed(local.client, toys, 2)

    assert await status(local.client, reopened, 2) is WorkflowExecutionStatus.RUNNING
    assert await status(local.client, kept) is WorkflowExecutionStatus.RUNNING


async def test_a_server_that_cannot_list_is_asked_one_by_one(toys: StoredToys, skipping: WorkflowEnvironment) -> None:
    toy = await toys.add()
    reconciler = Reconciler(skipping.client, toys.service, toys.snapshots)

    async with toys.worker(skipping.client):
        first, second = await reconciler.run(), await reconciler.run()
        await toys.moves(toy, "CLOSED")
        # Ended, not terminated: this server never skips time again after the end of a workflow whose task still waits.
        await nudge(skipping.client, toys.service, toys.snapshots.kept, await toys.snapshots.of(KIND, toy))
        await skipping.client.get_workflow_handle(workflow_id(KIND, toy, 1)).result()

    assert (first.started, second.started) == (1, 0)


async def test_a_pass_never_waits_for_a_command(toys: StoredToys) -> None:
    busy, free = await toys.add(), await toys.add()
    locked = sa.select(toys.spine.deadlines).where(toys.spine.deadlines.c.aggregate_id == busy).with_for_update()

    async with toys.work.begin() as command:
        await command.session.execute(locked)
        await asyncio.wait_for(toys.snapshots.mark_seen([busy, free]), 5)

    assert (await toys.seen(busy), await toys.seen(free)) == (False, True)


async def test_a_workflow_that_was_told_is_known_with_the_transaction_that_told_it(toys: StoredToys) -> None:
    toy = await toys.add()

    async with toys.work.begin() as tx:
        await toys.snapshots.mark_told(tx.session, toy)

    assert await toys.seen(toy)


async def test_pages_lose_nobody(toys: StoredToys) -> None:
    added = {await toys.add() for _ in range(7)}

    pages = [page async for page in toys.snapshots.alive(page=3)]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert {snapshot.aggregate_id for page in pages for snapshot in page} == added


async def test_the_schedule_is_made_once_and_runs_at_once(toys: StoredToys, local: WorkflowEnvironment) -> None:
    toy = await toys.add()

    async with toys.worker(local.client):
        made = [await ensure_schedule(local.client, toys.service) for _ in range(2)]
        await eventually(lambda: toys.seen(toy))

    assert made == [True, False]
    await local.client.get_schedule_handle(schedule_id(toys.service)).delete()


async def test_the_schedule_comes_back_when_it_is_lost(toys: StoredToys, local: WorkflowEnvironment) -> None:
    handle = local.client.get_schedule_handle(schedule_id(toys.service))

    async def there() -> bool:
        with suppress(RPCError):
            return bool(await handle.describe())
        return False

    keeping = asyncio.create_task(keep_schedule(local.client, toys.service, look_every=timedelta(seconds=0.1)))
    await eventually(there)
    await handle.delete()
    await eventually(there)
    keeping.cancel()
    await handle.delete()


async def test_overdue_and_unkept_clocks_are_counted_in_postgres(toys: StoredToys, local: WorkflowEnvironment) -> None:
    await toys.add()
    await toys.add(due_in=-HOUR)

    before = await toys.snapshots.counts(2 * EVERY)
    await Reconciler(local.client, toys.service, toys.snapshots).run()
    after = await toys.snapshots.counts(2 * EVERY)

    assert before == DeadlineCounts(open=2, overdue=1, without_workflow=2)
    assert after == DeadlineCounts(open=2, overdue=1, without_workflow=0)
