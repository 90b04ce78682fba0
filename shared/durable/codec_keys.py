"""The keys under which a service's payloads are sealed: a file for each service, followed without a restart.

A key's name says whose it is (`intake-2`), stands in the metadata of every payload that it sealed, and is never used again.
A key goes when no history holds a payload of it any more; until then it stays beside the current one and opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from shared.errors import Conflict, NotFound
from shared.vault import keyset
from shared.vault.keyset import Keyset
from shared.vault.sealing import new_key

KEY_ID = "encryption-key-id"
"""Where a payload's metadata names its key."""

Keys = Callable[[], Keyset]
"""Says which keys there are now."""


def following(path: Path) -> Keys:
    """Return what reads the keyset file whenever it was replaced. Raises `KeysetUnusable` now, and when asked."""
    seen, keys = _seen(path), keyset.load(path)

    def fresh() -> Keyset:
        nonlocal seen, keys
        now = _seen(path)
        if now != seen:
            # Looked at before it is read: a change in between is noticed at the next use.
            keys, seen = keyset.load(path), now
        return keys

    return fresh


def create(path: Path, service: str, former: Keyset | None = None, *, development: bool = False) -> None:
    """Make the file of a service's keys unless it is there; keys of `former` stay in it and open, and seal nothing new."""
    if path.exists():
        return
    keyset.create_if_missing(path, development=development)
    with keyset.changing(path):
        name = f"{service}-1"
        old = dict(former.keys) if former else {}
        keyset.replace(path, Keyset(name, {**old, name: new_key()}, development=development))


def together(paths: Sequence[Path]) -> Keyset:
    """Return the keys of several services in one set, for who looks at all histories (proofs, tests); never for a service."""
    keysets = [keyset.load(path) for path in paths]
    return Keyset(keysets[0].current, {name: key for each in keysets for name, key in each.keys.items()})


def rotate(path: Path, service: str, *, only_prepare: bool = False) -> str:
    """Make a fresh key current and return its name; running processes seal with it from their next payload on.

    Where several machines have a copy of the file, prepare first (the key is there and only opens), hand the file out, then
    rotate: it makes the prepared key current. Raises `KeysetUnusable`.
    """
    with keyset.changing(path):
        keys = keyset.load(path)
        newest = max(_number(name, service) for name in keys.keys)
        name = f"{service}-{newest}"
        prepared = name in keys.keys and newest > _number(keys.current, service)
        if not prepared:
            name = f"{service}-{newest + 1}"
            keys = replace(keys, keys={**keys.keys, name: new_key()})
        keyset.replace(path, keys if only_prepare else replace(keys, current=name))
    return name


async def retire(client: Client, path: Path, service: str, name: str) -> None:
    """Take a key out of the file for good, once no history of the service holds a payload of it.

    Raises `NotFound` (`codec_key_unknown`), `Conflict` (`codec_key_current`, `codec_key_in_use`).
    """
    keys = keyset.load(path)
    if name not in keys.keys:
        raise NotFound("codec_key_unknown", f"the keyset of {service} has no key {name}")
    if name == keys.current:
        raise Conflict("codec_key_current", f"{name} is what {service} seals with", remedy="Rotate first.")
    holding = await histories_with(client, service, name)
    if holding:
        raise Conflict(
            "codec_key_in_use",
            f"{holding} histories of {service} hold payloads of {name}",
            rule="engineering.md 6.7",
            remedy="Wait until these workflows have ended and the namespace's retention is over.",
        )
    with keyset.changing(path):
        keyset.replace(path, keyset.load(path).without(name))


async def histories_with(client: Client, service: str, name: str) -> int:
    """Return how many histories that the server still keeps hold a payload sealed under this key."""
    mark, count = _mark(name), 0
    async for found in client.list_workflows(f"TaskQueue = '{service}'", page_size=1000):
        count += await _holds(client.get_workflow_handle(found.id, run_id=found.run_id), mark)
    return count


async def _holds(handle: WorkflowHandle[Any, Any], mark: bytes) -> bool:
    try:
        async for event in handle.fetch_history_events():
            if mark in event.SerializeToString():
                return True
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # deleted a moment ago, and listed still
            raise
    return False


def _mark(name: str) -> bytes:
    """The bytes of the metadata's entry, as a payload carries it (protobuf: map<string, bytes>)."""
    key, value = KEY_ID.encode(), name.encode()
    return b"\x0a" + bytes([len(key)]) + key + b"\x12" + bytes([len(value)]) + value


def _number(name: str, service: str) -> int:
    found = re.fullmatch(rf"{re.escape(service)}-(\d+)", name)
    return int(found[1]) if found else 0


def _seen(path: Path) -> tuple[int, int, int] | None:
    """Inode, size and time of change: a keyset is replaced whole. None where there is none, which reading then says."""
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
