"""What can be asked of a request for insight; texts still plain."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, Field

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


class DecideInsight(Command):
    """Decide on insight. Less than all needs its exemption and grounds; texts are held back one by one."""

    decision: InsightDecision
    exemption_basis: tuple[Exemption, ...] = Field(default=(), max_length=len(Exemption))
    held_back: tuple[UUID, ...] = Field(default=(), max_length=200)
    grounds: CaseText | None = None
