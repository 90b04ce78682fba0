"""What somebody began to type in a long form, kept on the server so that no crash takes it: sealed, for its writer's eyes alone.

A draft is of one person, in one form of one record, and is sealed under the record's own key: with the record it is erased.
It is no part of the record: nobody else reads it, no fact tells of it, and it is gone when the form was sent, or after a week.
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

LASTS: Final = timedelta(days=7)
"""How long a draft waits for its writer [P]."""


def drafts_table(metadata: sa.MetaData) -> sa.Table:
    """Return the table of drafts of a service; call it once per service."""
    return sa.Table("draft", metadata, *columns())


def columns() -> Sequence[sa.Column[object]]:
    """Return the columns of the table."""
    return (
        sa.Column("person", postgresql.UUID, primary_key=True),
        sa.Column("unit", postgresql.UUID, primary_key=True),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as the database has it; `version` is that of the record when it was saved."""

    sealed: bytes
    version: int
    saved_at: datetime


@dataclass(frozen=True)
class Drafts:
    """The drafts of one service."""

    table: sa.Table

    async def save(self, tx: Transaction, unit: UUID, form: str, sealed: bytes, version: int) -> datetime:
        """Keep a draft in place of the one before; return the moment."""
        values = {"sealed": sealed, "version": version, "saved_at": tx.now, "expires_at": tx.now + LASTS}
        key = {"person": tx.actor.person_ref, "unit": unit, "form": form}
        statement = insert(self.table).values(**key, **values)
        await tx.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
        return tx.now

    async def find(self, tx: Transaction, unit: UUID, form: str) -> Kept | None:
        """Return the actor's own draft of a form, unless it is over."""
        table = self.table
        query = sa.select(table.c.sealed, table.c.version, table.c.saved_at).where(
            *self._own(tx, unit, form), table.c.expires_at > tx.now
        )
        row = (await tx.session.execute(query)).one_or_none()
        return None if row is None else Kept(bytes(row.sealed), row.version, row.saved_at)

    async def drop(self, tx: Transaction, unit: UUID, form: str) -> None:
        """Forget the actor's own draft of a form; one that is not there is no error."""
        await tx.session.execute(sa.delete(self.table).where(*self._own(tx, unit, form)))

    def _own(self, tx: Transaction, unit: UUID, form: str) -> Sequence[sa.ColumnElement[bool]]:
        columns = self.table.c
        return (columns.person == tx.actor.person_ref, columns.unit == unit, columns.form == form)
