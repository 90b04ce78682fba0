"""What somebody has typed and not sent yet, sealed: for the one who wrote it, and nobody else.

A draft is no record: nobody has leave to it, and no look at it is logged, for the row that holds it is seen by its writer alone
(row-level security of its table). Its unit is that of the record it may become, so that whoever erases the one erases the other.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from shared.vault.keys import UnitKeys
from shared.vault.model import FieldClass, Place, Plain
from shared.vault.sealing import seal, unseal

FIELD: Final = "draft"
LONGEST: Final = 256 * 1024
"""Characters of a draft; it is a whole form."""


class Drafts:
    """Seals and opens drafts; where they are kept is their service's business."""

    def __init__(self, keys: UnitKeys) -> None:
        self._keys = keys

    async def seal(self, unit: UUID, text: str) -> bytes:
        """Return the text sealed under the unit's key, which is made where there is none.

        Raises `UnitErased`, and `KeyStoreUnavailable` while the key store is away.
        """
        await self._keys.make(unit)
        return seal(await self._keys.for_sealing(unit), text[:LONGEST], _place(unit))

    async def open(self, unit: UUID, sealed: bytes) -> Plain:
        """Return the text. Raises `Unopenable` when the key is gone, and `KeyStoreUnavailable`."""
        return unseal((await self._keys.for_opening({unit}))[unit], sealed, _place(unit))


def _place(unit: UUID) -> Place:
    # It may hold a reporter's name: sealed as what is seen by the fewest.
    return Place(unit, FieldClass.REPORTER, FIELD, unit)
