"""Colleagues by role: whom a form offers, so that nobody types a reference. References alone; the directory of staff keeps them.

The directory (notify) is who says who works where; it keeps this copy in its own transaction. A service reads the people of the asker's
own organisation and of no other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

_PUT: Final = sa.text("select identity.put_staff(cast(:people as jsonb))")
_DROP: Final = sa.text("select identity.drop_staff(:people)").bindparams(
    sa.bindparam("people", type_=sa.ARRAY(sa.Uuid()))
)
_COLLEAGUES: Final = sa.text("select identity.colleagues(:role)")


async def put(session: AsyncSession, people: Sequence[Mapping[str, Any]]) -> None:
    """Keep where these people work and in which roles; what was kept of them before is replaced. For the directory alone."""
    kept = [
        {
            "person": str(one["person_ref"]),
            "organisation": one["organisation"],
            "roles": [str(role) for role in one["roles"]],
        }
        for one in people
    ]
    await session.execute(_PUT, {"people": json.dumps(kept)})


async def drop(session: AsyncSession, people: Sequence[UUID]) -> None:
    """Forget people who are off the directory. For the directory alone."""
    if people:
        await session.execute(_DROP, {"people": list(people)})


async def colleagues(session: AsyncSession, role: str) -> list[UUID]:
    """Return the people of the organisation whose transaction it is who have a role; none where nothing is known."""
    return list((await session.execute(_COLLEAGUES, {"role": role})).scalars())
