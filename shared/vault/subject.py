"""The subject of a case as the vault keeps it (`domain.md` 3.3): a closed list of fields, sealed; what may leave are codes.

Fields that the reference forbids are refused by name, so that a form that asks for one learns why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shared.errors import Invalid
from shared.lifecycle.text import FieldClass
from shared.vault.persons import normal_cpr

FORBIDDEN: Final[Mapping[str, str]] = {
    "ethnicity": "ethnicity",
    "nationality_of_origin": "nationality of origin",
    "religion": "religion as a field of a profile",
    "photo": "a photo",
    "social_media_handles": "handles in social media",
    "criminal_record": "extracts of criminal records",
}
"""What is never kept about a subject, whoever asks for it."""


class AgeBand(StrEnum):
    """What leaves the vault of a year of birth."""

    UNDER_12 = "<12"
    FROM_12 = "12-14"
    FROM_15 = "15-17"
    FROM_18 = "18-24"
    FROM_25 = "25+"


class MentorGender(StrEnum):
    """The citizen's own wish."""

    WOMAN = "WOMAN"
    MAN = "MAN"


def age_band(birth_year: int, on: date) -> AgeBand:
    """Return the band of the youngest age that the year allows: who may be a child counts as one (`domain.md` 3.2)."""
    age = on.year - birth_year - 1
    for band, below in ((AgeBand.UNDER_12, 12), (AgeBand.FROM_12, 15), (AgeBand.FROM_15, 18), (AgeBand.FROM_18, 25)):
        if age < below:
            return band
    return AgeBand.FROM_25


class LegalHold(BaseModel):
    """Why this person may not be erased now, who says so, and when that is looked at again (`domain.md` 4.5 R19)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    reason: Annotated[str, Field(min_length=1, max_length=2000, repr=False)]
    owner: str
    review_on: date


class Subject(BaseModel):
    """The fields of `domain.md` 3.3, and no other. Its repr and its errors show nothing of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    cpr: Annotated[str, AfterValidator(normal_cpr)] | None = Field(default=None, repr=False)
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(default=None, repr=False)
    address: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(default=None, repr=False)
    protected_address: bool = False
    birth_year: Annotated[int, Field(ge=1900, le=2100, repr=False)]
    residence_municipality: Annotated[str, Field(pattern=r"^0\d{3}$")]
    resident_since: date | None = None
    custody_holders: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        default=(), max_length=4, repr=False
    )
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = Field(default=(), max_length=5)
    interpreter_needed: bool = False
    preferred_mentor_gender: MentorGender | None = None
    legal_hold: LegalHold | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_forbidden(cls, given: Any) -> Any:
        for name in given if isinstance(given, Mapping) else ():
            if name in FORBIDDEN:
                raise Invalid(
                    "subject_field_forbidden",
                    f"A subject is kept without {FORBIDDEN[name]}.",
                    field=str(name),
                    rule="domain.md 3.3",
                    remedy="Leave the field out; what matters for the assessment belongs in its dimensions.",
                )
        return given

    def band(self, on: date) -> AgeBand:
        """Return the one thing about the age that leaves the vault."""
        return age_band(self.birth_year, on)

    def minor(self, on: date) -> bool:
        """Say whether custody holders belong in the record."""
        return self.band(on) in (AgeBand.UNDER_12, AgeBand.FROM_12, AgeBand.FROM_15)

    def texts(self, on: date) -> list[tuple[Literal[FieldClass.IDENTITY], str, str]]:
        """Return the (class, field, text) triples for `Vault.put_many`, one for each field that has a value.

        Raises `Invalid` when an adult's record names custody holders.
        """
        if self.custody_holders and not self.minor(on):
            raise Invalid(
                "subject_not_minor",
                "Custody holders are kept for a minor only.",
                field="custody_holders",
                rule="domain.md 3.3",
                remedy="Leave them out, or correct the year of birth.",
            )
        values = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        return [(FieldClass.IDENTITY, f"subject.{name}", _said(value)) for name, value in values.items()]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(str(part) for part in value.values())
    return ", ".join(value) if isinstance(value, list) else str(value)
