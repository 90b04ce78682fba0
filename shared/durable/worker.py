"""The Temporal worker of a service, and the replayer that must agree with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from shared.durable.sweep import ReconcileWorkflow
from shared.errors import TovholderError

DRAIN = timedelta(seconds=20)
"""How long running activities may finish after SIGTERM."""

CACHED_WORKFLOWS = 50
"""Workflows kept in memory between their tasks, 100 to 200 KB each. They sleep for days: one that is evicted is replayed when it wakes,
which takes some 12 ms, for histories are short. More than these are at work at once in a burst alone."""

BUILD_ID = f"tovholder-{version('tovholder')}"
"""Without one the SDK hashes the code of every loaded module at start, which takes seconds."""


def build_worker(
    client: Client,
    service: str,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
    *,
    concurrent_activities: int = 10,
    drain: timedelta = DRAIN,
) -> Worker:
    """Return the worker of a service; its task queue is the service's name.

    `concurrent_activities` should not be more than the database pool has connections.
    """
    return Worker(
        client,
        task_queue=service,
        build_id=BUILD_ID,
        workflows=[*workflows, ReconcileWorkflow],
        activities=activities,
        workflow_runner=sandbox(service),
        max_cached_workflows=CACHED_WORKFLOWS,
        max_concurrent_activities=concurrent_activities,
        graceful_shutdown_timeout=drain,
        workflow_failure_exception_types=[TovholderError],
    )


def build_replayer(workflows: Sequence[type], converter: DataConverter, service: str = "none") -> Replayer:
    """Return a replayer with the worker's own options, so that what replays here runs there."""
    return Replayer(
        workflows=[*workflows, ReconcileWorkflow],
        data_converter=converter,
        interceptors=[TracingInterceptor()],
        workflow_runner=sandbox(service),
        workflow_failure_exception_types=[TovholderError],
    )


def sandbox(service: str) -> SandboxedWorkflowRunner:
    """Return the sandbox of workflows. Our pure modules pass through: importing them anew per workflow is slow.

    What passes is not guarded, so a test holds that no model there makes a time or an id by itself.
    """
    passed = SandboxRestrictions.default.with_passthrough_modules(
        "shared", f"services.{service}.domain", "holidays", "dateutil"
    )
    return SandboxedWorkflowRunner(restrictions=passed)
