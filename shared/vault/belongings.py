"""Whose unit a case or a concern is: said in the vault with the command, told to the key store after its commit.

    await persons.belong(tx.session, ...)          # or correct: in the command's transaction, and from its commit it holds
    await vault.belongings.settle(session)         # by the worker, again and again: each unit's key goes under its person's

Invariant: an erasure goes by what the vault says, under the person's lock (`shared.erasure.ledger`). A unit that the key store has not
been told of goes with its person all the same, and one that was found to be another's stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Integer, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from shared.vault.errors import UnitErased, Unopenable
from shared.vault.keys import UnitKeys

_log = structlog.get_logger(__name__)

BATCH: Final = 100
"""Units of one transaction."""

_UNSETTLED: Final = text("select unit, subject_ref from vault.unsettled(:limit)").bindparams(
    bindparam("limit", type_=Integer())
)
_SETTLED: Final = text("select vault.settled(:units)").bindparams(bindparam("units", type_=ARRAY(Uuid())))
_SINCE: Final = text("select vault.unsettled_since()")


class Belongings:
    """Brings the key store in step with the vault. For the worker that may re-bind keys."""

    def __init__(self, keys: UnitKeys) -> None:
        self._keys = keys

    async def settle(self, session: AsyncSession) -> int:
        """Tell the key store of a batch in the caller's transaction, which holds what it tells; return how many there were.

        Safe to repeat after a stop anywhere. Raises `KeyStoreUnavailable` and `EpochClosed`.
        """
        rows = (await session.execute(_UNSETTLED, {"limit": BATCH})).all()
        if rows:
            await settle(self._keys, {row.unit: row.subject_ref for row in rows})
            await session.execute(_SETTLED, {"units": [row.unit for row in rows]})
        return len(rows)

    async def since(self, session: AsyncSession) -> datetime | None:
        """Return since when the oldest waits; None when the key store knows all."""
        found: datetime | None = (await session.execute(_SINCE)).scalar_one()
        return found


async def settle(keys: UnitKeys, persons: Mapping[UUID, UUID | None]) -> None:
    """Put each unit's key under its person's (None: nobody's). Raises `KeyStoreUnavailable` and `EpochClosed`."""
    for unit, person in persons.items():
        try:
            await keys.rebind(unit, person)
        except (Unopenable, UnitErased) as error:
            # No key: nothing was ever sealed in this unit, or it was erased. A key that opens nowhere protects nothing.
            _log.info("unit_without_key", unit=str(unit), code=error.code)
