"""Notify with its workflow: real Postgres, a real mail server, time that skips."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from services.notify import repository
from services.notify.activities import DeliveryActivities
from services.notify.tables import SPINE
from services.notify.worker import AT_REST
from services.notify.workflows.delivery import DeliveryWorkflow
from shared.durable.activities import StepActivities
from shared.durable.snapshots import Snapshots
from shared.durable.worker import build_worker
from shared.hosting.worker import Told, kept_of
from tests.integration.notify.notify_world import Database, Mailbox, database, world
from tests.workflows.notify.delivery_world import DeliveryWorld, SkippedClock


@pytest.fixture(scope="session")
def notify_database() -> Iterator[Database]:
    """Postgres with the tables of notify."""
    with database() as found:
        yield found


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture
async def delivering(
    skipping: WorkflowEnvironment, notify_database: Database, mailbox: Mailbox, tmp_path: Path
) -> AsyncIterator[DeliveryWorld]:
    """A worker of notify; domain time is the server's skipped time, moved to where a test begins."""
    clock = SkippedClock(await skipping.get_current_time())
    following = asyncio.create_task(clock.follow(skipping))
    service = f"notify-{uuid4()}"
    kept = kept_of(Told(repository.delivery_store(), DeliveryWorkflow, AT_REST))
    async with world(notify_database, clock, mailbox, tmp_path) as notify:
        snapshots = Snapshots(notify.work, SPINE, [kept])
        found = DeliveryWorld(skipping, service, notify, snapshots, clock)
        steps = StepActivities(found.take_step, snapshots.of)
        activities = [*steps.all, *DeliveryActivities(notify.postman, snapshots).all]
        async with build_worker(skipping.client, service, [DeliveryWorkflow], activities):
            yield found
            await found.end()
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following


@pytest.fixture
def monday() -> datetime:
    """A Monday, ten o'clock in Denmark, years ahead of any test server's time."""
    return datetime(2030, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def friday_night(monday: datetime) -> datetime:
    """The Friday before, at 22:00."""
    return monday - timedelta(days=2, hours=12)
