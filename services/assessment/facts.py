"""What assessment publishes: two topics, the facts of the case and of the underretning."""

from __future__ import annotations

from collections.abc import Mapping

from services.assessment.domain.case_table import CASE
from services.assessment.domain.underretning_table import UNDERRETNING
from shared.contracts.base import Fact

PUBLISHED: Mapping[str, Mapping[str, type[Fact]]] = {
    CASE.topic: CASE.facts,
    UNDERRETNING.topic: UNDERRETNING.facts,
}
"""Topic to facts by wire type."""
