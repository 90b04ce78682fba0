"""The SQL of interventions and loans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.corps.access import INTERVENTION_POLICY, LOAN_POLICY, intervention_changes, loan_changes
from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.intervention_table import INTERVENTION
from services.corps.domain.loan import Loan
from services.corps.domain.loan_table import LOAN
from services.corps.tables import SPINE, InterventionRow, LoanRow
from shared.persistence.store import Leaves, Store
from shared.persistence.work import Transaction

OUT = frozenset({Stage.ENDED, Stage.STOPPED})


InterventionStore = Store[Intervention]
LoanStore = Store[Loan]


def intervention_store(leaves: Leaves | None) -> InterventionStore:
    """Return the store of interventions; `leaves` is the vault, or None in a process that gives no leave."""
    return Store(
        INTERVENTION,
        InterventionRow,
        SPINE,
        INTERVENTION_POLICY,
        columns=_intervention_columns,
        access=intervention_changes,
        leaves=leaves,
    )


def loan_store(leaves: Leaves | None) -> LoanStore:
    """Return the store of loans."""
    return Store(LOAN, LoanRow, SPINE, LOAN_POLICY, columns=_loan_columns, access=loan_changes, leaves=leaves)


async def family(tx: Transaction, case_id: UUID, *, lock: bool = False) -> list[Intervention]:
    """Return every intervention of a case, in the order of their ids; for matching and for SYSTEM, never for a page."""
    table: sa.Table = InterventionRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    query = sa.select(table.c.body).where(table.c.case_id == case_id).order_by(table.c.id)
    rows = await tx.session.execute(query.with_for_update() if lock else query)
    return [Intervention.model_validate(body) for body in rows.scalars()]


async def exists(tx: Transaction, intervention_id: UUID) -> bool:
    """Say whether there is such an intervention."""
    table: sa.Table = InterventionRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    query = sa.select(sa.exists().where(table.c.id == intervention_id))
    return bool((await tx.session.execute(query)).scalar_one())


async def waiting(tx: Transaction) -> list[Intervention]:
    """Return the interventions that seek a member and have chosen none."""
    table: sa.Table = InterventionRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    query = sa.select(table.c.body).where(table.c.stage == Stage.MATCHING, table.c.member_ref.is_(None))
    rows = await tx.session.execute(query.order_by(table.c.requested_at))
    return [Intervention.model_validate(body) for body in rows.scalars()]


def _intervention_columns(state: Intervention) -> dict[str, Any]:
    engaged = state.member is not None and not state.member.gone and state.stage not in OUT
    return {
        "case_id": state.case_id,
        "municipality": state.municipality,
        "intervention_kind": state.requirements.kind,
        "member_ref": state.member.member_ref if state.member and engaged else None,
        "authority": state.authority,
        "caseworker_ref": state.caseworker_ref,
        "desk_asked": state.clock("broker") is not None,
        "requested_at": state.requested_at,
    }


def _loan_columns(loan: Loan) -> dict[str, Any]:
    names = ("intervention_id", "lender", "borrower", "member_ref", "starts_on", "ends_on")
    return {name: getattr(loan, name) for name in names}
