"""Tables of the schema `notify`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.persistence.spine import MOMENT, NAMING, spine_tables
from shared.persistence.store import AggregateRow

METADATA = sa.MetaData(schema="notify", naming_convention=NAMING)
SPINE = spine_tables(METADATA)

# SQLModel's types know classes only; a type instance with arguments, as here, it takes all the same.
_MOMENT: Any = MOMENT
_TEXTS: Any = ARRAY(sa.Text)


class DeliveryRow(AggregateRow, table=True):
    """A delivery's state; `body` is the fold of its facts."""

    __tablename__: ClassVar[str] = "delivery"
    metadata: ClassVar[sa.MetaData] = METADATA

    deadline_id: UUID = Field(index=True)
    audience: str
    action: str


class PersonRow(SQLModel, table=True):
    """A member of staff: reference, roles, the address of their function, absence, deputy. No name."""

    __tablename__: ClassVar[str] = "person"
    metadata: ClassVar[sa.MetaData] = METADATA

    person_ref: UUID = Field(primary_key=True)
    organisation: str = Field(index=True)
    roles: list[str] = Field(sa_type=_TEXTS)
    email: str
    away_from: datetime | None = Field(default=None, sa_type=_MOMENT)
    away_to: datetime | None = Field(default=None, sa_type=_MOMENT)
    deputy_ref: UUID | None = Field(default=None, index=True)
    duty_order: int


class WorkItemRow(SQLModel, table=True):
    """One deadline of any service (`domain/work.py`), and who has seen it."""

    __tablename__: ClassVar[str] = "work_item"
    metadata: ClassVar[sa.MetaData] = METADATA

    deadline_id: UUID = Field(primary_key=True)
    service: str
    aggregate_kind: str
    aggregate_id: UUID
    kind: str
    sequence: int = Field(sa_type=sa.BigInteger)
    state: str
    opening: int | None = None
    owner_role: str | None = None
    owner_organisation: str | None = None
    owner_person: UUID | None = None
    opened_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    due_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    reason: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    paragraph: str | None = None
    sourced: bool
    late: bool
    reminded_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    escalated_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    missed_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    closed_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    seen_at: datetime | None = Field(default=None, sa_type=_MOMENT)
    seen_by: UUID | None = None
    taken_by: UUID | None = None
    taken_at: datetime | None = Field(default=None, sa_type=_MOMENT)


ASSIGNMENT = sa.Table(
    "assignment",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("deadline_id", sa.Uuid, nullable=False, index=True),
    sa.Column("organisation", sa.Text, nullable=False),
    # Null: given back to the unit.
    sa.Column("person", sa.Uuid),
    sa.Column("by_person", sa.Uuid, nullable=False),
    sa.Column("at", MOMENT, nullable=False),
)
"""Who gave which item to whom, and when; never changed."""

SAVED_VIEW = sa.Table(
    "saved_view",
    METADATA,
    sa.Column("person", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("query", sa.Text, nullable=False),
)
"""Views of the list that a person has named; `query` has filter codes alone."""

SOURCE = sa.Table(
    "source",
    METADATA,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("current_at", MOMENT, nullable=False),
)
"""When (wall time) every fact of a service that Kafka had was last known to be taken in."""

SIGHT = sa.Table(
    "sight",
    METADATA,
    sa.Column("aggregate_id", sa.Uuid, nullable=False),
    sa.Column("organisation", sa.Text, nullable=False),
    # One person of the organisation; null: everybody in it.
    sa.Column("person", sa.Uuid),
    # Whose sight it is; what waits for another role does not rest on it.
    sa.Column("roles", _TEXTS, nullable=False),
    sa.Column("sees", sa.Boolean, nullable=False),
    # Of the fact that said so last.
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.UniqueConstraint(
        "aggregate_id", "organisation", "person", name="uq_sight_of", postgresql_nulls_not_distinct=True
    ),
)
"""Whose sight of a record has ended, or has come back; who never lost it is not in here."""


class CounterRow(SQLModel, table=True):
    """How often something happened in a month, nationally."""

    __tablename__: ClassVar[str] = "counter"
    metadata: ClassVar[sa.MetaData] = METADATA

    month: date = Field(primary_key=True)
    code: str = Field(primary_key=True)
    count: int = Field(sa_type=sa.BigInteger)
