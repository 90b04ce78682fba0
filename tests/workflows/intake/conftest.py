"""The concern's workflow on a real server that skips time, in the same world as the case's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from services.intake.worker import TERMINAL
from services.intake.workflows.concern import ConcernWorkflow
from shared.durable.snapshots import Kept
from shared.durable.worker import build_worker
from tests.workflows.assessment.played_world import KEPT, NO_TABLE, PlayedWorld

KEPT["concern"] = Kept("concern", NO_TABLE, frozenset(TERMINAL), ConcernWorkflow.__name__)


@pytest.fixture
async def played(skipping: WorkflowEnvironment) -> AsyncIterator[PlayedWorld]:
    """A world of its own, with its own task queue."""
    world = PlayedWorld(skipping, f"intake-{uuid4()}")
    async with build_worker(skipping.client, world.service, [ConcernWorkflow], world.activities()):
        yield world
        await world.end()
