"""A relay in a process of its own that kills itself between Kafka's answer and the mark."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from uuid import UUID

from prometheus_client import CollectorRegistry

from shared.messaging.metrics import MessagingMetrics
from shared.messaging.relay import Relay, RelayLimits, build_producer


async def die(events: Sequence[UUID]) -> None:
    """End at once, as a machine without power does."""
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Arguments: dsn, bootstrap, schema, size of a batch."""
    dsn, bootstrap, schema, batch = sys.argv[1:5]
    producer = build_producer(bootstrap, client_id="doomed")
    metrics = MessagingMetrics(CollectorRegistry())
    relay = Relay(dsn, schema, producer, metrics, limits=RelayLimits(batch=int(batch)), after_send=die)
    asyncio.run(relay.run(asyncio.Event()))


if __name__ == "__main__":
    main()
