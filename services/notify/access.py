"""Who sees a delivery: the organisation of its audience, and that of whoever was told."""

from __future__ import annotations

from collections.abc import Iterator

from services.notify.domain.delivery import Delivery
from shared.contracts.base import Fact
from shared.contracts.notify import DeliveryPlanned, DeliverySent
from shared.persistence.store import AccessChange


def changes(_: Delivery, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains sight with `fact`; nobody loses it, for a message that was sent cannot be unsent."""
    if isinstance(fact, DeliveryPlanned):
        yield AccessChange(fact.for_organisation)
    if isinstance(fact, DeliverySent):
        yield AccessChange(fact.person_organisation)
