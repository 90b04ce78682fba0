"""Signals and activities a second on the bare Temporal server of the stack: no Postgres, no Kafka, no codec, no rules.

Each workflow waits for a signal, runs one activity that does nothing, and ends. Worker and client are this process.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

QUEUE = "bench"


@activity.defn
async def nothing() -> None:
    """Do nothing."""


@workflow.defn
class Signalled:
    """Waits, does one thing, ends."""

    def __init__(self) -> None:
        self._told = False

    @workflow.signal
    def tell(self) -> None:
        """Let it go on."""
        self._told = True

    @workflow.run
    async def run(self) -> None:
        """Wait for the signal, run the activity."""
        await workflow.wait_condition(lambda: self._told)
        await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=10))


async def run(target: str, workflows: int, clients: int) -> dict[str, float]:
    """Start workflows, then signal them as fast as `clients` go; return signals and whole rounds a second."""
    client = await Client.connect(target)
    async with Worker(client, task_queue=QUEUE, workflows=[Signalled], activities=[nothing]):
        names = [f"bench-{uuid4()}" for _ in range(workflows)]
        handles = [await client.start_workflow(Signalled.run, id=name, task_queue=QUEUE) for name in names]
        began = time.perf_counter()
        left = iter(handles)

        async def signal() -> None:
            for handle in left:
                await handle.signal(Signalled.tell)

        await asyncio.gather(*(signal() for _ in range(clients)))
        signalled = time.perf_counter() - began
        await asyncio.gather(*map(_ended, handles))
        ended = time.perf_counter() - began
    return {"per_second": workflows / ended, "signals_per_second": workflows / signalled, "seconds": ended}


async def _ended(handle: WorkflowHandle[Signalled, None]) -> None:
    await handle.result()
