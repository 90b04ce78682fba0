"""Every open clock has a workflow: compare Postgres with Temporal and start what is missing.

Postgres is the truth. Lose Temporal's database, and one pass brings every clock back; each thing it does may be done
twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from shared.durable.activities import as_failure
from shared.durable.signals import Nudged, nudge, reaching_server, tell
from shared.durable.snapshot import Snapshot, WorkflowId
from shared.durable.snapshots import Snapshots
from shared.durable.sweep import EVERY, RECONCILE, Reconciled, ReconcileWorkflow
from shared.errors import TovholderError, Transient

log = structlog.get_logger()

REFUSED = "refused"
"""The workflow server will not take this aggregate as it is; no repeat will help."""

AT_ONCE = 20
"""Calls to the workflow server in flight."""

LATE = timedelta(minutes=2)
"""A step that is so much overdue is told to its workflow again (domain time)."""


class Reconciler:
    """One pass over the aggregates of a service."""

    def __init__(self, client: Client, service: str, snapshots: Snapshots) -> None:
        self._client = client
        self._service = service
        self._snapshots = snapshots
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def run(self, told: Callable[[], None] = lambda: None) -> Reconciled:
        """Start what is missing, tell what is late, end what is astray; `told` is called after each page.

        Raises `Transient` when Postgres or the workflow server does not answer.
        """
        running = await self._running()
        expected: set[str] = set()
        counts = Reconciled()
        async for page in self._snapshots.alive():
            expected.update(snapshot.workflow_id for snapshot in page)
            answers = await self._page(page, running)
            counts = counts.model_copy(
                update={
                    "aggregates": counts.aggregates + len(page),
                    "started": counts.started + answers.count("started"),
                    "late": counts.late + answers.count("late"),
                    "refused": counts.refused + answers.count(REFUSED),
                }
            )
            told()
        strays = await self._end_strays(sorted(running - expected) if running else [])
        return counts.model_copy(update={"strays": strays})

    async def _page(self, page: list[Snapshot], running: set[str] | None) -> list[str]:
        now = self._snapshots.now()
        answers = await asyncio.gather(*(self._one(snapshot, running, now) for snapshot in page))
        answered = zip(page, answers, strict=True)
        await self._snapshots.mark_seen([each.aggregate_id for each, answer in answered if answer != REFUSED])
        return answers

    async def _one(self, snapshot: Snapshot, running: set[str] | None, now: datetime) -> str:
        async with self._limit:
            runs = await self._runs(snapshot.workflow_id) if running is None else snapshot.workflow_id in running
            late = _late(snapshot, now)
            if runs and not late:
                return "kept"
            # Not merely signalled: between the list and now it may have ended, and its clocks are open in Postgres.
            try:
                answer = await nudge(self._client, self._service, self._snapshots.kept, snapshot, again=True)
            except RPCError as error:
                # The server refuses this one and would refuse it again: the clocks of all others must not wait for it.
                log.warning("reconcile_refused", workflow_id=snapshot.workflow_id, status=error.status.name)
                return REFUSED
            assert answer is Nudged.TOLD
            return "late" if runs else "started"

    async def _running(self) -> set[str] | None:
        """Return the ids of this service's running workflows, or None from a server that cannot list."""
        query = f"TaskQueue = '{self._service}' AND ExecutionStatus = 'Running'"
        try:
            with reaching_server(RPCStatusCode.UNIMPLEMENTED):
                return {found.id async for found in self._client.list_workflows(query, page_size=1000)}
        except RPCError:
            return None

    async def _runs(self, workflow_id: str) -> bool:
        try:
            with reaching_server(RPCStatusCode.NOT_FOUND):
                described = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError:
            return False
        return described.status is WorkflowExecutionStatus.RUNNING

    async def _end_strays(self, ids: Iterable[str]) -> int:
        """Tell workflows whose aggregate is not alive in that opening what Postgres says, so that they end."""
        ended = 0
        for running_id in ids:
            parts = WorkflowId.parse(running_id)
            if parts is None or parts.kind not in self._snapshots.kept:
                continue
            snapshot = await self._snapshots.of(parts.kind, parts.aggregate_id)
            if snapshot is None:
                snapshot = _gone(parts)
            if snapshot.ended or snapshot.opening > parts.opening:
                ended += await tell(self._client, running_id, snapshot)
        return ended


class ReconcileActivities:
    """The pass as an activity."""

    def __init__(self, reconciler: Reconciler) -> None:
        self._reconciler = reconciler

    @activity.defn(name=RECONCILE)
    async def reconcile(self) -> Reconciled:
        """Run one pass; heartbeats after each page."""
        try:
            found = await self._reconciler.run(told=activity.heartbeat)
        except TovholderError as error:
            raise as_failure(error) from None
        if found.refused:
            refusals = activity.metric_meter().create_counter(
                "tovholder_reconcile_refused", "Aggregates refused in a pass"
            )
            refusals.add(found.refused)
        return found

    @property
    def all(self) -> list[Callable[..., Any]]:
        """Return the activities for `build_worker`."""
        return [self.reconcile]


async def reconcile_now(client: Client, service: str) -> Reconciled:
    """Ask the service's worker for a pass and wait for it: `tovholder reconcile SERVICE`.

    Raises `Transient` (`reconcile_failed`) if no worker carried it out within five minutes.
    """
    run_id = f"reconcile-{service}-{uuid4()}"
    try:
        with reaching_server():
            return await client.execute_workflow(
                ReconcileWorkflow.run, id=run_id, task_queue=service, execution_timeout=EVERY
            )
    except WorkflowFailureError as error:
        raise Transient(
            "reconcile_failed",
            f"the worker of {service} did not finish in time",
            remedy=f"Look at `tovholder logs {service}`: its worker, Postgres or Temporal may be down.",
        ) from error


def _late(snapshot: Snapshot, now: datetime) -> bool:
    return any(clock.next_step_at is not None and clock.next_step_at < now - LATE for clock in snapshot.clocks)


def _gone(parts: WorkflowId) -> Snapshot:
    """Return what ends a workflow whose aggregate does not exist: newer than all it has seen, nothing to keep."""
    return Snapshot(
        aggregate_kind=parts.kind,
        aggregate_id=parts.aggregate_id,
        opening=parts.opening,
        stage="GONE",
        version=2**53,
        ended=True,
    )
