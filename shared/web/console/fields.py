"""What a form asks for a command: one field for each value of its pydantic model, and back from what was sent to the command's JSON.

    asked(OpenCase)      the fields, in the order of the model
    body(fields, form)   {"accepts_responsibility": true, ...}: what was left empty is left out

Names of nested values are paths, `ratings.0.evidence.1.kind`, the same that errors carry.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from shared.lifecycle.text import MAX_TEXT, FieldClass, Seal, Text
from shared.web.console import moments
from shared.web.console.site import Form

MORE: Final = "more"
"""The name of the button that asks for one more row of a group."""

DIGITS: Final = 18
"""Digits of the longest number that is read as one; what is longer goes on as it is, for the model to refuse."""
MOST_ROWS: Final = 20
"""Rows that a form shows of a group whose model does not say how many there may be."""
ONE_LINE: Final = 200
"""Characters up to which a text is asked on one line."""


class Asking(StrEnum):
    """How a value is asked for."""

    TEXT = "text"
    LINE = "line"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    TICK = "tick"
    REFERENCE = "reference"
    GROUP = "group"
    ROWS = "rows"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked. `key` is the value's own name, by which words are found; `name` is its path in the form."""

    name: str
    key: str
    kind: Asking
    required: bool
    codes: tuple[str, ...] = ()
    """Of a choice: the closed codes, in order. Of a table: the codes of its rows."""
    enum: str = ""
    """The class of the codes."""
    parts: tuple[Field, ...] = ()
    """Of a group or of rows: what is asked of each, with names relative to it. Of a table: what is asked in each row."""
    sealed: FieldClass | None = None
    longest: int | None = None
    default: str | None = None
    fewest: int = 0

    def at(self, prefix: str) -> Field:
        """Return the field below a path; a plain value, which has no name of its own, stands at the path itself."""
        return replace(self, name=f"{prefix}.{self.name}" if self.name else prefix)

    def rows(self, form: Form, *, more: str = "") -> range:
        """Return which rows of a group to show: those that were filled, at least the fewest, and one more if it was asked for."""
        shown = max((*(index + 1 for index in self.filled(form)), self.fewest, 1))
        return range(min(self.longest or MOST_ROWS, shown + (more == self.name)))

    def filled(self, form: Form) -> list[int]:
        """Return the numbers of the rows in which something stands; all of them count, also more than a form ever showed."""
        names = (name for name in _below(form, self.name) if _index(name, self.name))
        return sorted({int(name[len(self.name) + 1 :].split(".")[0]) for name in names})


@cache
def asked(model: type[BaseModel]) -> tuple[Field, ...]:
    """Return what a form asks for this model."""
    return tuple(_field(name, info) for name, info in model.model_fields.items())


def body(fields: Sequence[Field], form: Form) -> dict[str, Any]:
    """Return what was sent, as the command's JSON: what was left empty is left out, for the model says what may be."""
    found = ((field.key, _read(field, form)) for field in fields)
    return {key: value for key, value in found if value is not None}


def _field(name: str, info: Any) -> Field:
    default = None if info.is_required() or info.default is None else _plain(info.default)
    limits = {type(each).__name__: each for each in info.metadata}
    longest = getattr(limits.get("MaxLen"), "max_length", None)
    fewest = getattr(limits.get("MinLen"), "min_length", 0)
    annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    made = _of(name, annotation, required=info.is_required() or fewest > 0)
    return replace(made, default=default, longest=made.longest or longest, fewest=fewest)


def _of(name: str, annotation: Any, *, required: bool) -> Field:
    annotation, seal = _bare(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)

    def made(kind: Asking, **more: Any) -> Field:
        return Field(name, name, kind, required, **more)

    if annotation is Text:
        assert seal is not None, "a free text says under which class it is sealed"
        return made(Asking.TEXT, sealed=seal.field_class, longest=MAX_TEXT)
    if origin is tuple:
        return _many(name, arguments[0], required=required)
    if origin in (dict, Mapping):
        keys, values = arguments
        rows = get_args(keys) if get_origin(keys) is Literal else tuple(keys)
        codes = tuple(str(row.value) for row in rows)
        return made(Asking.TABLE, codes=codes, enum=type(rows[0]).__name__, parts=(_of("", values, required=False),))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return made(Asking.CHOICE, codes=_codes(annotation), enum=annotation.__name__)
    if origin is Literal and all(isinstance(each, Enum) for each in arguments):
        return made(Asking.CHOICE, codes=tuple(str(each.value) for each in arguments), enum=type(arguments[0]).__name__)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return made(Asking.GROUP, parts=asked(annotation))
    return made(_simple(annotation, required=required))


def _simple(annotation: Any, *, required: bool) -> Asking:
    """Return how a single value is asked for that is neither a code nor made of parts."""
    found = next((kind for kind, matching in _SIMPLE if annotation is matching), Asking.LINE)
    return Asking.TICK if found is Asking.YES_NO and not required else found


def _many(name: str, annotation: Any, *, required: bool) -> Field:
    inner, _ = _bare(annotation)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return Field(name, name, Asking.CHOICES, required, codes=_codes(inner), enum=inner.__name__)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return Field(name, name, Asking.ROWS, required, parts=asked(inner))
    return Field(name, name, Asking.ROWS, required, parts=(_of("", annotation, required=False),))


_SIMPLE: Final[tuple[tuple[Asking, Any], ...]] = (
    (Asking.YES_NO, bool),
    (Asking.NUMBER, int),
    (Asking.MOMENT, datetime),
    (Asking.MOMENT, AwareDatetime),
    (Asking.DAY, date),
    (Asking.REFERENCE, UUID),
)


def _bare(annotation: Any) -> tuple[Any, Seal | None]:
    """Return the type without None and without what is said beside it, and how its text is sealed."""
    seal = None
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *beside = get_args(annotation)
            seal = next((each for each in beside if isinstance(each, Seal)), seal)
        elif get_origin(annotation) in (Union, types.UnionType):
            left = [each for each in get_args(annotation) if each is not type(None)]
            annotation = left[0]
        else:
            return annotation, seal


def _codes(enum: type[Enum]) -> tuple[str, ...]:
    return tuple(str(member.value) for member in enum)


def _plain(default: Any) -> str | None:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return (
        str(default.value) if isinstance(default, Enum) else str(default) if isinstance(default, (int, str)) else None
    )


def _read(field: Field, form: Form) -> Any:
    """Return one value, or None where nothing was said."""
    sent = form.get(field.name).strip()
    match field.kind:
        case Asking.CHOICES:
            return [code for code in form.all(field.name) if code] or None
        case Asking.TICK:
            return True if sent else None
        case Asking.MOMENT:
            return moments.read(form, field.name)
        case Asking.GROUP:
            return body([part.at(field.name) for part in field.parts], form) or None
        case Asking.ROWS:
            return [row for row in (_row(field, index, form) for index in field.filled(form)) if row] or None
        case Asking.TABLE:
            cells = {code: _read(replace(field.parts[0], name=f"{field.name}.{code}"), form) for code in field.codes}
            return {code: value for code, value in cells.items() if value is not None} or None
    return _READERS[field.kind](sent) if sent else None


def _row(field: Field, index: int, form: Form) -> Any:
    if field.parts[0].key == "":
        return _read(replace(field.parts[0], name=f"{field.name}.{index}"), form)
    return body([part.at(f"{field.name}.{index}") for part in field.parts], form)


def _number(sent: str) -> int | str:
    return int(sent) if sent.isdecimal() and sent.isascii() and len(sent) <= DIGITS else sent


_READERS: Final[Mapping[Asking, Callable[[str], Any]]] = {
    Asking.TEXT: str,
    Asking.LINE: str,
    Asking.CHOICE: str,
    Asking.REFERENCE: str,
    Asking.DAY: str,
    Asking.NUMBER: _number,
    Asking.YES_NO: lambda sent: sent == "yes",
}


def _below(form: Form, path: str) -> Iterator[str]:
    return (name for name, value in form.pairs if name.startswith(f"{path}.") and value.strip())


def _index(name: str, path: str) -> bool:
    digits = name[len(path) + 1 :].split(".", maxsplit=1)[0]
    return digits.isdecimal() and len(digits) <= DIGITS
