"""What coordinators and the national desk can ask of the corps' own records. A member has no facts: she is reference data."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from services.corps.domain.matching import Level
from services.corps.domain.member import Leave, MemberProfile, SkillHeld, TrainingHeld
from shared.contracts.requirements import Language
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.table import Command


class Member(Aggregate):
    """A member as commands see her: a profile with a version, and what is held of her."""

    kind: ClassVar[str] = "member"
    topic: ClassVar[str] = ""

    profile: MemberProfile
    taken: int
    hours_taken: int
    last_supervision_at: date | None = None


class RegisterMember(MemberProfile, Command):
    """Register a member of the corps, or register her anew with another profile."""


class ChangeMember(Command):
    """Change what is on record about a member; what is left out stays."""

    trainings: tuple[TrainingHeld, ...] | None = Field(default=None, min_length=1, max_length=10)
    languages: dict[Language, Level] | None = Field(default=None, min_length=1, max_length=20)
    skills: tuple[SkillHeld, ...] | None = Field(default=None, max_length=20)
    capacity_max: int | None = Field(default=None, ge=0, le=20)
    hours_per_week: int | None = Field(default=None, ge=0, le=37)
    lendable: bool | None = None
    max_distance_km: int | None = Field(default=None, ge=0, le=500)
    remote_ok: bool | None = None
    children_certificate: bool | None = None
    security_cleared: bool | None = None
    leave: tuple[Leave, ...] | None = Field(default=None, max_length=20)
