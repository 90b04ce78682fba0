"""Whom a case is about (borger, `domain.md` 3.3): one row of the case's table, and the fields that no record may have.

Name, address, year of birth and custody holders are sealed (class C); of the year only the age band leaves the vault.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from services.assessment.domain.case import OPEN_CASE, Case, Described, Stage
from shared.contracts.base import Fact
from shared.contracts.codes import Gender
from shared.contracts.requirements import Language
from shared.contracts.subject import AgeBand, SubjectDescribed
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command, Context, Guard, Transition
from shared.lifecycle.text import IdentityText, Text
from shared.reference.calendar import local
from shared.reference.municipalities import municipality

RULE: Final = "domain.md 3.3"
OLDEST: Final = 1900

FORBIDDEN: Final[Mapping[str, str]] = {
    "ideology": "ideology",
    "religion": "religion",
    "ethnicity": "ethnicity",
    "nationality": "nationality of origin",
    "nationality_of_origin": "nationality of origin",
    "photo": "a photo",
    "social_media": "social media",
    "social_media_handles": "social media",
    "criminal_record": "an extract of the criminal record",
}
"""What is no field of a person here, by the names that somebody could give it (`domain.md` 3.3, R26)."""

BANDS: Final = ((12, AgeBand.UNDER_12), (15, AgeBand.FROM_12), (18, AgeBand.FROM_15), (25, AgeBand.FROM_18))
CHILDREN: Final = frozenset({AgeBand.UNDER_12, AgeBand.FROM_12, AgeBand.FROM_15})


def _is_year(text: Any) -> Any:
    if isinstance(text, Text):
        return text
    plain = str(text).strip() if isinstance(text, (str, int)) and not isinstance(text, bool) else ""
    if not (plain.isascii() and plain.isdigit() and len(plain) == 4 and int(plain) >= OLDEST):
        raise PydanticCustomError("year_malformed", "a year of birth is four digits, such as 2009; no day and no month")
    return plain


_YEAR_SHOWN = {"type": "string", "pattern": r"^(19|20)\d\d$", "description": "free text; sealed on arrival"}
BirthYear = Annotated[IdentityText, BeforeValidator(_is_year), WithJsonSchema(_YEAR_SHOWN)]


class DescribeSubject(Command):
    """Write down whom the case is about, as far as it is known and needed; the next description stands in its place."""

    name: IdentityText | None = None
    address: IdentityText | None = None
    protected_address: bool = False
    birth_year: BirthYear
    residence_municipality: str = Field(pattern=r"^0\d{3}$")
    residence_since: date | None = None
    custody_holders: IdentityText | None = None
    told_by_citizen: bool = Field(
        default=False, description="languages, interpreter and the wish for a mentor are the citizen's own words"
    )
    languages: tuple[Language, ...] = Field(default=(), max_length=10)
    interpreter_needed: bool = False
    preferred_mentor_gender: Gender | None = None

    @model_validator(mode="before")
    @classmethod
    def _nothing_forbidden(cls, body: Any) -> Any:
        found = next((name for name in FORBIDDEN if isinstance(body, dict) and name in body), None)
        if found is not None:
            raise PydanticCustomError(
                "field_forbidden",
                f"{FORBIDDEN[found]} is no field of a person here, and is not kept as one (domain.md 3.3, forbidden fields; R26)",
            )
        return body

    @model_validator(mode="after")
    def _citizens_own(self) -> Self:
        said = bool(self.languages) or self.interpreter_needed or self.preferred_mentor_gender is not None
        if said and not self.told_by_citizen:
            raise PydanticCustomError(
                "not_guessed",
                "languages, interpreter and mentor are what the citizen says, and not guessed (domain.md 3.3)",
            )
        return self


def age_band(birth_year: int, today: date) -> AgeBand:
    """Return the band of who was born in that year: before this year's birthday, so that who may be a child counts as one."""
    age = max(0, today.year - birth_year - 1)
    return next((band for below, band in BANDS if age < below), AgeBand.FROM_25)


def known_of(command: DescribeSubject, today: date) -> Mapping[str, Any]:
    """Return what the domain needs of the year of birth before it is sealed."""
    year = int(command.birth_year.plain)
    return {"birth_year_past": year <= today.year, "age_band": age_band(year, today)}


def _born(_: Case, __: DescribeSubject, context: Context) -> bool:
    return bool(context.known.get("birth_year_past", True))


def _lives_somewhere(_: Case, command: DescribeSubject, context: Context) -> bool:
    try:
        municipality(command.residence_municipality, context.now.date())
    except Invalid:
        return False
    return True


def _since_before_now(_: Case, command: DescribeSubject, context: Context) -> bool:
    return command.residence_since is None or command.residence_since <= local(context.now).date()


def _not_protected(_: Case, command: DescribeSubject, __: Context) -> bool:
    return command.address is None or not command.protected_address


def _of_a_child(_: Case, command: DescribeSubject, context: Context) -> bool:
    return command.custody_holders is None or _band(context) in CHILDREN


def _band(context: Context) -> AgeBand:
    return AgeBand(context.known.get("age_band", AgeBand.UNDER_12))


BORN: Final = Guard(
    "birth_in_future", _born, "the year of birth lies in the future", RULE, "Correct it.", field="birth_year"
)
LIVES_SOMEWHERE: Final = Guard(
    "municipality_unknown",
    _lives_somewhere,
    "there is no such municipality today",
    "domain.md 3.1",
    "Choose one of the 98; Christiansø (0411) is none.",
    field="residence_municipality",
)
SINCE_BEFORE_NOW: Final = Guard(
    "residence_in_future",
    _since_before_now,
    "somebody lives somewhere since a day that has been",
    RULE,
    "Correct the day, or leave it out.",
    field="residence_since",
)
NOT_PROTECTED: Final = Guard(
    "address_is_protected",
    _not_protected,
    "a protected address is not written down here",
    RULE,
    "Leave the address out; who needs it and may look it up does so in the register.",
    field="address",
)
OF_A_CHILD: Final = Guard(
    "custody_of_an_adult",
    _of_a_child,
    "custody holders are written down for a child alone",
    RULE,
    "Leave them out, or correct the year of birth.",
    field="custody_holders",
)


def _described(_: Case, __: DescribeSubject, context: Context) -> Mapping[str, Any]:
    return {"age_band": _band(context)}


DESCRIBED_ROWS: Final[tuple[Transition[Case], ...]] = (
    Transition(
        rule=RULE,
        command=DescribeSubject,
        fact=SubjectDescribed,
        sources=tuple(stage for stage in OPEN_CASE if stage is not Stage.POLICE_ONLY),
        roles=(Role.TOVHOLDER_KOMMUNE,),
        guards=(BORN, LIVES_SOMEWHERE, SINCE_BEFORE_NOW, NOT_PROTECTED, OF_A_CHILD),
        fills=_described,
    ),
)


def applied(case: Case, fact: Fact) -> Case:
    """Return the case after a description of whom it is about."""
    if not isinstance(fact, SubjectDescribed):
        return case
    return case.with_(described=Described(**{name: getattr(fact, name) for name in Described.model_fields}))
