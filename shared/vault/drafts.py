"""What somebody has typed and not sent yet, sealed: for the one who wrote it, and nobody else.

A draft is no record: nobody has leave to it, and no look at it is logged, for only its writer's own words are in it, and the row that
holds it is seen by its writer alone (row-level security of its table; `docs/threat-model.md`). Its unit is that of the record that it is
about or may become, so that whoever erases the one erases the other. A CPR number is not kept in it, as in no text (R14).
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from shared.vault.errors import Unopenable
from shared.vault.keys import UnitKeys
from shared.vault.model import FieldClass, Place, Plain
from shared.vault.scan import find_cpr
from shared.vault.sealing import decrypt, encrypt, unseal

LONGEST: Final = 256 * 1024
"""Characters of a draft; it is a whole form."""

HIDDEN: Final = "[CPR]"
"""What stands in a draft for a number that it may not hold."""


class Drafts:
    """Seals and opens drafts; where they are kept is their service's business."""

    def __init__(self, keys: UnitKeys) -> None:
        self._keys = keys

    async def seal(self, unit: UUID, person: UUID, text: str) -> bytes:
        """Return the text sealed under the unit's key, which is made where there is none, for this person.

        Raises `UnitErased`, and `KeyStoreUnavailable` while the key store is away.
        """
        await self._keys.make(unit)
        return encrypt(await self._keys.for_sealing(unit), text[:LONGEST].encode(), _of(unit, person))

    async def open(self, unit: UUID, person: UUID, sealed: bytes) -> Plain:
        """Return the text to who sealed it. Raises `Unopenable` to anybody else and when the key is gone, and `KeyStoreUnavailable`."""
        key = (await self._keys.for_opening({unit}))[unit]
        try:
            return Plain(decrypt(key, sealed, _of(unit, person)).decode())
        except Unopenable:
            return unseal(key, sealed, _before(unit))


def without_cpr(text: str) -> str:
    """Return a text as a draft may keep it; it is the same one unless a CPR number stands in it."""
    found = text
    for span in reversed(find_cpr(text)):
        found = found[: span.start] + HIDDEN + found[span.end :]
    return found


def _of(unit: UUID, person: UUID) -> bytes:
    """Return the associated data that ties a draft to its unit and its writer."""
    return f"tvd1|{unit}|{person}".encode()


def _before(unit: UUID) -> Place:
    # Drafts of calls were once sealed without their writer. They last a day, and an upgrade is to cost nobody a call.
    return Place(unit, FieldClass.REPORTER, "draft", unit)
