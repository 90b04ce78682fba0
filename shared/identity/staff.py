"""Colleagues by role: whom a form offers, so that nobody types a reference. References alone; the directory of staff keeps them.

The directory (notify) is who says who works where; it keeps this copy in its own transaction. A service reads the people of the asker's
own organisation and of no other.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

_COLLEAGUES: Final = sa.text("select identity.colleagues(:role)")


async def colleagues(session: AsyncSession, role: str) -> list[UUID]:
    """Return the people of the organisation whose transaction it is who have a role; none where nothing is known."""
    return list((await session.execute(_COLLEAGUES, {"role": role})).scalars())
