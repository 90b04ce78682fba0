"""Tables of the schema `assessment`."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from shared.persistence.drafts import Drafts, drafts_table
from shared.persistence.spine import MOMENT, NAMING, spine_tables
from shared.persistence.store import AggregateRow

METADATA = sa.MetaData(schema="assessment", naming_convention=NAMING)
SPINE = spine_tables(METADATA)
DRAFTS = Drafts(drafts_table(METADATA))


class CaseRow(AggregateRow, table=True):
    """A case's state; `body` is the fold of its facts. One record a concern, so that a concern arrives once."""

    __tablename__: ClassVar[str] = "case_record"
    metadata: ClassVar[sa.MetaData] = METADATA

    concern_id: UUID = Field(unique=True)
    authority: str | None = None
    """Organisation that the recommendation was sent to; of its caseworkers the one who is named sees the case."""
    caseworker_ref: UUID | None = Field(default=None, index=True)
    arrived_at: datetime = Field(sa_type=MOMENT)


class InsightRow(AggregateRow, table=True):
    """A request's state. A case may have several, one after the other or at once."""

    __tablename__: ClassVar[str] = "insight_request"
    metadata: ClassVar[sa.MetaData] = METADATA

    case_id: UUID = Field(index=True)
    received_at: datetime = Field(sa_type=MOMENT)


class UnderretningRow(AggregateRow, table=True):
    """An underretning's state. One for a concern at most."""

    __tablename__: ClassVar[str] = "underretning"
    metadata: ClassVar[sa.MetaData] = METADATA

    concern_id: UUID | None = Field(default=None, unique=True)
    case_id: UUID | None = Field(default=None, index=True)
    received_at: datetime = Field(sa_type=MOMENT)
