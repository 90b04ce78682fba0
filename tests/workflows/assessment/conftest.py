"""Assessment's workflows on a real server that skips time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from shared.durable.worker import build_worker
from tests.workflows.assessment.played_world import WORKFLOWS, PlayedWorld


@pytest.fixture
async def played(skipping: WorkflowEnvironment) -> AsyncIterator[PlayedWorld]:
    """A world of its own, with its own task queue."""
    world = PlayedWorld(skipping, f"assessment-{uuid4()}")
    async with build_worker(skipping.client, world.service, WORKFLOWS, world.activities()):
        yield world
        await world.end()
