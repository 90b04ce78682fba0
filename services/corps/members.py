"""The SQL of members, of what is held of them, and of corps municipalities.

A member's row is locked before anything is held of her, so two coordinators in the same second are one after the other.
Locks are taken in the order intervention, loan, member.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.corps.domain.member import Hold, HoldKind, Ledger, MemberProfile
from services.corps.domain.member_commands import Member
from services.corps.tables import CorpsMunicipalityRow, HoldRow, MemberRow
from shared.errors import NotFound
from shared.persistence.work import Transaction
from shared.reference.calendar import local

_MEMBER: sa.Table = MemberRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
_HOLD: sa.Table = HoldRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
_HOST: sa.Table = CorpsMunicipalityRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models

LOAD_DAYS = 90
"""Matches of so many days count as a member's load (p2)."""


async def find(tx: Transaction, member_ref: UUID, *, lock: bool = False) -> Member | None:
    """Return a member, or None."""
    query = sa.select(_MEMBER).where(_MEMBER.c.member_ref == member_ref)
    row = (await tx.session.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return member_of(row) if row else None


async def require(tx: Transaction, member_ref: UUID, *, lock: bool = False) -> Member:
    """Return a member. Raises `NotFound` (`member_not_found`)."""
    member = await find(tx, member_ref, lock=lock)
    if member is None:
        raise NotFound("member_not_found", "there is no such member of the corps", field="member_ref")
    return member


async def all_members(tx: Transaction) -> list[Member]:
    """Return the members whom the transaction sees, in order of employer and reference; SYSTEM sees all."""
    query = sa.select(_MEMBER).order_by(_MEMBER.c.municipality, _MEMBER.c.member_ref)
    return [member_of(row) for row in (await tx.session.execute(query)).mappings()]


async def put(tx: Transaction, profile: MemberProfile, version: int) -> None:
    """Insert or replace a member; `version` is the one that she has afterwards."""
    values = {
        "municipality": profile.municipality,
        "profile": profile.model_dump(mode="json"),
        "capacity_max": profile.capacity_max,
        "hours_per_week": profile.hours_per_week,
        "version": version,
    }
    fresh = {"member_ref": profile.member_ref, "taken": 0, "hours_taken": 0, "registered_at": tx.now}
    statement = insert(_MEMBER).values(**values, **fresh)
    await tx.session.execute(statement.on_conflict_do_update(index_elements=["member_ref"], set_=values))


async def supervised(tx: Transaction, member_ref: UUID, on: date) -> None:
    """Record the day of a member's latest supervision; an earlier day changes nothing."""
    last = sa.func.greatest(_MEMBER.c.last_supervision_at, sa.literal(on))
    await tx.session.execute(
        sa.update(_MEMBER).where(_MEMBER.c.member_ref == member_ref).values(last_supervision_at=last)
    )


async def lock_ledger(tx: Transaction, member_ref: UUID) -> Ledger:
    """Lock a member and return what is held of her. Raises `NotFound`."""
    member = await require(tx, member_ref, lock=True)
    held = await open_holds(tx, [member_ref])
    return Ledger(member.profile.capacity_max, member.profile.hours_per_week, held.get(member_ref, ()))


async def open_holds(tx: Transaction, members: Sequence[UUID] | None = None) -> Mapping[UUID, tuple[Hold, ...]]:
    """Return the unreleased holds by member."""
    query = sa.select(_HOLD).where(_HOLD.c.released_at.is_(None))
    if members is not None:
        query = query.where(_HOLD.c.member_ref.in_(members))
    found: dict[UUID, tuple[Hold, ...]] = {}
    for row in (await tx.session.execute(query)).mappings():
        found[row["member_ref"]] = (*found.get(row["member_ref"], ()), _hold(row))
    return found


async def write_ledger(tx: Transaction, member_ref: UUID, before: Ledger, after: Ledger) -> None:
    """Write what changed in a locked member's ledger: releases first, for an intervention has one open hold."""
    known = {hold.id: hold for hold in before.holds}
    changed = [hold for hold in after.holds if known.get(hold.id) != hold]
    for hold in sorted(changed, key=lambda hold: hold.released_at is None):
        values = {"kind": hold.kind.value, "until": hold.until, "released_at": hold.released_at}
        if hold.id in known:
            await tx.session.execute(sa.update(_HOLD).where(_HOLD.c.id == hold.id).values(**values))
            continue
        fixed = {
            "id": hold.id,
            "member_ref": member_ref,
            "intervention_id": hold.intervention_id,
            "hours": hold.hours,
            "since": hold.since,
        }
        await tx.session.execute(sa.insert(_HOLD).values(**fixed, **values))
    left = [hold for hold in after.holds if hold.released_at is None]
    counted = {"taken": len(left), "hours_taken": sum(hold.hours for hold in left)}
    await tx.session.execute(sa.update(_MEMBER).where(_MEMBER.c.member_ref == member_ref).values(**counted))


async def loads(tx: Transaction) -> Mapping[UUID, int]:
    """Return how many matches each member began in the last `LOAD_DAYS` days."""
    since = tx.now - timedelta(days=LOAD_DAYS)
    query = sa.select(_HOLD.c.member_ref, sa.func.count().label("begun")).where(
        _HOLD.c.kind == HoldKind.ACTIVE, _HOLD.c.since >= since
    )
    rows = await tx.session.execute(query.group_by(_HOLD.c.member_ref))
    return {row.member_ref: row.begun for row in rows}


async def hosts(tx: Transaction) -> frozenset[str]:
    """Return the municipalities that are corps municipalities today."""
    today = local(tx.now).date()
    query = sa.select(_HOST.c.municipality).where(
        _HOST.c.valid_from <= today, sa.or_(_HOST.c.valid_to.is_(None), _HOST.c.valid_to >= today)
    )
    return frozenset((await tx.session.execute(query)).scalars())


async def all_hosts(tx: Transaction) -> Sequence[Mapping[str, Any]]:
    """Return every corps municipality with its days."""
    query = sa.select(_HOST).order_by(_HOST.c.municipality, _HOST.c.valid_from)
    return [dict(row) for row in (await tx.session.execute(query)).mappings()]


async def put_hosts(tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert or replace corps municipalities."""
    statement = insert(_HOST).values([dict(row) for row in rows])
    await tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["municipality", "valid_from"], set_={"valid_to": statement.excluded.valid_to}
        )
    )


def member_of(row: Mapping[Any, Any]) -> Member:
    """Return the member that a row of the table is."""
    profile = MemberProfile.model_validate(row["profile"])
    return Member(
        id=profile.member_ref,
        stage="REGISTERED",
        version=row["version"],
        organisation=profile.organisation,
        profile=profile,
        taken=row["taken"],
        hours_taken=row["hours_taken"],
        last_supervision_at=row["last_supervision_at"],
    )


def _hold(row: Mapping[Any, Any]) -> Hold:
    return Hold(
        id=row["id"],
        intervention_id=row["intervention_id"],
        kind=HoldKind(row["kind"]),
        hours=row["hours"],
        since=row["since"],
        until=row["until"],
        released_at=row["released_at"],
    )
