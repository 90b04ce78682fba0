"""Replay: the dead letters of a key are handled again, in order, and the parking ends with the last of them.

Replay runs in the service's worker, where the handlers have what they need. A person asks for it from the command
line; the request is a Postgres notification. Nothing is lost if no worker hears it: the letters stay, and the person
sees that nothing moved.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import asyncpg
import sqlalchemy as sa
import structlog

from shared.errors import NotFound
from shared.messaging.connection import Connection, connected, pause, run
from shared.messaging.consumer import Receiver
from shared.messaging.records import Record, restored
from shared.messaging.verdict import code_of
from shared.persistence.spine import Spine
from shared.persistence.work import Transaction, UnitOfWork

log = structlog.get_logger(__name__)

Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay of one key did: how many letters had their effect, and the code of the error that stopped it."""

    done: int
    stopped_by: str | None = None


class Replayer:
    """Replays dead letters of the receivers of one service."""

    def __init__(self, work: UnitOfWork, spine: Spine, receivers: Iterable[Receiver]) -> None:
        self._work = work
        self._letters = spine.dead_letters
        self._parked = spine.parked_keys
        self._receivers = {receiver.subscription.consumer: receiver for receiver in receivers}

    async def replay(self, consumer: str, key: str) -> Replayed:
        """Handle the open letters of a key in order, each in a transaction of its own; stop at the first that fails.

        Raises `NotFound` (`consumer_not_found`) if this service has no such consumer.
        """
        receiver = self._receivers.get(consumer)
        if receiver is None:
            raise NotFound("consumer_not_found", "this service has no consumer of that name", field="consumer")
        done = 0
        while True:
            letter = await self._head(consumer, key)
            try:
                if letter is None:
                    if await self._end_parking(consumer, key):
                        return Replayed(done)
                    continue
                done += await self._replay_one(receiver, letter)
            except Exception as error:  # whatever it is, it belongs to this letter and stops the key here
                if letter is None:
                    raise
                await self._note_failure(letter.id, code_of(error))
                log.warning("replay_stopped", consumer=consumer, letter=letter.id, code=code_of(error))
                return Replayed(done, code_of(error))

    async def _head(self, consumer: str, key: str) -> Row | None:
        async with self._work.begin() as tx:
            return await self._first_open(tx, consumer, key)

    async def _first_open(self, tx: Transaction, consumer: str, key: str) -> Row | None:
        letters = self._letters
        mine = sa.select(letters).where(letters.c.consumer == consumer, letters.c.key == key, letters.c.state == "OPEN")
        return (await run(tx, mine.order_by(letters.c.id).limit(1))).one_or_none()

    async def _replay_one(self, receiver: Receiver, letter: Row) -> int:
        """Handle the first letter of a key; return 0 if another replay was faster."""
        envelope = record_of(letter).envelope()
        async with self._work.begin(
            correlation_id=envelope.correlationid, causation_id=envelope.id, traceparent=envelope.traceparent
        ) as tx:
            await hold_gate(tx, self._parked, letter.consumer, letter.key)
            head = await self._first_open(tx, letter.consumer, letter.key)
            if head is None or head.id != letter.id:
                return 0
            outcome = await receiver.take_effect(tx, envelope)
            await close_letter(tx, self._letters, letter.id, "REPLAYED", attempts=1)
        log.info("dead_letter_replayed", consumer=letter.consumer, letter=letter.id, outcome=outcome)
        return 1

    async def _end_parking(self, consumer: str, key: str) -> bool:
        """Open the gate if nothing waits behind it; return False if a record has lined up meanwhile."""
        async with self._work.begin() as tx:
            await hold_gate(tx, self._parked, consumer, key)
            if await self._first_open(tx, consumer, key) is not None:
                return False
            await open_gate(tx, self._parked, consumer, key)
            return True

    async def _note_failure(self, letter: int, code: str) -> None:
        letters = self._letters
        attempt = {"attempts": letters.c.attempts + 1, "error_code": code}
        async with self._work.begin() as tx:
            await run(tx, sa.update(letters).where(letters.c.id == letter).values(attempt))


async def hold_gate(tx: Transaction, parked: sa.Table, consumer: str, key: str) -> None:
    """Hold the gate of a key alone until the transaction ends: no record lines up or passes meanwhile."""
    row = sa.select(parked.c.key).where(parked.c.consumer == consumer, parked.c.key == key)
    await run(tx, row.with_for_update())


async def open_gate(tx: Transaction, parked: sa.Table, consumer: str, key: str) -> None:
    """End the parking of a key."""
    await run(tx, sa.delete(parked).where(parked.c.consumer == consumer, parked.c.key == key))


async def close_letter(tx: Transaction, letters: sa.Table, letter: int, state: str, *, attempts: int = 0) -> None:
    """Write down how a dead letter ended: REPLAYED or DISCARDED."""
    closed = {"state": state, "closed_at": sa.func.now(), "attempts": letters.c.attempts + attempts}
    await run(tx, sa.update(letters).where(letters.c.id == letter).values(closed))


def record_of(letter: Row) -> Record:
    """Return the record that a dead letter keeps."""
    place = (letter.topic, letter.partition, letter.offset)
    return Record(*place, letter.key, restored(letter.headers), bytes(letter.value))


def channel(schema: str) -> str:
    """Return the name of the notifications that ask for a replay."""
    return f"{schema}_replay"


async def answer_requests(dsn: str, schema: str, replayer: Replayer, stop: asyncio.Event) -> None:
    """Listen for requests of the command line and replay, until `stop` is set. Trouble is logged and tried again."""
    while not stop.is_set():
        try:
            async with connected(dsn, f"{schema}_replay") as connection:
                await _answer(connection, channel(schema), replayer, stop)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            log.warning("replay_listener_interrupted", schema=schema, error=type(error).__name__)
            await pause(stop, 1.0)


async def _answer(connection: Connection, name: str, replayer: Replayer, stop: asyncio.Event) -> None:
    requests: asyncio.Queue[str] = asyncio.Queue()
    await connection.add_listener(name, lambda *message: requests.put_nowait(message[3]))
    while not stop.is_set():
        try:
            text = await asyncio.wait_for(requests.get(), 1.0)
        except TimeoutError:
            await connection.fetchval("select 1")  # notices a connection that died silently
            continue
        try:
            request = json.loads(text)
            await replayer.replay(request["consumer"], request["key"])
        except Exception as error:  # noqa: BLE001  # any role may send a notification; none may end the worker by it
            log.warning("replay_refused", code=code_of(error))
