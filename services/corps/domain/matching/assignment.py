"""How several requests share members: the seam for the weekly batch (`domain.md` 5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from services.corps.domain.matching.models import DEFAULT_WEIGHTS, Candidate, Requirement, Weights
from services.corps.domain.matching.ranking import Ranking, rank


class Assignment(Protocol):
    """Proposes members for requests; a person chooses. No result may depend on the order of the input."""

    def propose(
        self, requirements: Sequence[Requirement], candidates: Mapping[UUID, Sequence[Candidate]], today: date
    ) -> Mapping[UUID, Ranking]:
        """Return a ranking per request. `candidates` are keyed by request, for the vault answers for one request at a time."""


class ImmediateAssignment:
    """Each request by itself, as it comes: what capacity is left is decided by the reservation, not here."""

    def __init__(self, weights: Weights = DEFAULT_WEIGHTS) -> None:
        self._weights = weights

    def propose(
        self, requirements: Sequence[Requirement], candidates: Mapping[UUID, Sequence[Candidate]], today: date
    ) -> Mapping[UUID, Ranking]:
        """Rank every request alone."""
        return {
            one.request_ref: rank(one, candidates.get(one.request_ref, ()), self._weights, today=today)
            for one in requirements
        }
