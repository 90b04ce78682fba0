"""What notify does when any service states a fact: fold deadlines into work items, heed who sees no more, count outcomes.

Its own topic is not read here: the clocks of a delivery are no work of anybody's, and would be told of for ever.
"""

from __future__ import annotations

from typing import Any

from services.notify import repository
from services.notify.domain.counters import COUNTED, code_of
from services.notify.domain.work import DeadlineFact, Source
from services.notify.handlers import Desk
from shared.contracts.base import Fact
from shared.contracts.envelope import Envelope
from shared.contracts.lifecycle import (
    DeadlineCancelled,
    DeadlineEscalated,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    SightChanged,
)
from shared.contracts.notify import DELIVERY_TOPIC
from shared.messaging.consumer import Subscription
from shared.messaging.topics import TOPICS
from shared.persistence.work import Transaction

DEADLINES: tuple[type[Fact], ...] = (
    DeadlineOpened,
    DeadlineMet,
    DeadlineCancelled,
    DeadlineReminded,
    DeadlineEscalated,
    DeadlineMissed,
)


def subscriptions(desk: Desk) -> tuple[Subscription, ...]:
    """Return the consumer of notify, over the topics of all other services."""

    async def work(tx: Transaction, envelope: Envelope, fact: DeadlineFact) -> None:
        await desk.take_in(tx, fact, source_of(envelope))
        await count(tx, envelope, fact)

    async def sight(tx: Transaction, envelope: Envelope, fact: SightChanged) -> None:
        await desk.change_sight(tx, fact, source_of(envelope))

    async def count(tx: Transaction, envelope: Envelope, _: Any) -> None:
        code = code_of(envelope.type, envelope.data)
        if code is not None:
            await repository.count_up(tx, code, envelope.time)

    known = {fact.type: fact for fact in DEADLINES}
    # Of the others only a code is counted, whatever else they hold: a fact of any service can be read as its base.
    counted = {wire_type: Fact for wire_type in COUNTED if wire_type not in known}
    return (
        Subscription(
            consumer="notify.work",
            topics=tuple(topic for topic in TOPICS if topic != DELIVERY_TOPIC),
            handlers={**dict.fromkeys(counted, count), **dict.fromkeys(known, work), SightChanged.type: sight},
            facts={**counted, **known, SightChanged.type: SightChanged},
        ),
    )


def source_of(envelope: Envelope) -> Source:
    """Return where a fact came from."""
    return Source(
        service=envelope.source.removeprefix("/services/"),
        aggregate_kind=envelope.aggregate_kind,
        aggregate_id=envelope.aggregate_id,
        sequence=envelope.sequence,
        at=envelope.time,
    )
