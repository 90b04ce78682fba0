"""Who sees a delivery: the organisation of its audience, and that of whoever was told."""

from __future__ import annotations

from collections.abc import Iterator

from services.notify.domain.delivery import Delivery
from shared.contracts.base import Fact
from shared.contracts.notify import DeliveryPlanned, DeliverySent
from shared.lifecycle.actor import Role
from shared.persistence.store import AccessChange
from shared.policy.sights import Policy, Sight, Tie

DELIVERY_POLICY = Policy(
    "delivery",
    tuple(
        Sight(role, Tie.TAKES_PART, (), "peers.md 6: who was told, and whether they have seen it")
        for role in Role
        if role not in (Role.SYSTEM, Role.PUBLIC)
    ),
)
"""Deliveries have no page of their own: who was told stands beside the item of work, for whom that item is."""


def changes(_: Delivery, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains sight with `fact`; nobody loses it, for a message that was sent cannot be unsent."""
    if isinstance(fact, DeliveryPlanned):
        yield AccessChange(fact.for_organisation)
    if isinstance(fact, DeliverySent):
        yield AccessChange(fact.person_organisation)
