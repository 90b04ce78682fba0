"""The proof of an erasure: every store is read, what is left is tried, and nothing may open (`domain.md` 4.5 R20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.erasure.model import Entry
from shared.erasure.remains import Remains
from shared.vault import FieldClass, PostgresKeyStore, Unopenable
from shared.vault.keys import UnitKeys
from shared.vault.model import Place
from shared.vault.provider import KeyProvider
from shared.vault.sealing import unseal


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of a unit or a person."""

    ref: UUID
    entry: Entry | None
    """The decision in the ledger; without one there is nothing to prove."""
    remains: Sequence[Remains]

    @property
    def holds(self) -> bool:
        """Say whether it was erased and nothing of it opens or is left to open."""
        return (
            self.entry is not None
            and self.entry.epochs is not None
            and not any(found.opens or found.left for found in self.remains)
        )


async def of_vault(vault_url: str, keys: UnitKeys, refs: Sequence[UUID]) -> Remains:
    """Count what the vault holds of erased units and persons, and try to open each sealed row with the keys there are.

    Looked at are sealed rows, leaves, the digest by which a person is found, and what ties a case to a person.
    """
    vault = await asyncpg.connect(vault_url.replace("postgresql+asyncpg://", "postgresql://", 1))
    rows, others, opens = 0, 0, 0
    try:
        for unit in refs:
            for function in ("leaves_of", "known_of"):
                others += await vault.fetchval(f"select vault.{function}($1)", unit) or 0
            for row in await vault.fetch("select * from vault.left_of($1)", unit):
                rows += 1
                place = Place(unit, FieldClass(row["class"]), row["field"], row["blob"])
                opens += await _opens(keys, place, row["sealed"])
    finally:
        await vault.close()
    return Remains("vault", rows + others, rows + others, opens)


async def _opens(keys: UnitKeys, place: Place, sealed: bytes) -> bool:
    try:
        unseal((await keys.for_opening({place.unit}))[place.unit], sealed, place)
    except Unopenable:
        return False
    return True


async def of_keystore(store: PostgresKeyStore, keys: UnitKeys, refs: Sequence[UUID]) -> Remains:
    """Count the keys that are there for these units and persons, and try to unwrap those of units."""
    held = await store.holding(refs)
    opens = 0
    for unit in held:
        try:
            await keys.for_opening({unit})
        except Unopenable:
            continue
        opens += 1
    return Remains("key store", len(held), len(held), opens)


def unit_keys(store: PostgresKeyStore, provider: KeyProvider) -> UnitKeys:
    """Return the keys as a process that may open sees them."""
    return UnitKeys(store, provider)
