"""The sealer: chains what waits within a second, signs checkpoints, and measures how far behind it is.

It runs in a worker as a background task, and may run in several: the database lets one at a time work on an organisation.
It takes no lock that a look or a command could wait for, and it polls, since NOTIFY would make every look's commit wait in one
queue. With Postgres away it waits; with the key or the folder away it goes on chaining and signs later.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from shared.audit.canonical import instant
from shared.audit.checkpoints import Checkpoint, CheckpointFolder, CheckpointRefused
from shared.audit.keys import Signer
from shared.errors import Invalid, TovholderError
from shared.messaging.connection import Connection, connected, pause
from shared.settings import Settings

log = structlog.get_logger()

POLL: Final = 0.25
"""Seconds between two looks at what waits."""

SIGN_POLL: Final = 1.0
"""Seconds between two looks at which chains want a checkpoint."""

BATCH: Final = 1000
"""Looks of one organisation that are chained in one transaction."""

CHECKPOINT_ENTRIES: Final = 1000
CHECKPOINT_SECONDS: Final = 60.0
"""A checkpoint is signed after so many entries, or so long after the last one if there is any new entry."""

AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)

_WAITING: Final = (
    "select organisation, looks, extract(epoch from clock_timestamp() - oldest)::float8 as age from audit.waiting()"
)


class SealerMetrics:
    """What is measured of the access log. No labels: an organisation's activity is nobody's business here."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.unsealed = Gauge("access_log_unsealed", "Looks that are not chained yet", registry=registry)
        self.age = Gauge("access_log_unsealed_age_seconds", "Age of the oldest look not chained yet", registry=registry)
        self.sealed = Counter("access_log_sealed", "Looks chained by this process", registry=registry)
        self.unsigned_age = Gauge(
            "access_log_unsigned_age_seconds",
            "How long a chain has had entries after its last checkpoint",
            registry=registry,
        )
        self.broken = Gauge(
            "access_log_broken", "Chains that contradict their last signed checkpoint", registry=registry
        )


@dataclass
class Sealer:
    """One sealer; `run` ends when told to, and never by itself."""

    dsn: str = field(repr=False)
    keyset_file: Path
    folder: CheckpointFolder
    metrics: SealerMetrics
    every_entries: int = CHECKPOINT_ENTRIES
    every_seconds: float = CHECKPOINT_SECONDS
    _last: dict[str, Checkpoint] = field(default_factory=dict)
    _signed: dict[str, float] = field(default_factory=dict)
    _unsigned: dict[str, float] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """Seal and sign until told to stop."""
        reached, looked = time.monotonic(), 0.0
        while not stop.is_set():
            try:
                async with connected(self.dsn, "access-log-sealer") as connection:
                    while not stop.is_set():
                        more = await self.seal(connection)
                        if time.monotonic() - looked >= SIGN_POLL:
                            looked = time.monotonic()
                            await self.sign(connection)
                        reached = time.monotonic()
                        await pause(stop, 0.0 if more else POLL)
            except AWAY as error:
                log.warning("access_log_database_away", error=type(error).__name__)
                # Nobody can say now how much waits: as much as can have come since we last saw.
                self.metrics.age.set(time.monotonic() - reached)
                await pause(stop, 1.0)

    async def seal(self, connection: Connection) -> bool:
        """Chain one batch of each organisation that has something waiting; say whether more is left."""
        waiting = await connection.fetch(_WAITING)
        self.metrics.unsealed.set(sum(row["looks"] for row in waiting))
        self.metrics.age.set(max((row["age"] for row in waiting), default=0.0))
        more = False
        for row in waiting:
            sealed = await connection.fetchval("select audit.seal($1, $2)", row["organisation"], BATCH)
            self.metrics.sealed.inc(max(sealed, 0))
            more = more or sealed == BATCH
        return more

    async def sign(self, connection: Connection) -> None:
        """Sign a checkpoint for each chain that is due; what cannot be signed now is tried again."""
        now = time.monotonic()
        for head in await connection.fetch("select organisation, number from audit.heads()"):
            await self._consider(connection, head, now)
        self.metrics.unsigned_age.set(max((now - since for since in self._unsigned.values()), default=0.0))
        self.metrics.broken.set(len(self._broken))

    async def _consider(self, connection: Connection, head: Any, now: float) -> None:
        organisation = head["organisation"]
        last = self._last.get(organisation)
        if last is not None and head["number"] == last.number:
            self._unsigned.pop(organisation, None)
            return
        self._unsigned.setdefault(organisation, now)
        new = head["number"] - (last.number if last else 0)
        waited = now - self._signed.get(organisation, -self.every_seconds)
        if 0 < new < self.every_entries and waited < self.every_seconds:
            return
        self._signed[organisation] = now  # a try that fails is repeated after the same time
        try:
            await self._checkpoint(connection, organisation)
        except (TovholderError, OSError) as error:
            code = error.code if isinstance(error, TovholderError) else type(error).__name__
            log.warning("access_log_not_signed", error=code)
            self._signed[organisation] = now - self.every_seconds + min(self.every_seconds, 1.0)

    async def _checkpoint(self, connection: Connection, organisation: str) -> None:
        """Sign the head as it is committed, in the place of the organisation's one sealer."""
        async with connection.transaction():
            if not await connection.fetchval("select audit.claim($1)", organisation):
                return
            head = await connection.fetchrow("select * from audit.heads() where organisation = $1", organisation)
            last = await asyncio.to_thread(self.folder.last, organisation)
            await self._require_continuation(connection, organisation, last)
            if head is not None and (last is None or head["number"] > last.number):
                at = instant(datetime.now(UTC))
                unsigned = Checkpoint(organisation, head["number"], head["entry_hash"].hex(), at, "")
                last = await asyncio.to_thread(self._write, unsigned)
        if last is not None:
            self._last[organisation] = last

    async def _require_continuation(self, connection: Connection, organisation: str, last: Checkpoint | None) -> None:
        """Raise `CheckpointRefused` when the chain is not the one that was signed before."""
        if last is not None:
            found = await connection.fetchval("select audit.hash_at($1, $2)", organisation, last.number)
            if found is None or found.hex() != last.entry_hash:
                self._broken.add(organisation)
                raise CheckpointRefused(
                    "access_log_broken",
                    f"The chain contradicts the checkpoint signed at number {last.number}.",
                    remedy="Export and verify it; see the runbook, AccessLogBroken.",
                )
        self._broken.discard(organisation)

    def _write(self, unsigned: Checkpoint) -> Checkpoint:
        signer = Signer.from_file(self.keyset_file)  # read anew, so that a key that was added is used
        self.folder.publish(signer.public())
        signed = unsigned.signed(signer)
        self.folder.append(signed)
        return signed


def from_settings(settings: Settings, registry: CollectorRegistry) -> list[Sealer]:
    """Return the sealer that the settings ask for, or none; raise `Invalid` when they say half of it."""
    if settings.audit_url is None:
        return []
    if settings.audit_keyset_file is None or settings.checkpoint_folder is None:
        raise Invalid(
            "audit_settings_incomplete",
            "TOVHOLDER_AUDIT_URL is set, but not where keys and checkpoints are.",
            remedy="Set TOVHOLDER_AUDIT_KEYSET_FILE and TOVHOLDER_CHECKPOINT_FOLDER too.",
        )
    folder = CheckpointFolder(settings.checkpoint_folder)
    dsn = settings.audit_url.get_secret_value()
    return [Sealer(dsn, settings.audit_keyset_file, folder, SealerMetrics(registry))]
