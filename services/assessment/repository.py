"""The SQL of assessment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.assessment.access import (
    CASE_POLICY,
    INSIGHT_POLICY,
    NAMING_POLICY,
    UNDERRETNING_POLICY,
    case_changes,
    insight_changes,
    underretning_changes,
)
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.case_table import CASE
from services.assessment.domain.insight import UNANSWERED, InsightRequest
from services.assessment.domain.insight_table import INSIGHT
from services.assessment.domain.underretning import Underretning
from services.assessment.domain.underretning_table import UNDERRETNING
from services.assessment.tables import SPINE, CaseRow, InsightRow, UnderretningRow
from shared.persistence.store import Leaves, Store
from shared.persistence.work import Transaction

CaseStore = Store[Case]
UnderretningStore = Store[Underretning]
InsightStore = Store[InsightRequest]


def case_store(leaves: Leaves | None) -> CaseStore:
    """Return the store of cases; `leaves` is the vault, or None in a process that gives no leave."""
    return Store(CASE, CaseRow, SPINE, CASE_POLICY, columns=_case_columns, access=case_changes, leaves=leaves)


def naming_store(leaves: Leaves | None) -> CaseStore:
    """Return the store of cases as who names a caseworker has them: what is shown of one is for the caller to hold to the stub."""
    return Store(CASE, CaseRow, SPINE, NAMING_POLICY, columns=_case_columns, access=case_changes, leaves=leaves)


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


def insight_store(leaves: Leaves | None) -> InsightStore:
    """Return the store of requests for insight; `leaves` is the vault, or None in a process that gives no leave."""
    return Store(
        INSIGHT, InsightRow, SPINE, INSIGHT_POLICY, columns=_insight_columns, access=insight_changes, leaves=leaves
    )


def _insight_columns(insight: InsightRequest) -> dict[str, Any]:
    return {"case_id": insight.case_id, "received_at": insight.received_at}


def _case_columns(case: Case) -> dict[str, Any]:
    return {
        "concern_id": case.concern_id,
        "authority": case.recommendation.addressed_to if case.recommendation else None,
        # With the police alone, and once it is closed, the case is nobody's to work on at the authority (R5, T08).
        "caseworker_ref": None if case.stage in (Stage.POLICE_ONLY, Stage.CLOSED) else case.caseworker_ref,
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


async def case_of_organisation(tx: Transaction, store: CaseStore, case_id: UUID) -> Case | None:
    """Return a case in which the actor's organisation takes part now, or None; a broken glass is no part in it (R7).

    For the one who answers a request for insight and has no part in the case's work (R21): the DPO asks for the
    organisation. What is shown of it is for the caller to hold to the request. The row is held until the transaction ends:
    leave that is given here comes before a take-over by the police, which takes it back, or not at all (T08).
    """
    query = (
        sa.select(store.table.c.body)
        .where(store.table.c.id == case_id, store.takes_part(tx.actor, tx.now, visits=False))
        .with_for_update(read=True, of=store.table)
    )
    body = (await tx.session.execute(query)).scalar_one_or_none()
    return None if body is None else Case.model_validate(body)


async def insight_is_open(tx: Transaction, case_id: UUID) -> bool:
    """Say whether a request for insight into this case waits for its answer: then nothing of it is erased (R19)."""
    table: sa.Table = InsightRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    waiting = sa.exists().where(table.c.case_id == case_id, table.c.stage.in_(UNANSWERED))
    return bool((await tx.session.execute(sa.select(waiting))).scalar_one())


async def facts_of_case(tx: Transaction, case_id: UUID) -> list[dict[str, Any]]:
    """Return the type and the body of each fact of a case, in order; what the actor's organisation has no part in is not there."""
    table = SPINE.facts
    query = sa.select(table.c.type, table.c.body).where(table.c.aggregate_id == case_id).order_by(table.c.sequence)
    return [dict(row) for row in (await tx.session.execute(query)).mappings().all()]
