"""The workflow behind the schedule `reconcile-<service>`: one activity, tried until the next run would come anyway.

It takes no input: a schedule outlives keys, and an input sealed under a retired key would stop it.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from shared.durable.snapshot import Payload

RECONCILE = "reconcile"
"""The activity (`shared.durable.reconcile.ReconcileActivities`)."""

EVERY = timedelta(minutes=5)
"""How often clocks without a workflow are looked for (`architecture.md`, "Facts first")."""

ATTEMPT = timedelta(minutes=4)
"""One pass over all aggregates of a service."""

SILENT = timedelta(seconds=30)
"""A pass that has not told of a page for so long is dead."""


class Reconciled(Payload):
    """What one pass found and did."""

    aggregates: int = 0
    """Alive in Postgres: in no terminal stage, or with an open clock."""
    started: int = 0
    """Had no running workflow and got one."""
    late: int = 0
    """Had one whose step is overdue, and were told again."""
    strays: int = 0
    """Workflows whose aggregate is closed, reopened or gone; told, so that they end."""
    refused: int = 0
    """Aggregates that the workflow server would not take; the pass went on without them."""


@workflow.defn
class ReconcileWorkflow:
    """Looks once for clocks that nobody keeps."""

    @workflow.run
    async def run(self) -> Reconciled:
        """Run the pass; return what it found."""
        found: Reconciled = await workflow.execute_activity(
            RECONCILE,
            result_type=Reconciled,
            start_to_close_timeout=ATTEMPT,
            schedule_to_close_timeout=EVERY,
            heartbeat_timeout=SILENT,
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
            summary="clocks without a workflow",
        )
        return found
