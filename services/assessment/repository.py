"""The SQL of assessment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.assessment.access import CASE_POLICY, UNDERRETNING_POLICY, case_changes, underretning_changes
from services.assessment.domain.case import Case
from services.assessment.domain.case_table import CASE
from services.assessment.domain.underretning import Underretning
from services.assessment.domain.underretning_table import UNDERRETNING
from services.assessment.tables import SPINE, CaseRow, UnderretningRow
from shared.persistence.store import Leaves, Store
from shared.persistence.work import Transaction

CaseStore = Store[Case]
UnderretningStore = Store[Underretning]


def case_store(leaves: Leaves | None) -> CaseStore:
    """Return the store of cases; `leaves` is the vault, or None in a process that gives no leave."""
    return Store(CASE, CaseRow, SPINE, CASE_POLICY, columns=_case_columns, access=case_changes, leaves=leaves)


def underretning_store() -> UnderretningStore:
    """Return the store of underretninger. They hold no text, so the vault has no part in it."""
    return Store(
        UNDERRETNING,
        UnderretningRow,
        SPINE,
        UNDERRETNING_POLICY,
        columns=_underretning_columns,
        access=underretning_changes,
    )


def _case_columns(case: Case) -> dict[str, Any]:
    return {
        "concern_id": case.concern_id,
        "authority": case.recommendation.addressed_to if case.recommendation else None,
        "arrived_at": case.arrived_at,
    }


def _underretning_columns(underretning: Underretning) -> dict[str, Any]:
    return {
        "concern_id": underretning.concern_id,
        "case_id": underretning.case_id,
        "received_at": underretning.received_at,
    }


async def of_concern(tx: Transaction, store: Store[Any], concern_id: UUID) -> UUID | None:
    """Return the record that this concern made, or None."""
    query = sa.select(store.table.c.id).where(store.table.c.concern_id == concern_id)
    found: UUID | None = (await tx.session.execute(query)).scalar_one_or_none()
    return found


async def has_underretning(tx: Transaction, case: Case) -> bool:
    """Say whether an underretning runs, or ran, about the person of a case."""
    table: sa.Table = UnderretningRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    concerns = [each.concern_id for each in case.concerns]
    about = sa.or_(table.c.case_id == case.id, table.c.concern_id.in_(concerns))
    return bool((await tx.session.execute(sa.select(sa.exists().where(about)))).scalar_one())
