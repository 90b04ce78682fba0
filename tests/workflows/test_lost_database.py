"""Temporal's database is deleted under a running worker, and every open clock comes back by itself."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError

from shared.durable.schedule import keep_schedule
from shared.durable.signals import nudge
from shared.durable.snapshot import workflow_id
from shared.errors import Transient
from tests.workflows import histories
from tests.workflows.conftest import program
from tests.workflows.stored import HOUR, StoredToys
from tests.workflows.world import KIND, eventually

SOON = timedelta(seconds=8)


class Server:
    """A Temporal server with its state in a file that can be deleted."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.database = folder / "temporal.db"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *(program("temporal"), "server", "start-dev", "--headless", "--ip", "127.0.0.1"),
                *("--port", str(self.port), "--db-filename", str(self.database), "--log-level", "never"),
            ]
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def lose_everything(self) -> None:
        self.kill()
        for file in self.database.parent.glob("temporal.db*"):
            file.unlink()


@pytest.fixture
def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path)
    yield server
    server.kill()


pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose


@pytest.fixture
async def toys(postgres: str) -> AsyncIterator[StoredToys]:
    engine = create_async_engine(postgres)
    stored = StoredToys(engine)
    await stored.install()
    yield stored
    await engine.dispose()


async def connect(server: Server, *, lazy: bool = False) -> Client:
    return await Client.connect(server.target, data_converter=histories.converter(), lazy=lazy)


async def host(server: Server, toys: StoredToys) -> None:
    """What a worker process does: run the worker whenever the server is there, and keep the schedule."""
    keeper = await connect(server, lazy=True)
    keeping = asyncio.create_task(keep_schedule(keeper, toys.service, look_every=timedelta(seconds=0.5)))
    try:
        while True:
            with suppress(RuntimeError, RPCError):
                await toys.worker(await connect(server)).run()
            await asyncio.sleep(0.2)
    finally:
        keeping.cancel()


async def described(server: Server, toys: StoredToys, toy: UUID) -> WorkflowExecutionDescription:
    handle = (await connect(server)).get_workflow_handle(workflow_id(KIND, toy, 1))
    return await handle.describe()


async def test_every_clock_is_back_after_temporal_lost_its_database(server: Server, toys: StoredToys) -> None:
    server.start()
    running = asyncio.create_task(host(server, toys))
    kept = await toys.add()
    soon = await toys.add(due_in=SOON)
    await eventually(lambda: toys.seen(kept))

    before = await described(server, toys, kept)

    server.lose_everything()
    server.start()

    await eventually(lambda: toys.missed(soon), within=60)
    after = await described(server, toys, kept)
    assert after.status is WorkflowExecutionStatus.RUNNING
    assert after.run_id != before.run_id  # the old one went with the database
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_worker_starts_before_its_server_and_serves_when_it_comes(server: Server, toys: StoredToys) -> None:
    overdue = await toys.add(due_in=-HOUR)
    running = asyncio.create_task(host(server, toys))
    await asyncio.sleep(0.2)  # it has tried in vain

    server.start()

    await eventually(lambda: toys.missed(overdue), within=60)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_nudge_while_the_server_is_down_is_transient_and_works_later(server: Server, toys: StoredToys) -> None:
    toy = await toys.add()
    client = await connect(server, lazy=True)
    snapshot = await toys.snapshots.of(KIND, toy)

    with pytest.raises(Transient) as refused:
        await nudge(client, toys.service, toys.snapshots.kept, snapshot)
    server.start()

    async def told() -> bool:
        with suppress(Transient):
            await nudge(client, toys.service, toys.snapshots.kept, snapshot)
            return True
        return False

    assert refused.value.code == "workflow_server_unavailable"
    await eventually(told)
