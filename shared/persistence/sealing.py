"""Free texts of a command are sealed in the command's own transaction, before anything decides on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.lifecycle.text import FieldClass, Seal, Text

C = TypeVar("C", bound=BaseModel)


class Sealer(Protocol):
    """What a handler needs of the vault: keys for a unit, and texts under them. `shared.vault.Vault` is the real one."""

    async def new_unit(self, unit: UUID) -> None:
        """Make the key of an erasable unit."""

    async def put_many(
        self, session: AsyncSession, *, unit: UUID, texts: Sequence[tuple[FieldClass, str, str]]
    ) -> list[UUID]:
        """Seal (class, field, plain text) triples under the unit's key; return their references in order.

        Raises `Invalid` (`cpr_in_text`) with the field and the position if a text holds a civil registration number.
        """


async def seal_texts(sealer: Sealer, session: AsyncSession, unit: UUID, command: C) -> C:
    """Return the command with every plain text replaced by the reference of the sealed one."""
    found = list(_texts(command))
    if not found:
        return command
    refs = await sealer.put_many(session, unit=unit, texts=[(seal, name, text.plain) for name, seal, text in found])
    return command.model_copy(update={name: Text(None, ref) for (name, _, _), ref in zip(found, refs, strict=True)})


def _texts(command: BaseModel) -> Iterator[tuple[str, FieldClass, Text]]:
    for name, info in type(command).model_fields.items():
        value = getattr(command, name)
        if isinstance(value, Text):
            seal = next((mark for mark in info.metadata if isinstance(mark, Seal)), None)
            yield name, seal.field_class if seal else FieldClass.CASE_TEXT, value
