"""Facts of the underretning that assessment publishes, on `assessment.underretning.v1`. What was told is in none of them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.assessment_codes import Investigation
from shared.contracts.base import Fact

UNDERRETNING_TOPIC = "assessment.underretning.v1"


class UnderretningMade(Fact):
    """Row 15: a child may need support. Nothing of what was told is in it."""

    type: ClassVar[str] = "underretning.made.v1"

    concern_id: UUID | None = None
    case_id: UUID | None = None
    municipality: str
    made_by_authority: str
    notifier_known: bool
    received_at: datetime


class RoutingNoted(Fact):
    """The concern that an acute underretning came from was routed: its case and its notifier are known now."""

    type: ClassVar[str] = "underretning.routing_noted.v1"

    case_id: UUID
    notifier_known: bool


class UnderretningAssessed(Fact):
    """Row 16: acute need, yes or no."""

    type: ClassVar[str] = "underretning.assessed.v1"

    acute: bool


class ReceiptSent(Fact):
    """Row 17: the notifier knows that it was received."""

    type: ClassVar[str] = "underretning.receipt_sent.v1"


class InvestigationDecided(Fact):
    """Row 18: screening (section 19), investigation (section 20), a running one, or none."""

    type: ClassVar[str] = "underretning.investigation_decided.v1"

    follow_up: Investigation


class UnderretningClosed(Fact):
    """The screening or investigation has ended."""

    type: ClassVar[str] = "underretning.closed.v1"


UNDERRETNING_FACTS: tuple[type[Fact], ...] = (
    UnderretningMade,
    RoutingNoted,
    UnderretningAssessed,
    ReceiptSent,
    InvestigationDecided,
    UnderretningClosed,
)
