"""The SQL of the list of members: a page of those whom the actor may see, most free places first, and how many fit."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from services.corps.access import MEMBER_POLICY
from services.corps.domain.member_commands import Member
from services.corps.members import member_of
from services.corps.registering import of_the_desk
from services.corps.tables import HoldRow, MemberRow
from shared.errors import Invalid
from shared.persistence.counting import MANY, at_most
from shared.persistence.work import Transaction
from shared.policy.sights import Tie
from shared.reference.calendar import local

_MEMBER: sa.Table = MemberRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
_HOLD: sa.Table = HoldRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models

ROWS: Final = 50
SKILLED: Final = (
    "exists(@.skills[*] ? (@.competence == $competence && (@.valid_until == null || @.valid_until >= $day)))"
)
SPEAKS: Final = "exists(@.languages.keyvalue() ? (@.key == $language))"
HERE: Final = "!exists(@.leave[*] ? (@.from_day <= $day && @.to_day >= $day))"
"""Conditions of a path in a profile. Days are texts in it, which are in the order of the days."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is asked for: a competence that is valid today, a language, a free place and no leave; from where on."""

    competence: str = ""
    language: str = ""
    free: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Roll:
    """A page: members, where the next one goes on, how many fit and how many there are, both as `counting.at_most` counts."""

    members: Sequence[Member]
    next: str
    fitting: int
    total: int


async def page(tx: Transaction, sought: Sought) -> Roll:
    """Return a page. Raises `Invalid` (`cursor_invalid`)."""
    held, seen = _held(tx), _seen(tx)
    places = sa.func.greatest(_MEMBER.c.capacity_max - sa.func.coalesce(held.c.places, 0), 0)
    among = _MEMBER.outerjoin(held, held.c.member_ref == _MEMBER.c.member_ref)
    wanted = _fits(sought, places, local(tx.now).date().isoformat())
    fits = sa.select(_MEMBER, (-places).label("full")).select_from(among).where(seen, *wanted).cte("fits")
    order = (fits.c.full, fits.c.municipality, fits.c.member_ref)
    query = sa.select(fits)
    if wanted:
        # Counted here: what fits is then looked at once, for each look reads the whole profile of each member.
        query = query.add_columns(sa.select(sa.func.count()).select_from(fits).scalar_subquery().label("fitting"))
    if sought.after:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, _read(sought.after))))
    async with of_the_desk(tx) as sighted:
        rows = (await sighted.session.execute(query.order_by(*order).limit(ROWS + 1))).mappings().all()
        total = await at_most(sighted, sa.select(_MEMBER.c.member_ref).where(seen))
        if not wanted:
            fitting = total
        elif rows:
            fitting = min(rows[0]["fitting"], MANY + 1)
        else:  # none behind the cursor any more, or none at all
            fitting = await at_most(sighted, sa.select(fits.c.member_ref))
    more = _written(rows[ROWS - 1]) if len(rows) > ROWS else ""
    return Roll([member_of(row) for row in rows[:ROWS]], more, fitting, total)


def _seen(tx: Transaction) -> sa.ColumnElement[bool]:
    """Return the condition that the actor may see a member's record (`registering.may_see`)."""
    kind, _, code = tx.actor.organisation.partition(":")
    tied: dict[Tie, sa.ColumnElement[bool]] = {
        Tie.OWNS: _MEMBER.c.municipality == code if kind == "kommune" else sa.false(),
        Tie.ENGAGED: _MEMBER.c.member_ref == tx.actor.person_ref,
        Tie.NATIONAL: sa.true(),
    }
    return sa.or_(sa.false(), *(tied[tie] for tie in sorted(MEMBER_POLICY.ties_of(tx.actor))))


def _held(tx: Transaction) -> sa.Subquery:
    """Return how many places of each member are taken now (`Hold.counts`)."""
    now = sa.or_(_HOLD.c.until.is_(None), _HOLD.c.until > tx.now)
    query = sa.select(_HOLD.c.member_ref, sa.func.count().label("places")).where(_HOLD.c.released_at.is_(None), now)
    return query.group_by(_HOLD.c.member_ref).subquery("held")


def _fits(sought: Sought, places: sa.ColumnElement[int], day: str) -> list[sa.ColumnElement[bool]]:
    asked = {SKILLED: sought.competence, SPEAKS: sought.language, HERE: sought.free}
    path = " && ".join(condition for condition, value in asked.items() if value)
    if not path:
        return []
    values = {"competence": sought.competence, "language": sought.language, "day": day}
    found: sa.ColumnElement[bool] = sa.func.jsonb_path_exists(
        _MEMBER.c.profile, sa.cast(f"$ ? ({path})", JSONPATH), sa.cast(values, JSONB), type_=sa.Boolean
    )
    return [places > 0, found] if sought.free else [found]


def _written(row: Any) -> str:
    """Return the cursor that goes on after a row."""
    return base64.urlsafe_b64encode(
        json.dumps([row["full"], row["municipality"], str(row["member_ref"])]).encode()
    ).decode()


def _read(cursor: str) -> tuple[int, str, UUID]:
    try:
        full, municipality, member = json.loads(base64.urlsafe_b64decode(cursor))
        if type(full) is not int or not isinstance(municipality, str) or abs(full) > 2**31 - 1:
            raise ValueError("not as it was written")
        return full, municipality, UUID(member)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Invalid("cursor_invalid", "the cursor is not one of ours", field="after") from None
