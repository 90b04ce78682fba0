"""Counting that stops: beyond a thousand a page says "more than 1,000", and Postgres does not read the rest to say it."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from shared.persistence.work import Transaction

MANY: Final = 1_000
"""What a page counts up to."""


async def at_most(tx: Transaction, rows: sa.Select[Any]) -> int:
    """Return how many rows a query has; `MANY` and one if it has more than `MANY`."""
    counted = sa.select(sa.func.count()).select_from(rows.limit(MANY + 1).subquery())
    return int((await tx.session.execute(counted)).scalar_one())
