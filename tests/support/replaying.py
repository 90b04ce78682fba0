"""Histories of real runs: read from what a stopped stack has left, replayed, and kept: one for each path."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from temporalio.client import WorkflowHandle, WorkflowHistory

from deploy.config import SERVICES, StackConfig
from deploy.local import temporal
from deploy.stack import Stack
from shared.durable.client import connect
from shared.durable.worker import build_replayer
from shared.settings import Settings
from tests.support.settling import parts
from tests.workflows import histories

MOST_OF_A_TYPE = 6
"""Histories kept of one workflow type: those with most events."""


def codec_keys() -> str:
    """Return the file of keys under which histories are kept: known to everybody, sealing nothing else."""
    keyset = histories.keyset()
    keys = {name: base64.b64encode(key).decode() for name, key in keyset.keys.items()}
    return json.dumps({"current": keyset.current, "keys": keys})


def workflows() -> dict[str, tuple[str, list[type]]]:
    """Return by workflow type its service, and all workflows of that service."""
    found = {}
    for service in SERVICES:
        mine = [told.workflow for told in parts(service).told]
        found.update({workflow.__name__: (service, mine) for workflow in mine})
    return found


async def replay(workflow_type: str, history: WorkflowHistory) -> None:
    """Replay a history with the code of today. Raises if the code would now do something else."""
    service, mine = workflows()[workflow_type]
    await build_replayer(mine, histories.converter(), service).replay_workflow(history)


@contextmanager
def temporal_alone(state: Path) -> Iterator[StackConfig]:
    """Start Temporal on what a stopped stack has left."""
    config = StackConfig.load(state)
    stack = Stack([temporal.spec(config)], config.logs)
    stack.start("temporal")
    try:
        yield config
    finally:
        stack.stop_all()


async def left_behind(config: StackConfig) -> list[tuple[str, WorkflowHandle, WorkflowHistory]]:
    """Return (type, handle, history) of every workflow of an aggregate that Temporal knows of."""
    settings = Settings.model_construct(
        temporal_target=config.temporal_target,
        temporal_namespace="default",
        codec_keyset_file=config.codec_keyset_file("intake"),
    )
    client = await connect(settings)
    known, found = workflows(), []
    async for each in client.list_workflows("", page_size=1000):
        if each.workflow_type in known:
            handle = client.get_workflow_handle(each.id, run_id=each.run_id)
            found.append((each.workflow_type, handle, await handle.fetch_history()))
    return found


async def one_of_each_path(
    found: Sequence[tuple[str, WorkflowHandle, WorkflowHistory]],
) -> dict[str, tuple[WorkflowHandle, WorkflowHistory]]:
    """Return by the name of its path the shortest history that walked it; the longest paths of each type."""
    codec = histories.converter().payload_codec
    assert codec is not None
    shortest: dict[tuple[str, str], tuple[WorkflowHandle, WorkflowHistory]] = {}
    for workflow_type, handle, history in found:
        stages = _stages(await histories.opened_bytes(history, codec))
        path = (workflow_type, " ".join(stages))
        if path not in shortest or len(history.events) < len(shortest[path][1].events):
            shortest[path] = (handle, history)
    kept: dict[str, tuple[WorkflowHandle, WorkflowHistory]] = {}
    for workflow_type in sorted({workflow_type for workflow_type, _ in shortest}):
        mine = sorted(
            (len(each[1].events), path, each) for (kind, path), each in shortest.items() if kind == workflow_type
        )
        kept.update({f"demo: {path}": each for _, path, each in mine[-MOST_OF_A_TYPE:]})
    return kept


def _stages(opened: bytes) -> list[str]:
    """Return the stages that a history passed, in order."""
    stages: list[str] = []
    for line in opened.splitlines():
        try:
            content = json.loads(line)
        except ValueError:
            continue
        stage = content.get("stage") if isinstance(content, dict) else None
        if stage and stages[-1:] != [stage]:
            stages.append(stage)
    return stages
