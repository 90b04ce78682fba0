"""Who opened the texts of a unit, as the database shows it to an organisation (`audit.openings`, `domain.md` 4.3 R8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

_OPENINGS: Final = sa.text(
    "select o.* from unnest(:units) as u (unit) cross join lateral audit.openings(u.unit) as o"
    " where o.id > :after order by o.id limit :limit"
).bindparams(sa.bindparam("units", type_=ARRAY(sa.Uuid())))


async def openings(session: AsyncSession, units: Sequence[UUID], *, after: int = 0, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` openings of the units whose ids are above `after`, in the order of their ids.

    The database shows what the people of the organisation that the transaction acts for opened, and all openings of a unit that
    this organisation takes part in now.
    """
    values = {"units": list(dict.fromkeys(units)), "after": after, "limit": limit}
    rows = (await session.execute(_OPENINGS, values)).mappings().all()
    return [dict(row) for row in rows]
