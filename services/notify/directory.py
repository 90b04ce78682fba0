"""The SQL of the staff directory: who has which role where, who is away, who stands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.roster import Ladder, Person, in_duty_order
from services.notify.tables import PersonRow
from shared.errors import NotFound
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction

_PERSON: sa.Table = PersonRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models

CENTRE = "centre:national"
"""Whose operators mend a roster that names nobody."""

ROWS_AT_ONCE = 1_000
"""Postgres takes 32,767 parameters in a statement; a person has eight."""


async def put_people(tx: Transaction, people: Sequence[dict[str, Any]]) -> None:
    """Insert or replace people by reference; their absence stays as they told it themselves.

    Who loses a role, or changes organisation, is not admitted any more with the token that says otherwise.
    """
    for start in range(0, len(people), ROWS_AT_ONCE):
        await _revoke_losers(tx, people[start : start + ROWS_AT_ONCE])
        statement = insert(_PERSON).values(list(people[start : start + ROWS_AT_ONCE]))
        kept = ("person_ref", "away_from", "away_to")
        changed = {
            column.name: statement.excluded[column.name] for column in _PERSON.columns if column.name not in kept
        }
        await tx.session.execute(statement.on_conflict_do_update(index_elements=["person_ref"], set_=changed))


async def _revoke_losers(tx: Transaction, people: Sequence[dict[str, Any]]) -> None:
    given = {one["person_ref"]: one for one in people}
    query = sa.select(_PERSON.c.person_ref, _PERSON.c.organisation, _PERSON.c.roles)
    known = await tx.session.execute(query.where(_PERSON.c.person_ref.in_(list(given))))
    for row in known:
        wanted = given[row.person_ref]
        if row.organisation != wanted["organisation"] or set(row.roles) - {str(role) for role in wanted["roles"]}:
            await revoke(tx, row.person_ref)


async def revoke(tx: Transaction, person_ref: UUID) -> None:
    """Let the tokens that a person has count no more, in every service, from the next request on."""
    await tx.session.execute(sa.text("select identity.revoke(:person)"), {"person": person_ref})


async def set_absence(tx: Transaction, person: UUID, away_from: datetime, away_to: datetime) -> None:
    """Note when a person is away; replaces what was noted before. Raises `NotFound` if nobody has the reference."""
    change = sa.update(_PERSON).where(_PERSON.c.person_ref == person).values(away_from=away_from, away_to=away_to)
    done = await tx.session.execute(change.returning(_PERSON.c.person_ref))
    if done.scalar_one_or_none() is None:
        raise NotFound("person_not_found", "there is nobody with this reference in the directory")


async def person(tx: Transaction, person_ref: UUID) -> Person | None:
    """Return one person, or None."""
    found = (await tx.session.execute(sa.select(_PERSON).where(_PERSON.c.person_ref == person_ref))).mappings()
    row = found.one_or_none()
    return None if row is None else _person(row)


async def people_of(tx: Transaction, organisation: str) -> list[Person]:
    """Return the people of an organisation in the order of duty."""
    query = sa.select(_PERSON).where(_PERSON.c.organisation == organisation)
    return in_duty_order(_person(row) for row in (await tx.session.execute(query)).mappings())


async def ladder(tx: Transaction, role: str, organisation: str, only: UUID | None = None) -> Ladder:
    """Return everybody who can be told of what is due by this role at this organisation, or by this one person (`only`)."""
    colleagues = await people_of(tx, organisation)
    on_duty = in_duty_order(one for one in colleagues if role in one.roles and (only is None or one.person_ref == only))
    leaders = [] if role == Role.LEADER else in_duty_order(one for one in colleagues if Role.LEADER in one.roles)
    operators: list[Person] = []
    if not on_duty and not leaders:
        operators = [one for one in await people_of(tx, CENTRE) if Role.OPERATOR in one.roles]
    deputies = await _by_ref(tx, [one.deputy_ref for one in (*on_duty, *leaders) if one.deputy_ref])
    return Ladder(on_duty, leaders, operators, deputies)


async def _by_ref(tx: Transaction, refs: Iterable[UUID]) -> dict[UUID, Person]:
    query = sa.select(_PERSON).where(_PERSON.c.person_ref.in_(list(refs)))
    return {row["person_ref"]: _person(row) for row in (await tx.session.execute(query)).mappings()}


def _person(row: sa.RowMapping) -> Person:
    return Person(**{**row, "roles": tuple(row["roles"])})
