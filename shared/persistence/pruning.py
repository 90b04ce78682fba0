"""Drafts that are too old are forgotten by the worker, whether or not their writer ever comes back (`architecture.md`, promise 5)."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
import structlog

from shared.errors import Transient
from shared.persistence.work import UnitOfWork

EVERY: Final = 600.0
"""Seconds."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pruning:
    """Prunes a table whose rows say when they end (`expires_at`) until told to stop."""

    work: UnitOfWork
    table: sa.Table

    async def once(self) -> int:
        """Forget every row that is too old, as SYSTEM; return how many there were."""
        ended = self.table.c.expires_at
        async with self.work.begin() as tx:
            gone = await tx.session.execute(sa.delete(self.table).where(ended <= tx.now).returning(ended))
            return len(gone.all())

    async def __call__(self, stop: asyncio.Event) -> None:
        """Prune now and then; a database that is away is tried again the next time."""
        while not stop.is_set():
            try:
                await self.once()
            except Transient as error:
                log.warning("drafts_not_pruned", table=self.table.fullname, code=error.code)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY)
