"""The fact of the case about whom it is about (`domain.md` 3.3): codes, and references to what is sealed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.codes import Gender


class AgeBand(StrEnum):
    """All that leaves the vault of a year of birth (`domain.md` 3.3)."""

    UNDER_12 = "<12"
    FROM_12 = "12-14"
    FROM_15 = "15-17"
    FROM_18 = "18-24"
    FROM_25 = "25+"


class SubjectDescribed(Fact):
    """3.3: whom the case is about, as it is known now; a later one stands in the place of this."""

    type: ClassVar[str] = "case.subject_described.v1"

    name: UUID | None = None
    address: UUID | None = None
    protected_address: bool = False
    birth_year: UUID
    age_band: AgeBand
    residence_municipality: str
    residence_since: date | None = None
    custody_holders: UUID | None = None
    languages: tuple[str, ...] = ()
    interpreter_needed: bool = False
    preferred_mentor_gender: Gender | None = None
