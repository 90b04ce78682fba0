"""Facts of the request for insight that assessment publishes, on `assessment.insight.v1` (`domain.md` 3.13, 4.6 R21)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.disclosure_codes import Exemption, InsightBy, InsightDecision, InsightRegime

INSIGHT_TOPIC = "assessment.insight.v1"


class InsightRequested(Fact):
    """Somebody asked what is held about a citizen. Its clock runs from the moment it was received."""

    type: ClassVar[str] = "insight.requested.v1"

    case_id: UUID
    owner: str
    police: str
    requested_by: InsightBy
    regime: InsightRegime
    locked: bool
    """True if the case was alone with the police: nothing of it can be opened for the answer here."""
    received_at: datetime


class InsightHandedOver(Fact):
    """The part under retshåndhævelsesloven went to the authority that answers for it."""

    type: ClassVar[str] = "insight.handed_over.v1"

    to_authority: str


class InsightDecided(Fact):
    """Insight was decided: full, in part, or refused, with what it was limited by."""

    type: ClassVar[str] = "insight.decided.v1"

    decision: InsightDecision
    exemption_basis: tuple[Exemption, ...] = ()
    held_back: tuple[UUID, ...] = ()
    """References of texts that are held back, each looked at by itself."""
    grounds: UUID | None = None
    decided_at: datetime
