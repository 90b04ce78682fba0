"""Tables of the schema `intake`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from shared.persistence.drafts import Drafts, drafts_table
from shared.persistence.spine import MOMENT, NAMING, spine_tables
from shared.persistence.store import AggregateRow

METADATA = sa.MetaData(schema="intake", naming_convention=NAMING)
SPINE = spine_tables(METADATA)
DRAFTS = Drafts(drafts_table(METADATA), lasts=timedelta(hours=24))
"""Calls that are not sent yet. Untouched for so long, a call is over, and its writer has had a shift to send it."""

CALL = "call"
"""The form that a draft here is of; its unit becomes the concern with the same id."""


class ConcernRow(AggregateRow, table=True):
    """A concern's state; `body` is the fold of its facts."""

    __tablename__: ClassVar[str] = "concern"
    metadata: ClassVar[sa.MetaData] = METADATA

    channel: str
    municipality: str | None = None
    received_at: datetime = Field(sa_type=MOMENT, index=True)


class ReferenceCodeRow(SQLModel, table=True):
    """What a reporter without a name comes back with, as a slow hash alone (`services.intake.codes`)."""

    __tablename__: ClassVar[str] = "reference_code"
    metadata: ClassVar[sa.MetaData] = METADATA

    digest: bytes = Field(sa_column=sa.Column(sa.LargeBinary, primary_key=True))
    concern_id: UUID = Field(foreign_key="intake.concern.id", unique=True)


class HelpOfferRow(SQLModel, table=True):
    """Local help that can be pointed out during a call (`domain.md` 3.14). No municipality means that it is national."""

    __tablename__: ClassVar[str] = "help_offer"
    metadata: ClassVar[sa.MetaData] = METADATA

    id: UUID = Field(primary_key=True)
    municipality: str | None = Field(default=None, index=True)
    kind: str
    name: str
    contact: str
    languages: list[str] = Field(sa_type=ARRAY(sa.Text))
    valid_from: date
    valid_to: date | None = None
    checked_on: date


class PostalCodeRow(SQLModel, table=True):
    """A postal code in a municipality, from a list that was imported; a code can have several."""

    __tablename__: ClassVar[str] = "postal_code"
    metadata: ClassVar[sa.MetaData] = METADATA

    code: str = Field(primary_key=True)
    municipality: str = Field(primary_key=True)
    name: str
