"""Drafts of calls: saved sealed while somebody types, seen by their writer alone, gone when they are sent or old."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.intake.tables import DraftRow
from shared.persistence.pruning import Pruning
from shared.persistence.work import Transaction, UnitOfWork
from shared.vault.drafts import Drafts

LASTS: Final = timedelta(hours=24)
"""A draft that nobody has touched for so long is forgotten: the call is over, and its writer has had a shift to send it."""

_DRAFT: sa.Table = DraftRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models

Pairs = tuple[tuple[str, str], ...]
"""What a form holds: names and values, in order."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft without its text."""

    id: UUID
    begun_at: datetime
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class DraftBox:
    """Keeps the drafts of whoever asks: each statement runs as that person, and the wall hides everybody else's."""

    vault: Drafts

    async def save(self, tx: Transaction, draft_id: UUID, pairs: Pairs) -> datetime:
        """Seal and keep what was typed, in place of what was kept before; return the moment that is said to its writer."""
        sealed = await self.vault.seal(draft_id, json.dumps(pairs, ensure_ascii=False))
        fresh = {"saved_at": tx.now, "expires_at": tx.now + LASTS, "sealed": sealed}
        row = {"id": draft_id, "person": tx.actor.person_ref, "organisation": tx.actor.organisation, "begun_at": tx.now}
        statement = insert(_DRAFT).values(row | fresh)
        await tx.session.execute(
            statement.on_conflict_do_update(index_elements=["id", "person", "organisation"], set_=fresh)
        )
        return tx.now

    async def find(self, tx: Transaction, draft_id: UUID) -> tuple[Draft, Pairs] | None:
        """Return a draft and what was typed; None if there is none, or it is another's, or too old."""
        query = sa.select(_DRAFT).where(_DRAFT.c.id == draft_id, _DRAFT.c.expires_at > tx.now)
        row = (await tx.session.execute(query)).one_or_none()
        if row is None:
            return None
        text = (await self.vault.open(draft_id, bytes(row.sealed))).reveal()
        return Draft(row.id, row.begun_at, row.saved_at), tuple((name, value) for name, value in json.loads(text))

    async def held(self, tx: Transaction, draft_id: UUID) -> bool:
        """Say whether the writer has this draft."""
        query = sa.select(sa.exists().where(_DRAFT.c.id == draft_id))
        return bool((await tx.session.execute(query)).scalar_one())

    async def mine(self, tx: Transaction) -> Sequence[Draft]:
        """Return the writer's own drafts, the latest first."""
        columns = (_DRAFT.c.id, _DRAFT.c.begun_at, _DRAFT.c.saved_at)
        query = sa.select(*columns).where(_DRAFT.c.expires_at > tx.now).order_by(_DRAFT.c.saved_at.desc())
        return [Draft(*row) for row in await tx.session.execute(query)]

    async def forget(self, tx: Transaction, draft_id: UUID) -> None:
        """Forget a draft: it was sent, or its writer threw it away."""
        await tx.session.execute(sa.delete(_DRAFT).where(_DRAFT.c.id == draft_id))


def pruning(work: UnitOfWork) -> Pruning:
    """Return what forgets the drafts that are too old, in the worker."""
    return Pruning(work, _DRAFT)
