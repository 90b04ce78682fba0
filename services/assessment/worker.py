"""The worker process of assessment: `python -m services.assessment.worker`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.assessment import repository
from services.assessment.consumers import subscriptions
from services.assessment.domain import case, insight, underretning
from services.assessment.handlers import Cases, Underretninger
from services.assessment.settling import Settling
from services.assessment.subjects import Subjects
from services.assessment.tables import DRAFTS, SPINE
from services.assessment.workflows.case import CaseWorkflow
from services.assessment.workflows.insight import InsightWorkflow
from services.assessment.workflows.underretning import UnderretningWorkflow
from shared.hosting.worker import ServiceParts, Told, WorkerParts, serve
from shared.persistence.pruning import Pruning

CASE_RESTS = frozenset({case.Stage.MERGED, case.Stage.CLOSED})
"""Stages that a case can rest in for good; a reopened case has another workflow."""

UNDERRETNING_RESTS = frozenset({underretning.Stage.CLOSED})
INSIGHT_RESTS = frozenset({insight.Stage.DECIDED})


def assemble(parts: WorkerParts) -> ServiceParts:
    """Return what assessment adds to a worker."""
    cases = Cases(repository.case_store(parts.vault), parts.vault, Subjects(parts.vault))
    underretninger = Underretninger(repository.underretning_store(), cases.store)
    return ServiceParts(
        told=[
            Told(cases.store, CaseWorkflow, CASE_RESTS),
            Told(underretninger.store, UnderretningWorkflow, UNDERRETNING_RESTS),
            Told(repository.insight_store(parts.vault), InsightWorkflow, INSIGHT_RESTS),
        ],
        subscriptions=subscriptions(cases, underretninger),
        background=[
            Settling(parts.work, parts.vault.belongings, parts.metrics.registry).run,
            Pruning(parts.work, DRAFTS.table),
        ],
    )


if __name__ == "__main__":
    serve("assessment", SPINE, assemble)
