"""The SQL of intake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.intake.access import CONCERN_POLICY, changes
from services.intake.domain.concern import Concern, Stage
from services.intake.domain.table import CONCERN
from services.intake.tables import SPINE, ConcernRow, HelpOfferRow, ReferenceCodeRow
from shared.errors import Invalid
from shared.persistence.store import Leaves, Store
from shared.persistence.work import Transaction

_CODE: sa.Table = ReferenceCodeRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
_HELP: sa.Table = HelpOfferRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models


def concern_store(leaves: Leaves | None) -> Store[Concern]:
    """Return the store of concerns; `leaves` is the vault, or None in a process that gives no leave."""
    return Store(CONCERN, ConcernRow, SPINE, CONCERN_POLICY, columns=_columns, access=changes, leaves=leaves)


def _columns(concern: Concern) -> dict[str, Any]:
    return {
        "channel": concern.channel,
        "municipality": concern.subject_municipality,
        "received_at": concern.received_at,
    }


async def keep_code(tx: Transaction, digest: bytes, concern_id: UUID) -> None:
    """Keep the digest of the reference code of a concern."""
    await tx.session.execute(sa.insert(_CODE).values(digest=digest, concern_id=concern_id))


async def concern_under(system: Transaction, digest: bytes) -> UUID | None:
    """Return the concern to which a reference code belongs, in SYSTEM's hands: who has the code has no account."""
    query = sa.select(_CODE.c.concern_id).where(_CODE.c.digest == digest)
    found: UUID | None = (await system.session.execute(query)).scalar_one_or_none()
    return found


async def sent_on(tx: Transaction, store: Store[Concern], before: datetime | None, limit: int) -> list[Concern]:
    """Return concerns that the actor's desk took in and takes no part in any more, newest first.

    More than `limit` if several came in the very moment of the last one: a page ends between two moments, for the cursor is a
    moment and no reference.

    Read in SYSTEM's hands, for the wall hides them; what is shown of one is for the caller to cut down to a stub.
    """
    table = store.table
    query = sa.select(table.c.body).where(
        table.c.body["desk"].astext == tx.actor.organisation, sa.not_(store.takes_part(tx.actor, tx.now))
    )
    if before is not None:
        query = query.where(table.c.received_at < before)
    async with tx.as_system() as system:
        rows = await system.session.execute(query.order_by(table.c.received_at.desc()).fetch(limit, with_ties=True))
        return [Concern.model_validate(body) for body in rows.scalars()]


async def at_desk(tx: Transaction, store: Store[Concern], limit: int) -> list[Concern]:
    """Return concerns that the actor's own desk took in, and has neither sent on nor ended, newest first."""
    table = store.table
    query = sa.select(table.c.body).where(
        store.visible(tx),
        table.c.body["desk"].astext == tx.actor.organisation,
        table.c.stage.in_([str(Stage.RECEIVED), str(Stage.ACUTE)]),
    )
    rows = await tx.session.execute(query.order_by(table.c.received_at.desc()).limit(limit))
    return [Concern.model_validate(body) for body in rows.scalars()]


async def help_offers(tx: Transaction, municipality: str | None, on: date) -> Sequence[Any]:
    """Return the offers of a municipality and the national ones that are valid on a day, local first."""
    table = _HELP
    query = sa.select(table).where(
        sa.or_(table.c.municipality.is_(None), table.c.municipality == municipality),
        table.c.valid_from <= on,
        sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= on),
    )
    rows = await tx.session.execute(query.order_by(table.c.municipality.nulls_last(), table.c.kind, table.c.name))
    return rows.mappings().all()


async def require_offers(tx: Transaction, offers: Sequence[UUID]) -> None:
    """Raise `Invalid` (`help_offer_unknown`) unless every offer is in the directory and valid today."""
    table = _HELP
    today = tx.now.date()
    query = sa.select(sa.func.count()).where(
        table.c.id.in_(offers),
        table.c.valid_from <= today,
        sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= today),
    )
    if (await tx.session.execute(query)).scalar_one() != len(set(offers)):
        raise Invalid(
            "help_offer_unknown",
            "an offer is not in the help directory, or no longer valid",
            field="offers",
            rule="domain.md 3.14",
            remedy="Choose from GET /v1/help-offers.",
        )


async def put_help_offers(tx: Transaction, offers: Sequence[dict[str, Any]]) -> None:
    """Insert or replace offers of the help directory."""
    statement = insert(_HELP).values(list(offers))
    changed = {column.name: statement.excluded[column.name] for column in _HELP.columns if column.name != "id"}
    await tx.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))
