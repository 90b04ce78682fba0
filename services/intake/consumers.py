"""What intake does when another service states a fact, and when its own say that a reporter may be sent a receipt."""

from __future__ import annotations

from services.intake.access import RELEASED, may_answer
from services.intake.domain.commands import AttachConcern, FollowReturn, FollowTakeOver
from services.intake.domain.concern import Concern, Stage
from services.intake.receipts import Receipts
from shared.contracts.assessment import CASE_TOPIC, ClearanceRevoked, ConcernMerged, PoliceReturned, PoliceTookOver
from shared.contracts.base import Fact
from shared.contracts.envelope import Envelope
from shared.contracts.insight import ANSWER_LASTS, INSIGHT_TOPIC, InsightDecided
from shared.contracts.intake import CONCERN_TOPIC, AcuteClosed, AdviceGiven, ConcernRouted, HelpPointedOut
from shared.erasure.start import any_erased
from shared.lifecycle.actor import Role
from shared.messaging.consumer import Handler, Subscription
from shared.persistence.handling import carry_out
from shared.persistence.store import Store
from shared.persistence.work import Transaction
from shared.vault.model import Grant
from shared.vault.vault import Vault


def subscriptions(store: Store[Concern]) -> tuple[Subscription, ...]:
    """Return the consumers of intake: the Infohus joins a concern to an open case; police take a case, or give it back."""

    async def attached(tx: Transaction, _: Envelope, fact: ConcernMerged) -> None:
        concern = await store.load(tx, fact.concern_id)
        if concern.stage == Stage.ROUTED:
            await carry_out(tx, store, None, concern, concern.id, AttachConcern(case_id=fact.into))

    async def taken(tx: Transaction, _: Envelope, fact: PoliceTookOver | ClearanceRevoked) -> None:
        for concern_id in sorted(fact.concerns):
            concern = await store.load(tx, concern_id)
            await carry_out(tx, store, None, concern, concern.id, FollowTakeOver())

    async def returned(tx: Transaction, _: Envelope, fact: PoliceReturned) -> None:
        for concern_id in sorted(fact.concerns):
            concern = await store.load(tx, concern_id)
            await carry_out(tx, store, None, concern, concern.id, FollowReturn())

    handlers: dict[type[Fact], Handler] = {
        ConcernMerged: attached,
        PoliceTookOver: taken,
        ClearanceRevoked: taken,
        PoliceReturned: returned,
    }
    return (
        Subscription(
            consumer="intake.cases",
            topics=(CASE_TOPIC,),
            handlers={fact.type: handler for fact, handler in handlers.items()},
            facts={fact.type: fact for fact in handlers},
        ),
    )


def insights(store: Store[Concern], vault: Vault) -> Subscription:
    """Return the consumer that lets an officer open what a decision on insight released (`domain.md` R21).

    It gives no sight of the concern, ends when the answer can be made no more, and goes with the organisation's part in the
    concern when police take it (T08).
    """

    async def decided(tx: Transaction, _: Envelope, fact: InsightDecided) -> None:
        for concern_id in sorted({each.concern_id for each in fact.released}):
            if await any_erased(tx.session, [concern_id]):
                continue
            concern = await store.load(tx, concern_id)
            if not may_answer(concern, fact.organisation):
                continue
            until = fact.decided_at + ANSWER_LASTS
            leave = [Grant(fact.organisation, Role.DPO, opened, until) for opened in RELEASED]
            await vault.grant_many(tx.session, unit=concern_id, grants=leave)

    return Subscription(
        consumer="intake.insights",
        topics=(INSIGHT_TOPIC,),
        handlers={InsightDecided.type: decided},
        facts={InsightDecided.type: InsightDecided},
    )


ANSWERED: tuple[type[Fact], ...] = (ConcernRouted, AdviceGiven, HelpPointedOut, AcuteClosed)
"""Facts after which somebody has read what the reporter said."""


def receipts(store: Store[Concern], sending: Receipts) -> Subscription:
    """Return the consumer that sends receipts: of its own, so that a mail server that is away holds up nothing else."""

    async def answered(tx: Transaction, envelope: Envelope, _: Fact) -> None:
        concern = await store.load(tx, envelope.aggregate_id, lock=False)
        if concern.receipt_address is not None:
            await sending.send(concern.receipt_address, tx.now)

    return Subscription(
        consumer="intake.receipts",
        topics=(CONCERN_TOPIC,),
        handlers={fact.type: answered for fact in ANSWERED},
        facts={fact.type: fact for fact in ANSWERED},
    )
