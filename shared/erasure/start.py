"""What each service asks before it starts, and of each fact: was this erased?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.contracts.envelope import Envelope
from shared.erasure import ledger_file
from shared.erasure.model import LedgerUnapplied
from shared.vault import PostgresKeyStore
from shared.vault.errors import KeyStoreUnavailable

_log = structlog.get_logger(__name__)
_REFS: Final = bindparam("refs", type_=ARRAY(Uuid()))
_ERASED: Final = text("select vault.erased_refs()")
_UNAPPLIED: Final = text("select vault.unapplied(:refs)").bindparams(_REFS)
_ANY: Final = text("select vault.any_erased(:refs)").bindparams(_REFS)

AGAIN: Final = 1.0
"""Seconds between questions while a server is away."""

NAMING: Final = ("case_id", "concern_id", "subject_ref")
"""Fields of facts that name the unit or the person that a fact of another aggregate is about."""


@dataclass
class ErasureGate:
    """Passes once nothing that was erased is back; a process that has not passed is not ready and does not start."""

    engine: AsyncEngine
    keystore: PostgresKeyStore
    file: Path | None
    passed: bool = field(default=False)

    async def check(self) -> None:
        """Raise `LedgerUnapplied` if an erasure is not carried out here; for readiness, asked until it passed once."""
        if self.passed:
            return
        decided = [request.ref for request in ledger_file.read(self.file)]
        async with self.engine.connect() as connection:
            missing = (await connection.execute(_UNAPPLIED, {"refs": decided})).scalar_one()
            erased = (await connection.execute(_ERASED)).scalars().all()
        back = await self.keystore.holding(sorted({*decided, *erased}))
        if missing or back:
            raise LedgerUnapplied(max(int(missing), len(back)))
        self.passed = True

    async def keep(self) -> None:
        """Ask until it is known. Raises `LedgerUnapplied` then: a process that started with a server away goes down again."""
        while not self.passed:
            await self.refuse()
            if not self.passed:
                await asyncio.sleep(AGAIN)

    async def refuse(self) -> None:
        """Raise `LedgerUnapplied` at a start; with a server away, the process starts and is not ready until it passed."""
        try:
            await self.check()
        except LedgerUnapplied as error:
            _log.error("erasure_ledger_unapplied", count=error.count, remedy=error.remedy)
            raise
        except (OSError, TimeoutError, DBAPIError, KeyStoreUnavailable) as error:
            _log.warning("erasure_ledger_unasked", error=type(error).__name__)


async def about_erased(session: AsyncSession, envelope: Envelope) -> bool:
    """Say whether a fact is about something erased: its aggregate, or what its data name. One round trip."""
    data: dict[str, Any] = envelope.data
    named = (data.get(name) for name in NAMING)
    return await any_erased(session, [envelope.aggregate_id, *(UUID(str(ref)) for ref in named if ref is not None)])


async def any_erased(session: AsyncSession, refs: Sequence[UUID]) -> bool:
    """Say whether one of these units or persons was erased."""
    return bool((await session.execute(_ANY, {"refs": list(refs)})).scalar_one())
