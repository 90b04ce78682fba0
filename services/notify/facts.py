"""What notify publishes: one topic, the delivery's facts."""

from __future__ import annotations

from collections.abc import Mapping

from services.notify.domain.table import DELIVERY
from shared.contracts.base import Fact

PUBLISHED: Mapping[str, Mapping[str, type[Fact]]] = {DELIVERY.topic: DELIVERY.facts}
"""Topic to facts by wire type."""
