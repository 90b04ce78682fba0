"""Months pass: the earliest clock of all services is brought forward, its effect awaited, then the next. Global order.

The driver sets the offset in the clock's file to the moment of the earliest open step, tells that one workflow what Postgres says
now (the same way as `reconcile`), and waits until the step is taken and everything that follows from it has settled: no pointer
in an outbox, no fact that a consumer has not handled (`docs/adr/0003`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
from temporalio.client import Client

from shared.clock import DemoClock
from shared.durable.signals import nudge
from shared.durable.snapshots import Snapshots

PATIENCE = 30.0
"""Seconds of wall time within which an effect must show."""
POLL = 0.01


class TimeStuck(Exception):
    """A step was not taken, or the facts did not settle, within `PATIENCE`."""


@dataclass(frozen=True, slots=True)
class Due:
    """The earliest open step: where it is and when it falls due."""

    service: str
    kind: str
    aggregate_id: UUID
    deadline_id: UUID
    deadline: str
    action: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reads:
    """What a consumer reads: these types, on these topics."""

    types: frozenset[str]
    topics: frozenset[str]


@dataclass(frozen=True)
class Service:
    """What the driver needs of a service: its snapshots, and the consumers with the types that they handle."""

    name: str
    snapshots: Snapshots
    consumers: Mapping[str, Reads]


@dataclass
class Clockwork:
    """Moves domain time."""

    clock: DemoClock
    services: Mapping[str, Service]
    temporal: Mapping[str, Client]
    """By service: each seals what it is told under a key of its own."""
    database: asyncpg.Pool
    behind: str = "the relay"
    fired: list[Due] = field(default_factory=list)

    def now(self) -> datetime:
        """Return domain time."""
        return self.clock.now()

    async def pass_to(self, moment: datetime) -> None:
        """Let domain time pass to `moment`; every step on the way is taken, in order."""
        await self.settle()
        while (due := await self._earliest()) is not None and due.at <= moment:
            if due.at > self.now():
                self.clock.move_to(due.at)
            await self._take(due)
            self.fired.append(due)
            await self.settle()
        if moment > self.now():
            self.clock.move_to(moment)

    async def settle(self) -> None:
        """Wait until every fact is published and handled by every consumer that handles its type."""
        end = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 2:
            waiting = await self._unsettled()
            quiet = 0 if waiting else quiet + 1
            if time.monotonic() > end:
                raise TimeStuck(
                    f"{waiting} facts were not handled by {self.behind} within {PATIENCE:.0f} s: see its dead letters"
                )
            await asyncio.sleep(POLL)

    async def _take(self, due: Due) -> None:
        service = self.services[due.service]
        end = time.monotonic() + PATIENCE
        told_until = 0.0
        while await self._still_open(due):
            if time.monotonic() > told_until:
                snapshot = await service.snapshots.of(due.kind, due.aggregate_id)
                if snapshot is not None:
                    await nudge(self.temporal[due.service], due.service, service.snapshots.kept, snapshot, again=True)
                told_until = time.monotonic() + 5
            if time.monotonic() > end:
                raise TimeStuck(f"{due.deadline} ({due.action}) of a {due.kind} was not taken within {PATIENCE:.0f} s")
            await asyncio.sleep(POLL)

    async def _earliest(self) -> Due | None:
        parts = " union all ".join(
            f"select '{name}' as service, aggregate_kind, aggregate_id, id, kind, next_action, next_step_at "  # our own names
            f"from {name}.deadlines where state = 'OPEN' and next_step_at is not null"
            for name in self.services
        )
        row = await self.database.fetchrow(f"select * from ({parts}) as open order by next_step_at, id limit 1")
        return Due(*row) if row else None

    async def _still_open(self, due: Due) -> bool:
        query = f"select next_step_at from {due.service}.deadlines where id = $1 and state = 'OPEN'"
        found: datetime | None = await self.database.fetchval(query, due.deadline_id)
        return found == due.at

    async def _unsettled(self) -> int:
        """Count facts that are not published, or not handled by a consumer that handles their type."""
        pending = " + ".join(
            f"(select count(*) from {name}.outbox where published_at is null)" for name in self.services
        )
        waiting = int(await self.database.fetchval(f"select {pending}"))
        if waiting:
            self.behind = "the relay"
            return waiting
        for reader in self.services.values():
            for consumer, reads in reader.consumers.items():
                waiting += await self._not_handled(reader.name, consumer, reads)
        return waiting

    async def _not_handled(self, reader: str, consumer: str, reads: Reads) -> int:
        facts = " union all ".join(
            f"select f.event_id, f.type, o.topic from {name}.facts f join {name}.outbox o using (event_id) "
            "where o.created_at > now() - interval '10 minutes'"
            for name in self.services
        )
        query = (
            f"select count(*) from ({facts}) as fact where type = any($1) and topic = any($3) and not exists "
            f"(select 1 from {reader}.inbox as seen where seen.consumer = $2 and seen.event_id = fact.event_id)"
        )
        waiting = int(await self.database.fetchval(query, sorted(reads.types), consumer, sorted(reads.topics)))
        if waiting:
            self.behind = consumer
        return waiting
