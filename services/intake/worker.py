"""The worker process of intake: `python -m services.intake.worker`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.intake import repository
from services.intake.consumers import insights, receipts, subscriptions
from services.intake.domain.concern import Stage
from services.intake.receipts import ReceiptMetrics, Receipts
from services.intake.tables import DRAFTS, SPINE
from services.intake.workflows.concern import ConcernWorkflow
from shared.hosting.worker import ServiceParts, Told, WorkerParts, serve
from shared.mail import SmtpMailer
from shared.persistence.pruning import Pruning

TERMINAL = frozenset({Stage.ADVISED_CLOSED, Stage.ROUTED, Stage.MERGED})
"""Stages that a concern can rest in for good; clocks that are open keep its workflow alive all the same."""


def assemble(parts: WorkerParts) -> ServiceParts:
    """Return what intake adds to a worker."""
    store = repository.concern_store(parts.vault)
    settings = parts.settings
    sending = Receipts(
        parts.work,
        parts.vault,
        SmtpMailer(settings.smtp_host, settings.smtp_port),
        settings.mail_from,
        ReceiptMetrics(parts.metrics.registry),
    )
    return ServiceParts(
        told=[Told(store, ConcernWorkflow, TERMINAL)],
        subscriptions=(*subscriptions(store), receipts(store, sending), insights(store, parts.vault)),
        background=(Pruning(parts.work, DRAFTS.table),),
    )


if __name__ == "__main__":
    serve("intake", SPINE, assemble)
