"""Tells the key store whose the units of cases are, after the commits that say so; part of the worker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from prometheus_client import CollectorRegistry, Gauge

from shared.errors import Transient
from shared.messaging.connection import pause
from shared.persistence.work import UnitOfWork
from shared.vault.belongings import BATCH, Belongings

log = structlog.get_logger(__name__)

EVERY = 2.0
"""Seconds between two looks. No erasure waits for it: what is not told yet is erased with its person all the same."""


@dataclass
class Settling:
    """Asks the vault again and again what the key store has not been told. Several may run: none takes another's rows."""

    work: UnitOfWork
    belongings: Belongings
    registry: CollectorRegistry

    def __post_init__(self) -> None:
        self._age = Gauge(
            "subject_keys_waiting_seconds",
            "Age of the oldest case or concern whose key is not under its person's yet; 0 if there is none",
            registry=self.registry,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Run until stopped; a server that is away is asked again."""
        while not stop.is_set():
            try:
                while await self.settle() == BATCH:
                    pass
            except Transient as error:
                log.warning("subjects_unsettled", code=error.code)
            await pause(stop, EVERY)

    async def settle(self) -> int:
        """Tell the key store of one batch; return how many there were. Raises `Transient`, and then nothing counts as told."""
        async with self.work.begin() as tx:
            since = await self.belongings.since(tx.session)
            self._age.set((datetime.now(UTC) - since).total_seconds() if since else 0)
            return await self.belongings.settle(tx.session)
