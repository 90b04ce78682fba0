"""A consumer in a process of its own that kills itself in the middle of its n-th handler."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData

from shared.clock import WallClock
from shared.contracts.envelope import Envelope
from shared.messaging.broker import build_broker, register
from shared.messaging.consumer import Receiver, Subscription
from shared.messaging.metrics import MessagingMetrics
from shared.persistence.spine import spine_tables
from shared.persistence.work import Transaction, UnitOfWork, build_engine
from tests.integration.messaging.world import FACTS, SCHEMA, Sailed, note


async def main() -> None:
    """Arguments: dsn, bootstrap, topic, group, number of the deadly handler."""
    dsn, bootstrap, topic, group, deadly = sys.argv[1:6]
    calls = 0

    async def handle(tx: Transaction, envelope: Envelope, fact: Sailed) -> None:
        nonlocal calls
        calls += 1
        await note(tx, envelope, fact)
        if calls == int(deadly):
            os.kill(os.getpid(), signal.SIGKILL)

    engine = build_engine(dsn.replace("postgresql://", "postgresql+asyncpg://"), name="doomed")
    metrics = MessagingMetrics(CollectorRegistry())
    subscription = Subscription(group, (topic,), {Sailed.type: handle}, FACTS)
    receiver = Receiver(subscription, UnitOfWork(engine, WallClock()), spine_tables(MetaData(schema=SCHEMA)), metrics)
    broker = build_broker(bootstrap, service=SCHEMA, registry=CollectorRegistry())
    register(broker, receiver, metrics)
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
