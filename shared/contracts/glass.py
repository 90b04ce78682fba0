"""Facts of the case about break-glass (`domain.md` R7): somebody without a part in an acute case saw it, and why is looked at."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact


class GlassReview(StrEnum):
    """What the DPO finds."""

    JUSTIFIED = "JUSTIFIED"
    NOT_JUSTIFIED = "NOT_JUSTIFIED"


class GlassBroken(Fact):
    """R7: who is named in `by` sees the case, alone of their organisation, until `until`."""

    type: ClassVar[str] = "case.glass_broken.v1"

    glass_id: UUID
    grounds: UUID
    """The reason, sealed."""
    until: datetime


class GlassReviewed(Fact):
    """R7: the DPO has looked at it and signed."""

    type: ClassVar[str] = "case.glass_reviewed.v1"

    glass_id: UUID
    finding: GlassReview
