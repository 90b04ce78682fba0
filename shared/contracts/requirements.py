"""What a match request asks for: requirement codes only, never the case (R12). Published by assessment, read by corps."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.codes import Competence, Gender, InterventionKind, Theme

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639")]
"""A code: requirements are published, and a published field has no room for text."""


class MatchRequirements(BaseModel):
    """Requirements of one intervention (`domain.md` 5). Age, ethnicity, religion and nationality are no inputs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: InterventionKind
    languages: tuple[Language, ...] = Field(default=("da",), min_length=1, max_length=10)
    interpreter_accepted: bool = False
    gender_wish: Gender | None = None
    gender_required: bool = False
    theme: Theme = Theme.UNCLEAR
    competences: tuple[Competence, ...] = Field(default=(), max_length=10)
    minor: bool = False
    cross_over: bool = False
    returnee: bool = False
    security_high: bool = False
    remote_accepted: bool = False
    vetoed: tuple[UUID, ...] = Field(default=(), max_length=50)
