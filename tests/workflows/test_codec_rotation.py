"""A key is rotated under a running worker: the workflow goes on, and the old key stays as long as a history holds it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from shared.durable.codec_keys import create, histories_with, retire, rotate
from shared.durable.converter import converter_from
from shared.durable.worker import build_worker
from shared.errors import Conflict, NotFound
from shared.vault import keyset
from tests.workflows.toy import ToyWorkflow
from tests.workflows.world import ToyWorld, eventually


@pytest.fixture
async def sealed(local: WorkflowEnvironment, tmp_path: Path) -> tuple[Client, Path, str]:
    """A client whose codec follows a file, the file, and the name of the service."""
    service = f"toys{uuid4().hex[:8]}"
    file = tmp_path / "codec.json"
    create(file, service)
    return await local.connect_client(data_converter=converter_from(file)), file, service


async def test_a_workflow_goes_on_over_a_rotation_and_the_old_key_stays_until_no_history_holds_it(
    sealed: tuple[Client, Path, str],
) -> None:
    client, file, service = sealed
    old = keyset.load(file).current
    world = ToyWorld(client, service)
    async with build_worker(client, service, [ToyWorkflow], world.activities()):
        toy = world.toy()
        await world.nudge(toy.snapshot())
        await eventually(lambda: _listed(client, service, old))
        with pytest.raises(Conflict) as current:
            await retire(client, file, service, old)

        unused, new = rotate(file, service), rotate(file, service)
        await world.nudge(toy.moves("CLOSED"))
        ended = await asyncio.wait_for(world.handle(toy.snapshot()).result(), 15)

        assert ended.stage == "CLOSED"
        assert await histories_with(client, service, new) == 1, "what came after the rotation"
        with pytest.raises(Conflict) as in_use:
            await retire(client, file, service, old)
        await retire(client, file, service, unused)

    assert (current.value.code, in_use.value.code) == ("codec_key_current", "codec_key_in_use")
    assert set(keyset.load(file).keys) == {old, new}
    with pytest.raises(NotFound):
        await retire(client, file, service, unused)


async def _listed(client: Client, service: str, key: str) -> bool:
    return await histories_with(client, service, key) == 1
