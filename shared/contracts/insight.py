"""Facts of the request for insight that assessment publishes, on `assessment.insight.v1` (`domain.md` 3.13, 4.6 R21)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Fact
from shared.contracts.disclosure_codes import Exemption, InsightBy, InsightDecision, InsightRegime

INSIGHT_TOPIC = "assessment.insight.v1"

ANSWER_LASTS = timedelta(days=30)
"""How long after the decision the answer can be made: time to send it and to send it again [P]."""


class TextHeldBack(BaseModel):
    """A text that is held back, and what of the law it is held back on (R21: case by case)."""

    model_config = ConfigDict(frozen=True)

    text: UUID
    basis: Exemption


class TextReleased(BaseModel):
    """A text of a concern that is shown, because it does not reveal who reported; the concern's service gives leave to open it."""

    model_config = ConfigDict(frozen=True)

    concern_id: UUID
    text: UUID


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
    held_back_on: tuple[TextHeldBack, ...] = ()
    """The same texts, each with its basis; empty in facts from before bases were given text by text."""
    released: tuple[TextReleased, ...] = ()
    """Texts of concerns that are shown. Without this they are all held back."""
    reveals_no_reporter: bool = False
    """The officer confirmed that nothing released shows who reported, or what only the reporter could know."""
    grounds: UUID | None = None
    decided_at: datetime
