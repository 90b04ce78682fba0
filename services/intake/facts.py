"""What intake publishes: one topic, the concern's facts."""

from __future__ import annotations

from collections.abc import Mapping

from services.intake.domain.table import CONCERN
from shared.contracts.base import Fact

PUBLISHED: Mapping[str, Mapping[str, type[Fact]]] = {CONCERN.topic: CONCERN.facts}
"""Topic to facts by wire type."""
