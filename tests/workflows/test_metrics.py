"""What the Temporal SDK counts is on the process's own page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, generate_latest
from temporalio.testing import WorkflowEnvironment

from shared.durable.metrics import SdkMetrics
from shared.durable.worker import build_worker
from tests.workflows.toy import ToyWorkflow
from tests.workflows.world import ToyClock, ToyWorld, eventually

REPORT = 'tovholder_clocks_not_in_story_total{stage="WAITING",workflow_type="ToyWorkflow"} 1.0'


def page_says(sdk: SdkMetrics, registry: CollectorRegistry, line: str) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        sdk.drain()
        return line in generate_latest(registry).decode()

    return look


async def test_workflows_and_reports_of_the_story_are_counted_on_the_page(local: WorkflowEnvironment) -> None:
    registry = CollectorRegistry()
    sdk = SdkMetrics(registry)
    client = await local.connect_client(runtime=sdk.runtime, data_converter=local.client.data_converter)
    world = ToyWorld(client, "toy-metrics")

    async with build_worker(client, world.service, [ToyWorkflow], world.activities()):
        toy = world.toy(ToyClock("NOT_IN_THE_STORY", []))
        await world.nudge(toy.snapshot())
        await eventually(page_says(sdk, registry, REPORT))
        await world.nudge(toy.moves("CLOSED"))
        await asyncio.wait_for(world.handle(toy.snapshot()).result(), 15)
    sdk.drain()

    page = generate_latest(registry).decode()
    assert 'temporal_workflow_completed_total{workflow_type="ToyWorkflow"} 1.0' in page
    assert REPORT in page
    assert "temporal_activity_execution_failed_total" in page
    assert str(toy.id) not in page
