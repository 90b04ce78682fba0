"""The vault as handlers and pages use it: seal in the command's transaction, open by ask and redeem.

    await vault.new_unit(concern_id)                                             # key store, before the transaction
    refs = await vault.put_many(tx.session, unit=concern_id, texts=[...], grants=[...])   # in the command's transaction
    texts = await vault.look(engine, looker=..., blobs=refs, reason=LookReason.TRIAGE)     # two transactions of its own

Invariant: no text is opened whose look is not committed. `ask` and `redeem` are refused in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from shared.vault import statements
from shared.vault.belongings import Belongings
from shared.vault.drafts import Drafts
from shared.vault.errors import Unopenable
from shared.vault.keys import UnitKeys
from shared.vault.keystore import KeyStore
from shared.vault.model import (
    REASON_FIELD,
    FieldClass,
    Grant,
    Looker,
    LookReason,
    OwnWords,
    Place,
    Plain,
    Sealed,
    Ticket,
)
from shared.vault.persons import Persons
from shared.vault.provider import KeyProvider
from shared.vault.reaching import reaching
from shared.vault.scan import check_text
from shared.vault.sealing import seal, unseal


class Vault:
    """Seals texts under the key of their erasable unit, gives and takes leave, opens by ticket."""

    def __init__(self, keystore: KeyStore, provider: KeyProvider, *, new_ref: Callable[[], UUID] = uuid4) -> None:
        self._keys = UnitKeys(keystore, provider)
        self.persons = Persons(provider)
        self.belongings = Belongings(self._keys)
        self.drafts = Drafts(self._keys)
        self._new_ref = new_ref

    async def new_unit(self, unit: UUID, person: UUID | None = None) -> None:
        """Give an erasable unit its key, under the key of `person` where there is one; committed at once.

        Call it before the command's transaction. If that rolls back, the key that is left opens nothing and harms
        nothing; a second call keeps the first key. Raises `KeyStoreUnavailable`, and `UnitErased` for a unit or a
        person that was erased.
        """
        await self._keys.make(unit, person)

    async def put(
        self, session: AsyncSession, *, unit: UUID, field_class: FieldClass, field: str, plaintext: str
    ) -> UUID:
        """Seal one text in the caller's transaction and return its reference; see `put_many`."""
        return (await self.put_many(session, unit=unit, texts=[(field_class, field, plaintext)]))[0]

    async def put_many(
        self,
        session: AsyncSession,
        *,
        unit: UUID,
        texts: Sequence[tuple[FieldClass, str, str]],
        grants: Sequence[Grant] = (),
    ) -> list[UUID]:
        """Seal (class, field, text) triples and give leave, in one round trip of the caller's transaction; return refs.

        Raises what `seal_many` raises, and `NotUnitOwner` when another service put into the unit first.
        """
        sealed = await self.seal_many(unit, texts)
        if not sealed.values:
            await self.grant_many(session, unit=unit, grants=grants)
            return []
        statement = statements.PUT_AND_GRANT if grants else statements.PUT
        values = statements.put_values(sealed) | (statements.grant_values(unit, grants) if grants else {})
        await statements.call(await session.connection(), statement, values)
        return sealed.refs

    async def seal_many(self, unit: UUID, texts: Sequence[tuple[FieldClass, str, str]]) -> Sealed:
        """Seal (class, field, text) triples without storing them: the statement that writes the command does that.

        Raises `CprInText`, `TextTooLong` or `TextMalformed`, and `Unopenable` when the unit has no key.
        """
        for _, field, plaintext in texts:
            check_text(field, plaintext)
        if not texts:
            return Sealed(unit, (), ())
        key = await self._keys.for_sealing(unit)
        places = tuple(Place(unit, field_class, field, self._new_ref()) for field_class, field, _ in texts)
        values = tuple(seal(key, plaintext, place) for (_, _, plaintext), place in zip(texts, places, strict=True))
        return Sealed(unit, places, values)

    async def grant(
        self,
        session: AsyncSession,
        *,
        unit: UUID,
        organisation: str,
        role: str,
        field_class: FieldClass,
        until: datetime | None = None,
        person: UUID | None = None,
    ) -> None:
        """Give leave in the transaction that changes participation; a later call for the same key replaces `until`."""
        await self.grant_many(session, unit=unit, grants=[Grant(organisation, role, field_class, until, person)])

    async def grant_many(self, session: AsyncSession, *, unit: UUID, grants: Sequence[Grant]) -> None:
        """Give several leaves in one round trip."""
        if grants:
            await statements.call(await session.connection(), statements.GRANT, statements.grant_values(unit, grants))

    async def revoke(
        self,
        session: AsyncSession,
        *,
        unit: UUID,
        organisation: str | None = None,
        role: str | None = None,
        field_class: FieldClass | None = None,
        person: UUID | None = None,
    ) -> int:
        """Take away every live leave of the unit that matches what is named; return how many were live."""
        values = {
            "unit": unit,
            "organisation": organisation,
            "role": role,
            "class": field_class.value if field_class else None,
            "person": person,
        }
        rows = await statements.call(await session.connection(), statements.REVOKE, values)
        return int(rows[0][0])

    async def ask(
        self, session: AsyncSession, *, looker: Looker, blob: UUID, reason: LookReason, now: datetime | None = None
    ) -> Ticket:
        """Put one look on record and return its ticket (60 s, once); see `ask_many`."""
        return (await self.ask_many(session, looker=looker, blobs=[blob], reason=reason, now=now))[0]

    async def ask_many(
        self,
        session: AsyncSession,
        *,
        looker: Looker,
        blobs: Sequence[UUID],
        reason: LookReason,
        now: datetime | None = None,
    ) -> list[Ticket]:
        """Check leave for every text, put a look on record for each, and return their tickets in order: all or none.

        The caller commits before `redeem`. `now` is domain time; the vault takes the later of it and its own clock.
        Raises `LookRefused`.
        """
        return await _ask(await session.connection(), looker, blobs, reason, now)

    async def redeem(self, session: AsyncSession, ticket: Ticket) -> Plain:
        """Open the text of one ticket; see `redeem_many`."""
        return (await self.redeem_many(session, [ticket]))[0]

    async def redeem_many(self, session: AsyncSession, tickets: Sequence[Ticket]) -> list[Plain]:
        """Open the texts of committed tickets, in order: all or none.

        Raises `TicketNotCommitted` in the transaction that asked, `TicketRefused` for a used, expired or unknown
        ticket, `Unopenable` when the key is gone or the value does not belong in its place, `KeyStoreUnavailable`.
        """
        return await self._redeem(await session.connection(), tickets)

    async def look(
        self,
        engine: AsyncEngine,
        *,
        looker: Looker,
        blobs: Sequence[UUID],
        reason: LookReason,
        now: datetime | None = None,
        words: OwnWords | None = None,
    ) -> list[Plain]:
        """Ask, commit, redeem: open texts in two transactions of its own on `engine`, in order. Errors as there.

        `words` are sealed and bound to the looks in the transaction that puts them on record; what `seal_many` raises.
        """
        if not blobs:
            return []
        own = (FieldClass.CASE_TEXT, REASON_FIELD, words.text) if words else None
        sealed = await self.seal_many(words.unit, [own]) if words and own else None
        async with reaching(engine) as connection:
            tickets = await _ask(connection, looker, blobs, reason, now)
            if sealed is not None:
                await statements.call(connection, statements.PUT, statements.put_values(sealed))
                await statements.call(connection, statements.EXPLAIN, {"tickets": tickets, "blob": sealed.refs[0]})
        async with reaching(engine) as connection:
            return await self._redeem(connection, tickets)

    async def questions(
        self, engine: AsyncEngine, *, looker: Looker, blobs: Sequence[UUID], now: datetime | None = None
    ) -> list[Plain]:
        """Open questions to a reporter, in order, for who came with the reference code (PUBLIC).

        No other field opens this way; each look is on record before. Raises `LookRefused`, `Unopenable`, `KeyStoreUnavailable`.
        """
        if not blobs:
            return []
        values = {
            "blobs": list(blobs),
            "person": looker.person,
            "role": looker.role,
            "organisation": looker.organisation,
            "at": now,
        }
        async with reaching(engine) as connection:
            asked = await statements.call(connection, statements.ASK_QUESTIONS, values)
        async with reaching(engine) as connection:
            return await self._redeem(connection, [Ticket(ticket) for ticket in asked[0][0]])

    async def glass_grounds(
        self, engine: AsyncEngine, *, blob: UUID, person: UUID, organisation: str, now: datetime | None = None
    ) -> Plain:
        """Open why a glass was broken, for the officer who reviews it (R7); no other field opens this way.

        The look is on record before, by a DPO. Raises `LookRefused`, `Unopenable`, `KeyStoreUnavailable`.
        """
        values = {"blob": blob, "person": person, "organisation": organisation, "at": now}
        async with reaching(engine) as connection:
            asked = await statements.call(connection, statements.ASK_GLASS, values)
        async with reaching(engine) as connection:
            return (await self._redeem(connection, [Ticket(asked[0][0])]))[0]

    async def receipt_address(self, engine: AsyncEngine, blob: UUID, now: datetime | None = None) -> Plain:
        """Open the address that a reporter left for a receipt, as SYSTEM in a worker; the look is on record before.

        It opens once: the sealed address goes with it, unless the key store did not answer (`KeyStoreUnavailable`). Raises
        `LookRefused` for any other text, for one that was opened, and for any other caller; `Unopenable`.
        """
        async with reaching(engine) as connection:
            asked = await statements.call(connection, statements.ASK_RECEIPT, {"blob": blob, "at": now})
        ticket = Ticket(asked[0][0])
        async with reaching(engine) as connection:
            rows = await statements.call(connection, statements.REDEEM_RECEIPT, {"ticket": ticket})
            return (await self._opened(rows, [ticket]))[0]

    async def _redeem(self, connection: AsyncConnection, tickets: Sequence[Ticket]) -> list[Plain]:
        rows = await statements.call(connection, statements.REDEEM, {"tickets": list(tickets)})
        return await self._opened(rows, tickets)

    async def _opened(self, rows: Sequence[Row[Any]], tickets: Sequence[Ticket]) -> list[Plain]:
        found = {row.ticket: row for row in rows}
        if len(found) != len(tickets):
            raise Unopenable
        keys = await self._keys.for_opening({row.unit for row in rows})
        return [
            unseal(keys[row.unit], row.sealed, Place(row.unit, FieldClass(row.field_class), row.field, row.blob))
            for row in (found[ticket] for ticket in tickets)
        ]


async def _ask(
    connection: AsyncConnection, looker: Looker, blobs: Sequence[UUID], reason: LookReason, now: datetime | None
) -> list[Ticket]:
    values = {
        "blobs": list(blobs),
        "person": looker.person,
        "role": looker.role,
        "organisation": looker.organisation,
        "reason": reason.value,
        "at": now,
    }
    rows = await statements.call(connection, statements.ASK, values)
    return [Ticket(ticket) for ticket in rows[0][0]]
