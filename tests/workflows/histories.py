"""Histories of scenario tests, kept to be replayed: `tests/histories/<workflow type>/<workflow id>.json`.

The file's name is the workflow's id, because ids are part of what replays. Payloads are sealed under a test key that
seals nothing else. `SAVE_HISTORIES=1` rewrites them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.converter import DataConverter, PayloadCodec

from shared.durable.converter import ENCODING, data_converter
from shared.vault.keyset import Keyset

FOLDER = Path(__file__).parent.parent / "histories"


def keyset() -> Keyset:
    """Return the test key: derived, not secret, the same on every machine, so that saved histories open."""
    return Keyset("test", {"test": bytes(range(32))})


def converter() -> DataConverter:
    """Return the converter under which histories are saved and replayed."""
    return data_converter(keyset())


async def save(handle: WorkflowHandle[Any, Any], *, name: str | None = None) -> None:
    """Keep a workflow's history, if histories are being saved; `name` is what the scenario is called."""
    if os.environ.get("SAVE_HISTORIES") != "1":
        return
    history = await handle.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    folder = FOLDER / started.workflow_type.name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        if name is not None and json.loads(old.read_text()).get("scenario") == name:
            old.unlink()
    document = {"scenario": name, "history": _anonymous(history.to_json_dict())}
    (folder / f"{handle.id}.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


def _anonymous(document: Any) -> Any:
    """Take out the identities of workers, which name a machine and are no part of what replays."""
    if isinstance(document, dict):
        return {key: "test" if key == "identity" else _anonymous(value) for key, value in document.items()}
    return [_anonymous(value) for value in document] if isinstance(document, list) else document


def saved(workflow_type: str | None = None) -> Iterator[tuple[str, WorkflowHistory]]:
    """Yield (workflow type, history) of every saved one."""
    for file in sorted(FOLDER.glob(f"{workflow_type or '*'}/*.json")):
        yield file.parent.name, WorkflowHistory.from_json(file.stem, json.loads(file.read_text())["history"])


def stored_bytes(history: WorkflowHistory) -> bytes:
    """Return a history as the server stores it."""
    return b"".join(event.SerializeToString() for event in history.events)


async def opened_bytes(history: WorkflowHistory, codec: PayloadCodec) -> bytes:
    """Return the data of every sealed payload, opened; headers are not sealed and hold trace ids only."""
    found = [payload for event in history.events for payload in _payloads(event)]
    opened = await codec.decode([payload for payload in found if payload.metadata.get("encoding") == ENCODING])
    return b"\n".join(payload.data for payload in opened)


def _payloads(message: Message) -> Iterator[Payload]:
    """Yield every payload inside a message, however deep."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = [part for part in value.values() if isinstance(part, Message)]
        else:
            inner = list(value) if isinstance(value, Sequence) or hasattr(value, "add") else [value]
        for part in inner:
            yield from _payloads(part)
