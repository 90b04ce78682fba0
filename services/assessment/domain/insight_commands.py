"""What can be asked of a request for insight; texts still plain."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.assessment.domain.disclosure_commands import Authority
from shared.contracts.disclosure_codes import Exemption, InsightBy, InsightDecision, InsightRegime
from shared.lifecycle.table import Command
from shared.lifecycle.text import CaseText


class RequestInsight(Command):
    """Record that somebody asks what is held about a citizen, under which law, and since when."""

    case_id: UUID
    requested_by: InsightBy
    identity_checked: bool
    regime: InsightRegime
    received_at: AwareDatetime


class HandOverInsight(Command):
    """Hand the part under retshåndhævelsesloven to the police or Kriminalforsorg, who answer for it themselves."""

    to_authority: Authority


class HeldBack(BaseModel):
    """A text that is held back, on a basis of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: UUID
    basis: Exemption


class DecideInsight(Command):
    """Decide on insight. Less than all needs its exemption and grounds; texts are held back one by one, each on its basis.

    What came with a concern is held back unless it is released here, text by text, by the officer who confirms that it does not
    reveal who reported.
    """

    decision: InsightDecision
    exemption_basis: tuple[Exemption, ...] = Field(default=(), max_length=len(Exemption))
    held_back: tuple[HeldBack, ...] = Field(default=(), max_length=200)
    released: tuple[UUID, ...] = Field(default=(), max_length=200, description="texts of concerns that are shown")
    reveals_no_reporter: bool = Field(default=False, description="confirmed by the officer of what is released")
    grounds: CaseText | None = None
