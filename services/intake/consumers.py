"""What intake does when another service states a fact."""

from __future__ import annotations

from services.intake.domain.commands import AttachConcern
from services.intake.domain.concern import Concern, Stage
from shared.contracts.assessment import CASE_TOPIC, ConcernMerged
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Subscription
from shared.persistence.handling import carry_out
from shared.persistence.store import Store
from shared.persistence.work import Transaction


def subscriptions(store: Store[Concern]) -> tuple[Subscription, ...]:
    """Return the consumers of intake: the Infohus joins a concern to an open case."""

    async def attached(tx: Transaction, envelope: Envelope, fact: ConcernMerged) -> None:
        concern = await store.load(tx, fact.concern_id)
        if concern.stage == Stage.ROUTED:
            await carry_out(tx, store, None, concern, concern.id, AttachConcern(case_id=fact.into))

    return (
        Subscription(
            consumer="intake.cases",
            topics=(CASE_TOPIC,),
            handlers={ConcernMerged.type: attached},
            facts={ConcernMerged.type: ConcernMerged},
        ),
    )
