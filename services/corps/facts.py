"""What corps publishes: the facts of interventions and of loans, a topic each."""

from __future__ import annotations

from collections.abc import Mapping

from services.corps.domain.intervention_table import INTERVENTION
from services.corps.domain.loan_table import LOAN
from shared.contracts.base import Fact

PUBLISHED: Mapping[str, Mapping[str, type[Fact]]] = {
    INTERVENTION.topic: INTERVENTION.facts,
    LOAN.topic: LOAN.facts,
}
"""Topic to facts by wire type."""
