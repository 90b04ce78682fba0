"""The words of the vault: what is sealed, who may look, who looks and why. No I/O here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, NewType, NoReturn, final
from uuid import UUID

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.lifecycle.text import FieldClass

__all__ = [
    "FIELD",
    "REASON_FIELD",
    "FieldClass",
    "Grant",
    "LookReason",
    "Looker",
    "NewText",
    "OwnWords",
    "Place",
    "Plain",
    "Sealed",
    "Ticket",
]

FIELD = re.compile(r"^[a-z][a-z0-9_.]{0,62}$")
"""Names of sealed fields: `description`, `reporter.email`. The separator of the associated data cannot occur in one."""

REASON_FIELD = "look.reason"
"""The field of a reason in somebody's own words; the database binds no other text to a look."""

Ticket = NewType("Ticket", UUID)
"""What `ask` returns and `redeem` takes, once."""


class LookReason(StrEnum):
    """Closed codes for why a text is opened (`domain.md` R8). The table `vault.reasons` holds the same list."""

    ADVICE = "ADVICE"
    TRIAGE = "TRIAGE"
    CLEARANCE = "CLEARANCE"
    ASSESSMENT = "ASSESSMENT"
    DECISION = "DECISION"
    CHILD_PROTECTION = "CHILD_PROTECTION"
    INTERVENTION = "INTERVENTION"
    FOLLOW_UP = "FOLLOW_UP"
    ACUTE = "ACUTE"
    DISCLOSURE = "DISCLOSURE"
    INSIGHT = "INSIGHT"
    CORRECTION = "CORRECTION"
    QUESTION = "QUESTION"
    """A reporter reads what they are asked; nobody else gives this reason."""
    GLASS_REVIEW = "GLASS_REVIEW"
    """The officer reads why a glass was broken; nobody else gives this reason."""
    RECEIPT = "RECEIPT"
    """The one reason a worker may ever give: the address that a reporter left for the receipt."""


@final
class Plain:
    """An opened text. Neither repr, str, format, JSON nor pickle shows it: who wants it says `reveal()`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself; only what answers a person does this."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Plain, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("an opened text is not pickled")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema(
            [
                core_schema.is_instance_schema(cls),
                core_schema.no_info_after_validator_function(cls, core_schema.str_schema()),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(repr),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs; it opens in no other place."""

    unit: UUID
    field_class: FieldClass
    field: str
    blob: UUID

    def __post_init__(self) -> None:
        if not FIELD.match(self.field):
            raise ValueError("a field name is lower case letters, digits, '_' and '.', at most 63 characters")

    def associated_data(self) -> bytes:
        """Return the bytes that the seal covers besides the value: `tv1|unit|class|field|blob`."""
        return f"tv1|{self.unit}|{self.field_class.value}|{self.field}|{self.blob}".encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """Texts of one unit, sealed but not yet stored; `values` stands beside `places`."""

    unit: UUID
    places: tuple[Place, ...]
    values: tuple[bytes, ...] = field(repr=False)

    @property
    def refs(self) -> list[UUID]:
        """Return the references under which the texts will be found."""
        return [place.blob for place in self.places]


class NewText(NamedTuple):
    """A text to be sealed under `field_class` (R6) in the field `field`; a plain triple does as well."""

    field_class: FieldClass
    field: str
    plaintext: str

    def __repr__(self) -> str:
        return f"NewText({self.field_class.value}, {self.field}, ***)"


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for a role at an organisation to open a class of a unit, while it is before `until` (R6).

    With `person` it is leave for that one person (class D: only the receiving tovholder; a mentor who may be replaced).
    """

    organisation: str
    role: str
    field_class: FieldClass
    until: datetime | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Looker:
    """Who asks: the person, and the role and organisation in which the person asks now."""

    person: UUID
    organisation: str
    role: str


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Why somebody looks, in their own words: sealed in `unit`, which is the caller's, beside the closed code of R8."""

    unit: UUID
    text: str = field(repr=False)
