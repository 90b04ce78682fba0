"""The underretning (`domain.md` 3.7): its state, and how facts change it. No K-state stops it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts import underretning as facts
from shared.contracts.assessment_codes import Investigation
from shared.contracts.base import Fact
from shared.lifecycle.aggregate import Aggregate
from shared.reference.organisations import kommune


class Stage(StrEnum):
    """States of an underretning (`domain.md` 2.2)."""

    RECEIVED = "U1"
    ASSESSED = "U2"
    INVESTIGATING = "U3"
    CLOSED = "U4"


class Underretning(Aggregate):
    """An underretning as the fold of its facts. What was told is with the concern, never here (`domain.md` 3.7)."""

    kind: ClassVar[str] = "underretning"
    topic: ClassVar[str] = facts.UNDERRETNING_TOPIC

    municipality: str
    made_by_authority: str
    concern_id: UUID | None = None
    case_id: UUID | None = None
    notifier_known: bool
    receipt_sent: bool = False
    received_at: datetime
    acute: bool | None = None
    follow_up: Investigation | None = None


def begin(underretning_id: UUID, fact: Fact) -> Underretning:
    """Return the underretning that its first fact makes. Raises `LookupError` for any other first fact."""
    if not isinstance(fact, facts.UnderretningMade):
        raise LookupError(f"an underretning does not begin with {fact.type}")
    return Underretning(
        id=underretning_id,
        stage=Stage.RECEIVED,
        organisation=kommune(fact.municipality),
        municipality=fact.municipality,
        made_by_authority=fact.made_by_authority,
        concern_id=fact.concern_id,
        case_id=fact.case_id,
        notifier_known=fact.notifier_known,
        received_at=fact.received_at,
    )


def apply(underretning: Underretning, fact: Fact) -> Underretning:
    """Return the underretning after what `fact` means to it alone."""
    match fact:
        case facts.RoutingNoted():
            known = underretning.notifier_known or fact.notifier_known
            return underretning.with_(case_id=fact.case_id, notifier_known=known)
        case facts.UnderretningAssessed():
            return underretning.with_(acute=fact.acute)
        case facts.ReceiptSent():
            return underretning.with_(receipt_sent=True)
        case facts.InvestigationDecided():
            return underretning.with_(follow_up=fact.follow_up)
    return underretning
