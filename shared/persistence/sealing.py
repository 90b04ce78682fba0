"""Free texts of a command are sealed before anything decides on it, and stored in the command's own transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.errors import Invalid
from shared.lifecycle.text import FieldClass, Seal, Text
from shared.vault.model import Sealed

C = TypeVar("C", bound=BaseModel)


class Sealer(Protocol):
    """What a handler needs of the vault: keys for a unit, and texts under them. `shared.vault.Vault` is the real one."""

    async def new_unit(self, unit: UUID) -> None:
        """Make the key of an erasable unit."""

    async def seal_many(self, unit: UUID, texts: Sequence[tuple[FieldClass, str, str]]) -> Sealed:
        """Seal (class, field, plain text) triples under the unit's key, in order; nothing is stored yet.

        Raises `Invalid` (`cpr_in_text`) with the field and the position if a text holds a civil registration number.
        """


async def seal_texts(sealer: Sealer, unit: UUID, command: C) -> tuple[C, Sealed | None]:
    """Return the command with every plain text replaced by the reference of the sealed one, and what is to be stored.

    A text in a part is sealed under the path to it, such as `ratings.3.need_text`.
    """
    found = list(_texts(command))
    if not found:
        return command, None
    names = {name: seal.name or name for name, seal, _ in found}
    try:
        sealed = await sealer.seal_many(
            unit, [(seal.field_class, names[name], text.plain) for name, seal, text in found]
        )
    except Invalid as refused:
        # Who typed it knows the field by its name in the command.
        refused.field = next((name for name, sealed in names.items() if sealed == refused.field), refused.field)
        raise
    refs = {name: Text(None, ref) for (name, _, _), ref in zip(found, sealed.refs, strict=True)}
    return _sealed(command, "", refs), sealed


def _texts(part: BaseModel, path: str = "") -> Iterator[tuple[str, Seal, Text]]:
    for name in type(part).model_fields:
        value, here = getattr(part, name), path + name
        if isinstance(value, Text):
            yield here, _seal_of(type(part), name), value
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _texts(item, f"{here}.{number}.")


@cache
def _seal_of(model: type[BaseModel], name: str) -> Seal:
    return _seal(model.model_fields[name])


def _seal(info: FieldInfo) -> Seal:
    """Return the field's `Seal`. Of `IdentityText | None` pydantic keeps the mark inside the union."""
    marks = [*info.metadata, *_marks(info.annotation)]
    return next((mark for mark in marks if isinstance(mark, Seal)), Seal(FieldClass.CASE_TEXT))


def _marks(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)


def _sealed(part: C, path: str, sealed: Mapping[str, Text]) -> C:
    changes: dict[str, Any] = {}
    for name in type(part).model_fields:
        value, here = getattr(part, name), path + name
        if here in sealed:
            changes[name] = sealed[here]
        elif isinstance(value, tuple):
            changes[name] = tuple(
                _sealed(item, f"{here}.{number}.", sealed) if isinstance(item, BaseModel) else item
                for number, item in enumerate(value)
            )
    return part.model_copy(update=changes)
