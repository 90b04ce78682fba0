"""What assessment publishes: three topics, the facts of the case, the underretning and the request for insight."""

from __future__ import annotations

from collections.abc import Mapping

from services.assessment.domain.case_table import CASE
from services.assessment.domain.insight_table import INSIGHT
from services.assessment.domain.underretning_table import UNDERRETNING
from shared.contracts.base import Fact

PUBLISHED: Mapping[str, Mapping[str, type[Fact]]] = {
    CASE.topic: CASE.facts,
    UNDERRETNING.topic: UNDERRETNING.facts,
    INSIGHT.topic: INSIGHT.facts,
}
"""Topic to facts by wire type."""
