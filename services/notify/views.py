"""The SQL of saved views: a name of a person's own for a state of the list. Nobody else sees them, not even SYSTEM."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.notify.tables import SAVED_VIEW
from shared.errors import Invalid
from shared.persistence.work import MAY_MISS, Transaction
from shared.vault.scan import check_text

LONGEST_NAME = 40
MOST = 20
"""Views that a person may have."""


async def mine(tx: Transaction) -> Sequence[sa.RowMapping]:
    """Return the actor's views by name."""
    query = sa.select(SAVED_VIEW.c.name, SAVED_VIEW.c.query).where(SAVED_VIEW.c.person == tx.actor.person_ref)
    return (await tx.session.execute(query.order_by(SAVED_VIEW.c.name))).mappings().all()


async def save(tx: Transaction, name: str, query: str) -> None:
    """Save a view under a name; the same name again replaces it. Raises `Invalid`, of which `TextTooLong` and `CprInText` are kinds."""
    name = " ".join(name.split())
    if not name:
        raise Invalid("view_needs_name", "a view has a name", field="name", remedy="Write one to forty characters.")
    check_text("name", name, limit=LONGEST_NAME)
    if not query:
        raise Invalid("view_is_all", "this is the whole list, which needs no view", remedy="Choose a filter first.")
    held = await mine(tx)
    if len(held) >= MOST and name not in {row["name"] for row in held}:
        raise Invalid("views_full", f"a person has {MOST} views at most", remedy="Delete one first.")
    statement = insert(SAVED_VIEW).values(person=tx.actor.person_ref, name=name, query=query)
    await tx.session.execute(
        statement.on_conflict_do_update(index_elements=["person", "name"], set_={"query": statement.excluded.query})
    )


async def drop(tx: Transaction, name: str) -> None:
    """Delete a view; one that is gone already is no error."""
    gone = sa.delete(SAVED_VIEW).where(SAVED_VIEW.c.person == tx.actor.person_ref, SAVED_VIEW.c.name == name)
    await tx.session.execute(gone.execution_options(**MAY_MISS))
