"""Tables of the schema `corps`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.persistence.spine import MOMENT, NAMING, spine_tables
from shared.persistence.store import AggregateRow

METADATA = sa.MetaData(schema="corps", naming_convention=NAMING)
SPINE = spine_tables(METADATA)


class InterventionRow(AggregateRow, table=True):
    """An intervention's state. `member_ref` is the member who sees it now; none once she is out."""

    __tablename__: ClassVar[str] = "intervention"
    metadata: ClassVar[sa.MetaData] = METADATA

    case_id: UUID = Field(index=True)
    municipality: str
    intervention_kind: str
    member_ref: UUID | None = Field(default=None, index=True)
    desk_asked: bool = False
    authority: str | None = None
    """Organisation that decided on the measure; of its caseworkers the one who is named on the case sees the intervention."""
    caseworker_ref: UUID | None = Field(default=None, index=True)
    requested_at: datetime = Field(sa_type=MOMENT)


class LoanRow(AggregateRow, table=True):
    """A loan's state."""

    __tablename__: ClassVar[str] = "loan"
    metadata: ClassVar[sa.MetaData] = METADATA

    intervention_id: UUID = Field(index=True)
    lender: str
    borrower: str
    member_ref: UUID = Field(index=True)
    starts_on: date
    ends_on: date


class MemberRow(SQLModel, table=True):
    """A corps member. `taken` and `hours_taken` are the sums of her unreleased holds; the checks are the last wall."""

    __tablename__: ClassVar[str] = "member"
    metadata: ClassVar[sa.MetaData] = METADATA
    __table_args__ = (
        sa.CheckConstraint("taken >= 0 and taken <= capacity_max", name="capacity"),
        sa.CheckConstraint("hours_taken >= 0 and hours_taken <= hours_per_week", name="hours"),
    )

    member_ref: UUID = Field(primary_key=True)
    municipality: str = Field(index=True)
    profile: dict[str, Any] = Field(sa_type=JSONB)
    capacity_max: int
    hours_per_week: int
    taken: int = 0
    hours_taken: int = 0
    last_supervision_at: date | None = None
    version: int = 1
    registered_at: datetime = Field(sa_type=MOMENT)


class HoldRow(SQLModel, table=True):
    """One place of a member, held for one intervention; an intervention has one open hold at most."""

    __tablename__: ClassVar[str] = "hold"
    metadata: ClassVar[sa.MetaData] = METADATA
    __table_args__ = (
        sa.CheckConstraint("kind in ('RESERVED', 'ACTIVE')", name="kind"),
        sa.Index("ix_hold_open", "member_ref", postgresql_where=sa.text("released_at is null")),
        sa.Index("uq_hold_open", "intervention_id", unique=True, postgresql_where=sa.text("released_at is null")),
        sa.Index("ix_hold_since", "member_ref", "since"),
    )

    id: UUID = Field(primary_key=True)
    member_ref: UUID = Field(foreign_key="corps.member.member_ref")
    intervention_id: UUID
    kind: str
    hours: int
    since: datetime = Field(sa_type=MOMENT)
    until: datetime | None = Field(default=None, sa_type=MOMENT)
    released_at: datetime | None = Field(default=None, sa_type=MOMENT)


class CorpsMunicipalityRow(SQLModel, table=True):
    """A municipality that keeps members of the corps, from a day on (`domain.md` 3.8)."""

    __tablename__: ClassVar[str] = "corps_municipality"
    metadata: ClassVar[sa.MetaData] = METADATA

    municipality: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
