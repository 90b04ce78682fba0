"""Corps with its workflows: real Postgres, time that skips."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from services.corps.activities import StandingOrders
from services.corps.workflows.intervention import InterventionWorkflow
from services.corps.workflows.loan import LoanWorkflow
from shared.durable.activities import StepActivities
from shared.durable.worker import build_worker
from tests.integration.corps.corps_people import FAR, HOST, THIRD
from tests.integration.corps.corps_world import Database, database, world
from tests.workflows.corps.corps_stories import SkippedClock, Stories

MONDAY = datetime(2030, 11, 4, 9, tzinfo=UTC)
"""A Monday, ten o'clock in Denmark, years ahead of any test server's time."""


@pytest.fixture(scope="session")
def corps_database() -> Iterator[Database]:
    """Postgres with the tables of corps."""
    with database() as found:
        yield found


@pytest.fixture
async def stories(skipping: WorkflowEnvironment, corps_database: Database, tmp_path: Path) -> AsyncIterator[Stories]:
    """A worker of corps; domain time is the server's skipped time, moved to a Monday."""
    clock = SkippedClock(await skipping.get_current_time())
    clock.begin_at(MONDAY)
    following = asyncio.create_task(clock.follow(skipping))
    async with world(corps_database, tmp_path, clock) as corps:
        await corps.hosts(HOST, FAR, THIRD)
        found = Stories(skipping, f"corps-{uuid4()}", corps, clock)
        activities = [
            *StepActivities(found.take_step, corps.snapshots.of).all,
            *StandingOrders(corps.corps, corps.work, corps.snapshots).all,
        ]
        async with build_worker(skipping.client, found.service, [InterventionWorkflow, LoanWorkflow], activities):
            yield found
            await found.end()
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
