"""The request for insight (indsigt, `domain.md` 3.13, 4.6 R21): its state, and how facts change it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts import insight as facts
from shared.contracts.base import Fact
from shared.contracts.disclosure_codes import Exemption, InsightBy, InsightDecision, InsightRegime
from shared.lifecycle.aggregate import Aggregate


class Stage(StrEnum):
    """States of a request. HANDED_OVER is with the authority that answers for the part under retshåndhævelsesloven."""

    RECEIVED = "I1"
    HANDED_OVER = "I2"
    DECIDED = "I3"


UNANSWERED = (Stage.RECEIVED, Stage.HANDED_OVER)
"""While a request is here, nothing of its case is erased (R19)."""


class InsightRequest(Aggregate):
    """A request as the fold of its facts. `owner` answers, until it is handed over."""

    kind: ClassVar[str] = "insight"
    topic: ClassVar[str] = facts.INSIGHT_TOPIC

    case_id: UUID
    police: str
    requested_by: InsightBy
    regime_asked: InsightRegime
    locked: bool
    received_at: datetime
    handed_to: str | None = None
    decision: InsightDecision | None = None
    exemption_basis: tuple[Exemption, ...] = ()
    held_back: tuple[UUID, ...] = ()
    held_back_on: tuple[facts.TextHeldBack, ...] = ()
    released: tuple[facts.TextReleased, ...] = ()
    grounds: UUID | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None

    @property
    def answering(self) -> str:
        """Return the organisation that answers."""
        return self.handed_to or self.organisation

    def answerable(self, now: datetime) -> bool:
        """Say whether the answer can be made now: until some time after the decision (R21)."""
        return self.decided_at is None or now < self.decided_at + facts.ANSWER_LASTS

    @property
    def handlers(self) -> tuple[str, ...]:
        """Return who handles it: the one that answers (4.1)."""
        return (self.answering,)

    @property
    def controller(self) -> str:
        """Return who answers for it."""
        return self.answering


def begin(insight_id: UUID, fact: Fact) -> InsightRequest:
    """Return the request that its first fact makes. Raises `LookupError` for any other first fact."""
    if not isinstance(fact, facts.InsightRequested):
        raise LookupError(f"a request for insight does not begin with {fact.type}")
    return InsightRequest(
        id=insight_id,
        stage=Stage.RECEIVED,
        organisation=fact.owner,
        case_id=fact.case_id,
        police=fact.police,
        requested_by=fact.requested_by,
        regime_asked=fact.regime,
        locked=fact.locked,
        received_at=fact.received_at,
    )


def apply(insight: InsightRequest, fact: Fact) -> InsightRequest:
    """Return the request after what `fact` means to it alone."""
    match fact:
        case facts.InsightHandedOver():
            return insight.with_(handed_to=fact.to_authority)
        case facts.InsightDecided():
            return insight.with_(
                decision=fact.decision,
                exemption_basis=fact.exemption_basis,
                held_back=fact.held_back,
                held_back_on=fact.held_back_on,
                released=fact.released,
                grounds=fact.grounds,
                decided_by=fact.by,
                decided_at=fact.decided_at,
            )
    return insight
