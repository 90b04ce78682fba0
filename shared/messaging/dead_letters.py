"""Dead letters: records that could not be handled, with their original bytes, and the keys that are parked behind them.

While a key is parked, later records of that key line up behind the first (`parked_behind`): order within an aggregate
is worth more than progress. The row in `parked_keys` is the gate. A consumer that lines a record up holds it shared;
replay holds it alone; so no record can slip past a replay that is about to end.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.messaging.connection import run
from shared.messaging.records import Record, stored
from shared.persistence.spine import Spine
from shared.persistence.work import MAY_MISS, Transaction


class DeadLetters:
    """The dead letters of one consumer, as the consumer writes them."""

    def __init__(self, spine: Spine, consumer: str) -> None:
        self._letters = spine.dead_letters
        self._parked = spine.parked_keys
        self._consumer = consumer

    async def park(self, tx: Transaction, record: Record, code: str) -> bool:
        """Keep the record and park its key; return False if a person has settled this very record before.

        `code` is a stable code or the name of a class.
        """
        known = await self._settled(tx, record)
        if known is None:
            gate = upsert(self._parked).values(consumer=self._consumer, key=record.key)
            first = sa.literal_column("xmax = 0", sa.Boolean)  # true for a row that this statement has inserted
            gate = gate.on_conflict_do_update(index_elements=["consumer", "key"], set_={"key": gate.excluded.key})
            parked_now = (await run(tx, gate.returning(first))).scalar_one()
            # Asked again behind the gate: the same record may have come to another process at the same time.
            known = await self._settled(tx, record)
            if known is None:
                await self._append(tx, record, code, behind=not parked_now)
                return True
        return known == "OPEN"

    async def line_up(self, tx: Transaction, record: Record) -> bool:
        """Keep the record behind the first of its key; return False if the key is not parked."""
        parked = self._parked
        gate = sa.select(parked.c.key).where(parked.c.consumer == self._consumer, parked.c.key == record.key)
        if (await run(tx, gate.with_for_update(read=True))).scalar_one_or_none() is None:
            return False
        if await self._settled(tx, record) is None:
            await self._append(tx, record, None, behind=True)
        return True

    async def _settled(self, tx: Transaction, record: Record) -> str | None:
        """Return the state of this very record among the dead letters, or None.

        Offsets begin again when a topic is made anew, so a record is itself only if its bytes are the same.
        """
        letters = self._letters
        query = sa.select(letters.c.state).where(
            letters.c.consumer == self._consumer,
            letters.c.topic == record.topic,
            letters.c.partition == record.partition,
            letters.c.offset == record.offset,
            letters.c.value == record.value,
            letters.c.headers == stored(record.headers),
        )
        return (await run(tx, query.order_by(letters.c.id.desc()).limit(1))).scalar_one_or_none()

    async def _append(self, tx: Transaction, record: Record, code: str | None, *, behind: bool) -> None:
        await self._clear_place(tx, record)
        row = {
            "consumer": self._consumer,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key,
            "headers": stored(record.headers),
            "value": record.value,
            "error_code": code,
            "parked_behind": behind,
            "attempts": 0 if behind else 1,
        }
        await run(tx, sa.insert(self._letters).values(row))

    async def _clear_place(self, tx: Transaction, record: Record) -> None:
        """Make room where a letter of a former topic stands: it keeps its bytes and gets an offset that cannot be."""
        letters = self._letters
        here = (
            letters.c.consumer == self._consumer,
            letters.c.topic == record.topic,
            letters.c.partition == record.partition,
            letters.c.offset == record.offset,
        )
        moved = sa.update(letters).where(*here).values({"offset": -letters.c.id})
        await run(tx, moved.execution_options(**MAY_MISS))
