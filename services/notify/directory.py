"""The SQL of the staff directory: who has which role where, who is away, who stands in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.roster import Ladder, Person, in_duty_order
from services.notify.tables import PersonRow
from shared.errors import Invalid, NotFound
from shared.lifecycle.actor import Role
from shared.persistence.work import MAY_MISS, Transaction

_PERSON: sa.Table = PersonRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models

_PUT_STAFF = sa.text("select identity.put_staff(cast(:people as jsonb))")
_DROP_STAFF = sa.text("select identity.drop_staff(:people)").bindparams(
    sa.bindparam("people", type_=sa.ARRAY(sa.Uuid()))
)

CENTRE = "centre:national"
"""Whose operators mend a roster that names nobody."""

ROWS_AT_ONCE = 1_000
"""Postgres takes 32,767 parameters in a statement; a person has eight."""


async def put_people(tx: Transaction, people: Sequence[dict[str, Any]]) -> None:
    """Insert or replace people by reference; their absence stays as they told it themselves.

    Who loses a role, or changes organisation, is not admitted any more with the token that says otherwise. Who stands in for
    somebody whom they leave behind so, does so no more. Raises `Invalid` (`deputy_elsewhere`) for a deputy who is not of the same
    organisation: what waits for one organisation is not shown to another (R5); and (`deputy_without_role`) for one who has none of
    the roles of whom they stand in for.
    """
    for start in range(0, len(people), ROWS_AT_ONCE):
        await _revoke_losers(tx, people[start : start + ROWS_AT_ONCE])
        statement = insert(_PERSON).values(list(people[start : start + ROWS_AT_ONCE]))
        kept = ("person_ref", "away_from", "away_to")
        changed = {
            column.name: statement.excluded[column.name] for column in _PERSON.columns if column.name not in kept
        }
        await tx.session.execute(statement.on_conflict_do_update(index_elements=["person_ref"], set_=changed))
        await _tell(tx, people[start : start + ROWS_AT_ONCE])
    await _require_deputies(tx, [one["person_ref"] for one in people])


async def take_off_others(tx: Transaction, people: Sequence[dict[str, Any]]) -> int:
    """Take whoever is not among `people` off the directory of their organisations, tokens included; return how many."""
    places = {one["organisation"] for one in people}
    left_out = sa.delete(_PERSON).where(
        _PERSON.c.organisation.in_(places), _PERSON.c.person_ref.not_in([one["person_ref"] for one in people])
    )
    gone = (await tx.session.execute(left_out.returning(_PERSON.c.person_ref).execution_options(**MAY_MISS))).scalars()
    removed = sorted(gone.all())
    for person_ref in removed:
        await revoke(tx, person_ref)
    if removed:
        await tx.session.execute(_DROP_STAFF, {"people": removed})
        await _without_deputy(tx, _PERSON.c.deputy_ref.in_(removed))
    return len(removed)


async def _tell(tx: Transaction, people: Sequence[dict[str, Any]]) -> None:
    """Keep what other services may know of these people: where they work, in which roles (`shared.identity.staff`)."""
    kept = [
        {"person": str(one["person_ref"]), "organisation": one["organisation"], "roles": [str(r) for r in one["roles"]]}
        for one in people
    ]
    await tx.session.execute(_PUT_STAFF, {"people": json.dumps(kept)})


async def _require_deputies(tx: Transaction, refs: Sequence[UUID]) -> None:
    """Refuse who has none to stand in for them; who stood in for somebody and can no longer, does so no more."""
    deputy = _PERSON.alias("deputy")
    same = sa.exists().where(
        deputy.c.person_ref == _PERSON.c.deputy_ref, deputy.c.organisation == _PERSON.c.organisation
    )
    able = sa.exists().where(deputy.c.person_ref == _PERSON.c.deputy_ref, deputy.c.roles.overlap(_PERSON.c.roles))
    apart = sa.and_(_PERSON.c.deputy_ref.is_not(None), sa.not_(same))
    unable = sa.and_(_PERSON.c.deputy_ref.is_not(None), sa.not_(able))
    if await _any_of(tx, apart, refs):
        raise Invalid(
            "deputy_elsewhere",
            "a deputy is somebody of the same organisation who is in the directory, or in the same list",
            field="people.deputy_ref",
            rule="domain.md R5",
            remedy="Name a colleague as deputy, or none.",
        )
    if await _any_of(tx, unable, refs):
        raise Invalid(
            "deputy_without_role",
            "a deputy has at least one of the roles of whom they stand in for: else they see and do nothing of the work",
            field="people.deputy_ref",
            rule="domain.md 3.1, R6",
            remedy="Name a colleague with the role, give them the role, or name none: then the others on duty and the leader hear of it.",
        )
    await _without_deputy(tx, sa.and_(sa.or_(apart, unable), _PERSON.c.deputy_ref.in_(refs)))


async def _any_of(tx: Transaction, wrong: sa.ColumnElement[bool], refs: Sequence[UUID]) -> bool:
    query = sa.select(sa.func.count()).where(wrong, _PERSON.c.person_ref.in_(refs))
    return bool((await tx.session.execute(query)).scalar_one())


async def _without_deputy(tx: Transaction, which: sa.ColumnElement[bool]) -> None:
    change = sa.update(_PERSON).where(which).values(deputy_ref=None)
    await tx.session.execute(change.execution_options(**MAY_MISS))


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


async def places(tx: Transaction) -> Sequence[tuple[str, int]]:
    """Return every organisation in the directory that the actor sees, and how many people it has there."""
    query = sa.select(_PERSON.c.organisation, sa.func.count()).group_by(_PERSON.c.organisation)
    rows = await tx.session.execute(query.order_by(_PERSON.c.organisation))
    return [(place, count) for place, count in rows]


async def ladder(
    tx: Transaction, role: str, organisation: str, only: UUID | None = None, without: AbstractSet[UUID] = frozenset()
) -> Ladder:
    """Return everybody who can be told of what is due by this role at this organisation, or by this one person (`only`).

    Not those in `without`, who see the record no more. A deputy is of the same organisation.
    """
    colleagues = [one for one in await people_of(tx, organisation) if one.person_ref not in without]
    on_duty = in_duty_order(one for one in colleagues if role in one.roles and (only is None or one.person_ref == only))
    leaders = [] if role == Role.LEADER else in_duty_order(one for one in colleagues if Role.LEADER in one.roles)
    operators: list[Person] = []
    if not on_duty and not leaders:
        operators = [one for one in await people_of(tx, CENTRE) if Role.OPERATOR in one.roles]
    by_ref = {one.person_ref: one for one in colleagues}
    refs = [one.deputy_ref for one in (*on_duty, *leaders) if one.deputy_ref]
    deputies = {ref: by_ref[ref] for ref in refs if ref in by_ref}
    return Ladder(on_duty, leaders, operators, deputies)


def _person(row: sa.RowMapping) -> Person:
    return Person(**{**row, "roles": tuple(row["roles"])})
