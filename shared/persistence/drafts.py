"""What somebody began to type in a long form or during a call, kept on the server so that no crash takes it: sealed, for its writer.

A draft is of one person at one place of work, in one form of one record, and is sealed under the record's own key: with the record it
is erased. The record need not be there yet: a call is a draft before it is a concern. A draft is no part of the record: nobody else
reads it, no fact tells of it, and it is gone when the form was sent, or when it is old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert

from shared.persistence.spine import MOMENT
from shared.persistence.work import Transaction

WEEK: Final = timedelta(days=7)
"""How long a draft waits for its writer unless its service says otherwise [P]."""


def drafts_table(metadata: sa.MetaData) -> sa.Table:
    """Return the table of drafts of a service; call it once per service."""
    return sa.Table("draft", metadata, *columns())


def columns() -> Sequence[sa.Column[object]]:
    """Return the columns of the table."""
    return (
        sa.Column("person", postgresql.UUID, primary_key=True),
        sa.Column("organisation", sa.Text, primary_key=True),
        sa.Column("unit", postgresql.UUID, primary_key=True),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft without its text: of which record, and when it was begun and saved."""

    unit: UUID
    begun_at: datetime
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as the database has it; `version` is that of the record when it was saved."""

    sealed: bytes
    version: int
    begun_at: datetime
    saved_at: datetime


@dataclass(frozen=True)
class Drafts:
    """The drafts of one service; each statement is about the actor's own, and the wall hides everybody else's."""

    table: sa.Table
    lasts: timedelta = WEEK

    async def save(self, tx: Transaction, unit: UUID, form: str, sealed: bytes, version: int) -> datetime:
        """Keep a draft in place of the one before; return the moment."""
        fresh = {"sealed": sealed, "version": version, "saved_at": tx.now, "expires_at": tx.now + self.lasts}
        actor = tx.actor
        key = {"person": actor.person_ref, "organisation": actor.organisation, "unit": unit, "form": form}
        statement = insert(self.table).values(**key, **fresh, begun_at=tx.now)
        await tx.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=fresh))
        return tx.now

    async def find(self, tx: Transaction, unit: UUID, form: str) -> Kept | None:
        """Return the actor's own draft of a form, unless it is over."""
        table = self.table
        query = sa.select(table.c.sealed, table.c.version, table.c.begun_at, table.c.saved_at).where(
            *self._own(tx, form), table.c.unit == unit, table.c.expires_at > tx.now
        )
        row = (await tx.session.execute(query)).one_or_none()
        return None if row is None else Kept(bytes(row.sealed), row.version, row.begun_at, row.saved_at)

    async def held(self, tx: Transaction, unit: UUID, form: str) -> bool:
        """Say whether the actor has a draft of a form, old or not."""
        query = sa.select(sa.exists().where(*self._own(tx, form), self.table.c.unit == unit))
        return bool((await tx.session.execute(query)).scalar_one())

    async def mine(self, tx: Transaction, form: str) -> Sequence[Begun]:
        """Return the actor's own drafts of a form, of whatever record, the latest first."""
        table = self.table
        query = sa.select(table.c.unit, table.c.begun_at, table.c.saved_at).where(
            *self._own(tx, form), table.c.expires_at > tx.now
        )
        return [Begun(*row) for row in await tx.session.execute(query.order_by(table.c.saved_at.desc()))]

    async def drop(self, tx: Transaction, unit: UUID, form: str) -> None:
        """Forget the actor's own draft of a form; one that is not there is no error."""
        await tx.session.execute(sa.delete(self.table).where(*self._own(tx, form), self.table.c.unit == unit))

    def _own(self, tx: Transaction, form: str) -> Sequence[sa.ColumnElement[bool]]:
        columns, actor = self.table.c, tx.actor
        return (
            columns.person == actor.person_ref,
            columns.organisation == actor.organisation,
            columns.form == form,
        )
