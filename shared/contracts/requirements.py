"""What a match request asks for: requirement codes only, never the case (R12). Published by assessment, read by corps."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.codes import Gender, InterventionKind, Theme


class MatchRequirements(BaseModel):
    """Requirements of one intervention (`domain.md` 5). Age, ethnicity, religion and nationality are no inputs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: InterventionKind
    languages: tuple[str, ...] = Field(default=("da",), min_length=1)
    interpreter_accepted: bool = False
    gender_wish: Gender | None = None
    gender_required: bool = False
    theme: Theme = Theme.UNCLEAR
    competences: tuple[str, ...] = ()
    minor: bool = False
    cross_over: bool = False
    returnee: bool = False
    security_high: bool = False
    remote_accepted: bool = False
    vetoed: tuple[UUID, ...] = ()
