"""The desk at which a person looks at dead letters and decides: list, show, ask for a replay, discard."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.errors import Conflict, NotFound, Poison
from shared.messaging.connection import run
from shared.messaging.replay import channel, close_letter, hold_gate, open_gate, record_of
from shared.persistence.spine import Spine
from shared.persistence.work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter without its bytes: a broken record may hold anything."""

    id: int
    consumer: str
    topic: str
    partition: int
    offset: int
    key: str
    error_code: str | None
    parked_behind: bool
    attempts: int
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LetterInFull:
    """A dead letter with what its envelope says, where it can be read, and the digest of its bytes."""

    letter: Letter
    headers: dict[str, str]
    size: int
    sha256: str
    value: bytes


SHOWN = (
    "ce_id",
    "ce_type",
    "ce_time",
    "ce_subject",
    "ce_sequence",
    "ce_correlationid",
    "ce_causationid",
    "traceparent",
)


class DeadLetterDesk:
    """The dead letters of one service, for a person. Works without the service running, but for `replay`."""

    def __init__(self, work: UnitOfWork, spine: Spine) -> None:
        self._work = work
        self._spine = spine
        self._letters = spine.dead_letters

    async def list(
        self, *, consumer: str | None = None, state: str | None = "OPEN", limit: int = 100
    ) -> tuple[Letter, ...]:
        """Return letters in the order in which they would be replayed; `state` None means all."""
        letters = self._letters
        query = sa.select(*_columns(letters)).order_by(letters.c.consumer, letters.c.id).limit(limit)
        if consumer is not None:
            query = query.where(letters.c.consumer == consumer)
        if state is not None:
            query = query.where(letters.c.state == state)
        async with self._work.begin() as tx:
            return tuple(Letter(*row) for row in await run(tx, query))

    async def show(self, letter_id: int) -> LetterInFull:
        """Return one letter. Raises `NotFound` (`dead_letter_not_found`)."""
        async with self._work.begin() as tx:
            row = await self._find(tx, letter_id)
        record = record_of(row)
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers if name in SHOWN}
        digest = hashlib.sha256(record.value).hexdigest()
        return LetterInFull(_letter(row), headers, len(record.value), digest, record.value)

    async def replay(self, letter_id: int, *, seconds: float = 15.0) -> tuple[Letter, ...]:
        """Ask the worker to replay the key of a letter; wait up to `seconds`; return what is still open of that key.

        Raises `NotFound`, `Conflict` (`dead_letter_closed`), or `Conflict` (`nobody_replayed`) if nothing moved, which
        means that no worker of the service listens.
        """
        async with self._work.begin() as tx:
            row = await self._find(tx, letter_id)
            _refuse_closed(row)
        before = await self._open_of(row.consumer, row.key)
        await self._ask(row.consumer, row.key)
        end = time.monotonic() + seconds
        left = before
        while time.monotonic() < end:
            left = await self._open_of(row.consumer, row.key)
            if not left or (left[0].id == before[0].id and left[0].attempts > before[0].attempts):
                return left
            await asyncio.sleep(0.1)
        if left == before:
            raise Conflict(
                "nobody_replayed", "no worker took the request", remedy="Start the service's worker, then ask again."
            )
        return left

    async def discard(self, letter_id: int) -> Letter:
        """Close a letter without an effect; later facts of its key stay parked until they are replayed.

        Raises `NotFound` or `Conflict` (`dead_letter_closed`).
        """
        parked = self._spine.parked_keys
        async with self._work.begin() as tx:
            row = await self._find(tx, letter_id)
            await hold_gate(tx, parked, row.consumer, row.key)
            row = await self._find(tx, letter_id)
            _refuse_closed(row)
            await self._never_again(tx, row)
            await close_letter(tx, self._letters, letter_id, "DISCARDED")
            others = self._letters.c
            still = sa.exists().where(others.consumer == row.consumer, others.key == row.key, others.state == "OPEN")
            if not (await run(tx, sa.select(still))).scalar_one():
                await open_gate(tx, parked, row.consumer, row.key)
            return _letter(await self._find(tx, letter_id))

    async def _never_again(self, tx: Transaction, row: sa.Row[Any]) -> None:
        """Put the event id into the inbox for good, so that no later delivery has an effect; unreadable records have none.

        For good: `last_seen` may stand before it, so that nothing else would know it when the inbox is pruned.
        """
        event_id = _event_id(row)
        if event_id is not None:
            for_good: sa.ColumnElement[datetime] = sa.literal_column("'infinity'::timestamptz")
            note = upsert(self._spine.inbox).values(consumer=row.consumer, event_id=event_id, handled_at=for_good)
            await run(
                tx, note.on_conflict_do_update(index_elements=["consumer", "event_id"], set_={"handled_at": for_good})
            )

    async def _ask(self, consumer: str, key: str) -> None:
        text = json.dumps({"consumer": consumer, "key": key})
        async with self._work.begin() as tx:
            await run(tx, sa.select(sa.func.pg_notify(channel(self._spine.schema), text)))

    async def _open_of(self, consumer: str, key: str) -> tuple[Letter, ...]:
        return tuple(letter for letter in await self.list(consumer=consumer, limit=10_000) if letter.key == key)

    async def _find(self, tx: Transaction, letter_id: int) -> sa.Row[Any]:
        row = (await run(tx, sa.select(self._letters).where(self._letters.c.id == letter_id))).one_or_none()
        if row is None:
            raise NotFound("dead_letter_not_found", "there is no dead letter of that number here", field="id")
        return row


def _columns(letters: sa.Table) -> list[sa.Column[Any]]:
    return [letters.c[name] for name in Letter.__slots__]


def _letter(row: sa.Row[Any]) -> Letter:
    return Letter(*(getattr(row, name) for name in Letter.__slots__))


def _event_id(row: sa.Row[Any]) -> UUID | None:
    try:
        return record_of(row).envelope().id
    except Poison:
        return None


def _refuse_closed(row: sa.Row[Any]) -> None:
    if row.state != "OPEN":
        raise Conflict("dead_letter_closed", f"this dead letter is {row.state} already", field="id")
