"""Free text in a command: plain only between the HTTP edge and the vault.

A handler seals every `Text` of a command before the command reaches `decide`; from then on only `ref` is there, and a fact
can take nothing else (R13). The repr never shows the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, final
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

MAX_TEXT = 8_000
"""Characters in a free text (`domain.md` 3.2)."""


class FieldClass(StrEnum):
    """Classes of fields for need-to-know (`domain.md` R6)."""

    CODES = "A"
    CASE_TEXT = "B"
    IDENTITY = "C"
    REPORTER = "D"
    SECURITY = "E"


@final
class Text:
    """Either plain text on its way in, or the reference of a sealed one."""

    __slots__ = ("_plain", "_ref")

    def __init__(self, plain: str | None, ref: UUID | None = None) -> None:
        self._plain = plain
        self._ref = ref

    @property
    def plain(self) -> str:
        """Return the plain text; only the sealing handler asks for it."""
        if self._plain is None:
            raise LookupError("this text is sealed")
        return self._plain

    @property
    def ref(self) -> UUID:
        """Return the reference of the sealed text."""
        if self._ref is None:
            raise LookupError("this text was not sealed before it was used")
        return self._ref

    def __repr__(self) -> str:
        return "Text(***)" if self._ref is None else f"Text({self._ref})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        parse = core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(min_length=1, max_length=MAX_TEXT, strip_whitespace=True)
        )
        return core_schema.union_schema(
            [core_schema.is_instance_schema(cls), parse],
            mode="left_to_right",
            serialization=core_schema.plain_serializer_function_ser_schema(repr),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "description": "free text; sealed on arrival"}


@dataclass(frozen=True, slots=True)
class Seal:
    """Marks a `Text` field of a command with the class under which it is sealed, and the name if it is not the field's own."""

    field_class: FieldClass
    name: str | None = None
    """For a text that the vault must tell from all others of its class: whoever may open it opens it alone."""


CaseText = Annotated[Text, Seal(FieldClass.CASE_TEXT)]
IdentityText = Annotated[Text, Seal(FieldClass.IDENTITY)]
ReporterText = Annotated[Text, Seal(FieldClass.REPORTER)]
SecurityText = Annotated[Text, Seal(FieldClass.SECURITY)]
