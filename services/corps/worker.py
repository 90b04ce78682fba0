"""The worker process of corps: `python -m services.corps.worker`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.corps.activities import StandingOrders
from services.corps.consumers import subscriptions
from services.corps.domain.intervention import Stage
from services.corps.domain.loan import Stage as LoanStage
from services.corps.handlers import corps
from services.corps.tables import SPINE
from services.corps.workflows.intervention import InterventionWorkflow
from services.corps.workflows.loan import LoanWorkflow
from shared.durable.snapshots import Kept, Snapshots
from shared.hosting.worker import ServiceParts, Told, WorkerParts, serve

INTERVENTION_OVER = frozenset({Stage.ENDED, Stage.STOPPED})
LOAN_OVER = frozenset({LoanStage.ENDED, LoanStage.CANCELLED})


def assemble(parts: WorkerParts) -> ServiceParts:
    """Return what corps adds to a worker."""
    work = corps(parts.vault, parts.vault)
    told = [
        Told(work.interventions.store, InterventionWorkflow, INTERVENTION_OVER),
        Told(work.loans.store, LoanWorkflow, LOAN_OVER),
    ]
    kept = [Kept(each.store.lifecycle.kind, each.store.table, each.terminal, each.workflow.__name__) for each in told]
    orders = StandingOrders(work, parts.work, Snapshots(parts.work, SPINE, kept))
    return ServiceParts(told=told, subscriptions=subscriptions(work), activities=orders.all)


if __name__ == "__main__":
    serve("corps", SPINE, assemble)
