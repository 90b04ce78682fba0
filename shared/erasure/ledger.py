"""The ledger of erasures, carried out over both databases by the keepers.

    decided    in the file beside the databases, then in the ledger; sealed rows and leaves are deleted with it
    requested  the key is destroyed: nothing here opens it
    final      no key-encryption key is left under which an older copy of the key store could open it

There is no transaction over two databases and a file: each step may be repeated, and `apply` repeats them all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg
import structlog

from shared.erasure import ledger_file
from shared.erasure.model import Entry, Kind, Reason, Request
from shared.errors import Transient
from shared.vault.belongings import settle
from shared.vault.keys import UnitKeys
from shared.vault.keystore import PostgresKeyStore
from shared.vault.provider import KeyProvider

_log = structlog.get_logger(__name__)

_LOCK = "select pg_advisory_xact_lock(hashtextextended('holder:' || $1::uuid::text, 0))"
"""What `keystore.guard` and `keystore.destroy_person` take as well; of nobody, nothing."""


class Ledger:
    """The ledger over connections of `vault_keeper` and `keystore_keeper`."""

    def __init__(self, vault_url: str, keystore_url: str, provider: KeyProvider, file: Path) -> None:
        self._vault_url = vault_url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._keystore_url = keystore_url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._provider = provider
        self._file = file

    async def request(self, request: Request) -> Entry:
        """Write the decision down and carry it out; return the entry as it stands then. Again is harmless.

        After an error the decision stands in the file: `apply` carries it out, and no service starts before that.
        """
        async with self._connected() as (vault, keys):
            ledger_file.append(self._file, request)
            if request.kind is Kind.PERSON:
                # Each in a line of its own: an old copy of one database alone no longer says which units were this person's.
                for unit in sorted(await self._units_of(vault, keys, request.ref)):
                    ledger_file.append(self._file, replace(request, ref=unit, kind=Kind.UNIT))
            await self._carry_out(vault, keys, request)
            [entry] = await self._entries(vault, [request.ref])
        _log.info("erasure_requested", ref=str(request.ref), kind=request.kind.value, reason=request.reason.value)
        return entry

    async def apply(self) -> int:
        """Carry out every decision of the file and of the ledger again, and mark what is final; return how many there are.

        To be run after every restore, before any service starts; at any other time it changes nothing.
        """
        async with self._connected() as (vault, keys):
            requests = {each.ref: each for each in ledger_file.read(self._file)}
            for entry in await self._entries(vault, None):
                requests.setdefault(entry.request.ref, entry.request)
            for request in requests.values():
                await self._carry_out(vault, keys, request)
            await self._mark_final(vault)
        _log.info("erasures_applied", count=len(requests))
        return len(requests)

    async def apply_if_needed(self) -> int:
        """Carry the ledger out again where something of it is missing here or is back; return how many were carried out.

        Cheap where nothing is, so that it may run before every start.
        """
        async with self._connected() as (vault, keys):
            decided = {request.ref for request in ledger_file.read(self._file)}
            decided |= {entry.request.ref for entry in await self._entries(vault, None)}
            missing = await vault.fetchval("select vault.unapplied($1)", sorted(decided))
            back = await keys.fetch("select keystore.holding($1)", sorted(decided))
        return await self.apply() if missing or back else 0

    async def finalise(self) -> int:
        """Mark as final what no epoch that still has a key could open; return how many became so."""
        async with self._connected() as (vault, _):
            return await self._mark_final(vault)

    async def entries(self, refs: Collection[UUID] | None = None) -> list[Entry]:
        """Return the ledger, oldest first; of these references only, where given."""
        async with self._connected() as (vault, _):
            return await self._entries(vault, refs)

    async def units_of(self, person: UUID) -> list[UUID]:
        """Return the units that an erasure of this person would take."""
        async with self._connected() as (vault, keys):
            return sorted(await self._units_of(vault, keys, person))

    async def _carry_out(self, vault: asyncpg.Connection, keys: asyncpg.Connection, request: Request) -> None:
        if request.kind is Kind.PERSON:
            await self._erase_person(vault, keys, request)
        else:
            await self._erase_unit(vault, keys, request)

    async def _erase_unit(self, vault: asyncpg.Connection, keys: asyncpg.Connection, request: Request) -> None:
        """Erase a unit, and its person where it was the last that is held about them: else the CPR number would still find them."""
        bound = await keys.fetchval("select person from keystore.unit_keys where unit = $1", request.ref)
        person = await vault.fetchval("select vault.person_of($1, $2)", request.ref, bound)
        await self._record(vault, request, [])
        async with keys.transaction():
            destroyed = await keys.fetchval("select keystore.destroy_unit($1)", request.ref)
            # Kept to the end: of two last units the second sees that the first is gone, and none is bound meanwhile.
            await keys.execute(_LOCK, person)
            # Inside, so that a stop takes the unit's destruction back as well: only its row says whose it was.
            last = person is not None and await self._let_go(
                vault, keys, replace(request, ref=person, kind=Kind.PERSON)
            )
        await self._mark_applied(vault, [request.ref, person] if last else [request.ref], destroyed)

    async def _let_go(self, vault: asyncpg.Connection, keys: asyncpg.Connection, request: Request) -> bool:
        """Erase a person of whom nothing is left; return whether that is so. A case may be opened about them at this moment."""
        if await self._clear(vault, keys, request.ref):
            return False
        decided = (request.ref, request.requested_by, request.requested_at, request.reason.value)
        if not await vault.fetchval("select vault.let_go($1, $2, $3, $4)", *decided):
            return False
        # After the ledger: a line that no row holds would erase a case that was opened since. What follows from a line of the
        # unit's own is carried out again with it.
        if request.ref not in {each.ref for each in ledger_file.read(self._file)}:
            ledger_file.append(self._file, request)
        await keys.execute("select keystore.destroy_person($1)", request.ref)
        return True

    async def _erase_person(self, vault: asyncpg.Connection, keys: asyncpg.Connection, request: Request) -> None:
        """Erase a person with all that is theirs: bound in the key store, or said to be theirs in the vault a moment ago."""
        await self._record(vault, request, sorted(await self._clear(vault, keys, request.ref)))
        async with keys.transaction():
            await keys.execute(_LOCK, request.ref)
            # Once more: a correction may have come before the decision was on record. After it none comes, and the lock lets
            # nobody bind.
            await self._record(vault, request, sorted(await self._clear(vault, keys, request.ref)))
            units = [row[0] for row in await vault.fetch("select vault.erased_with($1)", request.ref)]
            self._note_units(request, units)
            gone = [unit for unit in units if await keys.fetchval("select keystore.destroy_unit($1)", unit)]
            gone += [row[0] for row in await keys.fetch("select keystore.destroy_person($1)", request.ref)]
        await self._mark_applied(vault, [request.ref, *units], bool(gone))

    def _note_units(self, request: Request, units: Sequence[UUID]) -> None:
        """Write a line for each unit that has none: one that became this person's after the decision was written down."""
        there = {each.ref for each in ledger_file.read(self._file)}
        for unit in sorted(set(units) - there):
            ledger_file.append(self._file, replace(request, ref=unit, kind=Kind.UNIT))

    async def _units_of(self, vault: asyncpg.Connection, keys: asyncpg.Connection, person: UUID) -> set[UUID]:
        """Return what is this person's: said in the vault, or bound in the key store where the vault says nothing else."""
        said = {row[0] for row in await vault.fetch("select vault.units_of($1)", person)}
        return said | await self._clear(vault, keys, person)

    async def _clear(self, vault: asyncpg.Connection, keys: asyncpg.Connection, person: UUID) -> set[UUID]:
        """Return the units under the person's key that are theirs; those found to be another's go where they belong first.

        A correction (`vault.correct_subject`) holds from its commit, and the key store follows a moment later.
        """
        bound = [row[0] for row in await keys.fetch("select keystore.units_of($1)", person)]
        elsewhere = await vault.fetch("select * from vault.belonging_elsewhere($1, $2)", bound, person)
        if elsewhere:
            store = PostgresKeyStore(self._keystore_url, pool_size=1)
            try:
                await settle(UnitKeys(store, self._provider), {row["unit"]: row["subject_ref"] for row in elsewhere})
            finally:
                await store.close()
        return set(bound) - {row["unit"] for row in elsewhere}

    async def _mark_applied(self, vault: asyncpg.Connection, refs: list[UUID], destroyed: bool) -> None:
        unmarked = [entry.request.ref for entry in await self._entries(vault, refs) if entry.epochs is None]
        # After the destruction: an epoch that was opened before it may hold a copy, one that is opened later cannot.
        held = sorted(self._provider.epochs)
        await vault.execute("select vault.erasure_applied($1, $2)", refs if destroyed else unmarked, held)

    async def _record(self, vault: asyncpg.Connection, request: Request, units: Sequence[UUID]) -> None:
        await vault.execute(
            "select vault.request_erasure($1, $2, $3, $4, $5, $6)",
            request.ref,
            request.kind.value,
            request.requested_by,
            request.requested_at,
            request.reason.value,
            list(units),
        )

    async def _mark_final(self, vault: asyncpg.Connection) -> int:
        count: int = await vault.fetchval("select vault.erasures_final($1)", sorted(self._provider.epochs))
        return count

    async def _entries(self, vault: asyncpg.Connection, refs: Collection[UUID] | None) -> list[Entry]:
        rows = await vault.fetch("select * from vault.erasure_ledger($1)", list(refs) if refs is not None else None)
        return [_entry(row) for row in rows]

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncpg.Connection, asyncpg.Connection]]:
        vault = await _connect(self._vault_url)
        try:
            keys = await _connect(self._keystore_url)
            try:
                yield vault, keys
            finally:
                await keys.close()
        finally:
            await vault.close()


async def _connect(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, server_settings={"application_name": "tovholder-erasure"})
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as error:
        _log.warning("database_unavailable", error=type(error).__name__)
    raise Transient("database_unavailable", "A database did not answer; nothing was erased.", remedy="Try again.")


def _entry(row: asyncpg.Record) -> Entry:
    request = Request(
        ref=row["ref"],
        kind=Kind(row["kind"]),
        requested_by=row["requested_by"],
        requested_at=row["requested_at"],
        reason=Reason(row["reason"]),
    )
    epochs = tuple(row["epochs"]) if row["epochs"] is not None else None
    return Entry(request, row["person"], epochs, row["final_at"])
