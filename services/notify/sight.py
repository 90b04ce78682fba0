"""The SQL of sight: whose sight of a record has ended, and the condition that a work item is still theirs to see (R5).

Every surface asks the same: the list, its counts, an item's page, its deliveries, whoever is told by mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.work import Source
from services.notify.tables import SIGHT, WorkItemRow
from shared.contracts.lifecycle import SightChanged
from shared.persistence.work import MAY_MISS, Transaction

_WORK: sa.Table = WorkItemRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models


@dataclass(frozen=True, slots=True)
class Gone:
    """Whose sight of a record has ended: everybody's there (`all`), or that of `people`."""

    all: bool
    people: frozenset[UUID]


async def note(tx: Transaction, fact: SightChanged, source: Source) -> None:
    """Keep what the latest fact says of this organisation or person; an older one changes nothing."""
    statement = insert(SIGHT).values(
        aggregate_id=source.aggregate_id,
        organisation=fact.of_organisation,
        person=fact.of_person,
        roles=list(fact.of_roles),
        sees=fact.sees,
        sequence=source.sequence,
    )
    latest = {name: statement.excluded[name] for name in ("roles", "sees", "sequence")}
    upsert = statement.on_conflict_do_update(
        constraint="uq_sight_of", set_=latest, where=SIGHT.c.sequence < statement.excluded.sequence
    )
    await tx.session.execute(upsert.execution_options(**MAY_MISS))


async def gone(tx: Transaction, aggregate: UUID, organisation: str, role: str) -> Gone:
    """Return whose sight has ended among those of this role at this organisation."""
    query = sa.select(SIGHT.c.person).where(
        SIGHT.c.aggregate_id == aggregate,
        SIGHT.c.organisation == organisation,
        sa.not_(SIGHT.c.sees),
        sa.literal(role) == sa.any_(SIGHT.c.roles),
    )
    found = (await tx.session.execute(query)).scalars().all()
    return Gone(None in found, frozenset(person for person in found if person is not None))


def in_sight(*people: UUID) -> sa.ColumnElement[bool]:
    """Return the condition that the record behind an item is in sight of its owner's organisation, and of all these people."""
    whose = sa.or_(SIGHT.c.person.is_(None), SIGHT.c.person.in_(people)) if people else SIGHT.c.person.is_(None)
    # It names no column of the item, so that Postgres works it out once a statement and not once a row.
    ended = sa.select(SIGHT.c.aggregate_id, SIGHT.c.organisation, sa.func.unnest(SIGHT.c.roles))
    of_item = sa.tuple_(_WORK.c.aggregate_id, _WORK.c.owner_organisation, _WORK.c.owner_role)
    return of_item.not_in(ended.where(sa.not_(SIGHT.c.sees), whose))
