"""The worker process of notify: `python -m services.notify.worker`."""

from __future__ import annotations

import shared.hosting.lean  # noqa: F401  # before anything imports structlog
from services.notify import repository
from services.notify.activities import DeliveryActivities
from services.notify.consumers import subscriptions
from services.notify.domain.delivery import TERMINAL
from services.notify.freshness import Freshness
from services.notify.handlers import Desk
from services.notify.mail import Letters
from services.notify.postman import MailMetrics, Postman
from services.notify.tables import SPINE
from services.notify.workflows.delivery import DeliveryWorkflow
from shared.audit.sealer import from_settings
from shared.durable.snapshots import Snapshots
from shared.hosting.worker import ServiceParts, Told, WorkerParts, kept_of, serve
from shared.mail import SmtpMailer

AT_REST: frozenset[str] = frozenset(TERMINAL)


def assemble(parts: WorkerParts) -> ServiceParts:
    """Return what notify adds to a worker."""
    settings = parts.settings
    store = repository.delivery_store()
    desk = Desk(store)
    postman = Postman(
        parts.work,
        desk,
        SmtpMailer(settings.smtp_host, settings.smtp_port),
        Letters(settings.mail_from, settings.console_url),
        MailMetrics(parts.metrics.registry),
    )
    told = Told(store, DeliveryWorkflow, AT_REST)
    activities = DeliveryActivities(postman, Snapshots(parts.work, SPINE, [kept_of(told)]))
    return ServiceParts(
        told=[told],
        subscriptions=subscriptions(desk),
        activities=activities.all,
        background=[
            *(sealer.run for sealer in from_settings(settings, parts.metrics.registry)),
            Freshness(parts.work, parts.metrics.registry).run,
        ],
    )


if __name__ == "__main__":
    serve("notify", SPINE, assemble)
