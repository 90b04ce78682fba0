"""The SQL of taking: who of a unit has an item in hand. It moves no deadline, and reminders go to whoever is on duty as before.

Whoever has the role at the organisation may take what is the unit's, give it to a colleague of the same role, or give it back;
each step is a row that says who did it and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from services.notify import directory, sight
from services.notify.domain.roster import Person
from services.notify.repository import WorkQuery, my_work
from services.notify.tables import ASSIGNMENT, WorkItemRow
from shared.errors import Invalid
from shared.persistence.work import MAY_MISS, Transaction

_WORK: sa.Table = WorkItemRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
RULE = "domain.md 2.7"
MOST = 100
"""Items that are given at once at most: a page of the list."""


async def give(tx: Transaction, wanted: Mapping[UUID, UUID | None], to: UUID | None) -> int:
    """Give items to a colleague, to oneself, or back to the unit (None); return how many were given.

    `wanted` says of each item who had it when the actor looked: what somebody else has taken since is left to them, and so is what
    is not the unit's, or what the colleague has not the role for or sees no more. Raises `Invalid` (`colleague_unknown`) for somebody
    who is not in the directory of the actor's organisation.
    """
    colleague = None if to in (None, tx.actor.person_ref) else await _colleague(tx, to)
    given = 0
    for item in await _ours(tx, list(wanted)[:MOST]):
        if colleague is not None and not await _may_have(tx, item, colleague):
            continue
        given += await _give(tx, item["deadline_id"], wanted[item["deadline_id"]], to)
    return given


async def colleagues(tx: Transaction) -> Sequence[Person]:
    """Return who else is in the directory of the actor's organisation with one of the actor's roles, in the order of duty."""
    found = await directory.people_of(tx, tx.actor.organisation)
    return [one for one in found if one.person_ref != tx.actor.person_ref and set(one.roles) & tx.actor.roles]


async def _ours(tx: Transaction, deadlines: Sequence[UUID]) -> Sequence[sa.RowMapping]:
    query = WorkQuery(MOST, {}, because=("OWNER", "UNIT"), unit=True, only=tuple(deadlines))
    return [row for row in await my_work(tx, query) if row["owner_person"] is None]


async def _colleague(tx: Transaction, person: UUID | None) -> Person:
    found = next((one for one in await colleagues(tx) if one.person_ref == person), None)
    if found is None:
        raise Invalid(
            "colleague_unknown",
            "work is given to a colleague of the same organisation and role",
            field="to",
            rule=RULE,
            remedy="Choose somebody of the list.",
        )
    return found


async def _may_have(tx: Transaction, item: sa.RowMapping, colleague: Person) -> bool:
    role = item["owner_role"]
    if role not in colleague.roles:
        return False
    gone = await sight.gone(tx, item["aggregate_id"], item["owner_organisation"], role)
    return not gone.all and colleague.person_ref not in gone.people


async def _give(tx: Transaction, deadline: UUID, held_by: UUID | None, to: UUID | None) -> int:
    as_seen = _WORK.c.taken_by.is_not_distinct_from(held_by)
    change = sa.update(_WORK).where(_WORK.c.deadline_id == deadline, as_seen, _WORK.c.taken_by.is_distinct_from(to))
    values = {"taken_by": to, "taken_at": tx.now}
    done = await tx.session.execute(
        change.values(**values).returning(_WORK.c.owner_organisation).execution_options(**MAY_MISS)
    )
    organisation = done.scalar_one_or_none()
    if organisation is None:
        return 0
    row = {"deadline_id": deadline, "organisation": organisation, "person": to}
    await tx.session.execute(sa.insert(ASSIGNMENT).values(**row, by_person=tx.actor.person_ref, at=tx.now))
    return 1
