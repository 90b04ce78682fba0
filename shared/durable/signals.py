"""Telling a workflow what Postgres says now: the one way in, for the consumer, for `reconcile` and for the demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from shared.durable.snapshot import Snapshot, workflow_id
from shared.durable.snapshots import Kept
from shared.errors import Transient

MOVED = "moved"
"""The signal that every story has (`shared.durable.story`)."""


class Nudged(StrEnum):
    """What a nudge found."""

    TOLD = "TOLD"
    """The workflow runs and has the snapshot."""
    CLOSED = "CLOSED"
    """The workflow of this opening has ended; nothing was started."""


async def nudge(
    client: Client, service: str, kept: Mapping[str, Kept], snapshot: Snapshot, *, again: bool = False
) -> Nudged:
    """Tell the workflow of this opening; start it if it never ran. Telling it twice, or late, does no harm.

    A workflow that has ended stays ended, so that a late fact cannot open a closed case a second time. `again` starts
    it even so: only `reconcile` asks that, which has just read an open clock that nobody keeps. The workflow of the
    opening before is told too, so that it ends. Raises `Transient` (`workflow_server_unavailable`).
    """
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if again else WorkflowIDReusePolicy.REJECT_DUPLICATE
    if snapshot.opening > 1:
        await tell(client, workflow_id(snapshot.aggregate_kind, snapshot.aggregate_id, snapshot.opening - 1), snapshot)
    try:
        with reaching_server():
            await client.start_workflow(
                kept[snapshot.aggregate_kind].workflow,
                snapshot,
                id=snapshot.workflow_id,
                task_queue=service,
                start_signal=MOVED,
                start_signal_args=[snapshot],
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=reuse,
            )
    except WorkflowAlreadyStartedError:
        return Nudged.CLOSED
    return Nudged.TOLD


async def tell(client: Client, running_id: str, snapshot: Snapshot) -> bool:
    """Tell a workflow by its id if it runs; never start one. Returns whether it ran."""
    try:
        with reaching_server(RPCStatusCode.NOT_FOUND):
            await client.get_workflow_handle(running_id).signal(MOVED, snapshot)
    except RPCError:
        return False
    return True


@contextmanager
def reaching_server(*expected: RPCStatusCode) -> Iterator[None]:
    """Raise `Transient` (`workflow_server_unavailable`) for every answer but the expected ones.

    A missing namespace or a refused credential is transient too: it is the installation that must be mended, and the
    record that waits for it is not at fault. An argument that the server refuses will be refused again: it passes.
    """
    try:
        yield
    except RPCError as error:
        if error.status in (*expected, RPCStatusCode.INVALID_ARGUMENT):
            raise
        raise _unavailable(error.status.name) from error
    except RuntimeError as error:  # what a lazy client raises that cannot connect
        raise _unavailable("nothing") from error


def _unavailable(answer: str) -> Transient:
    return Transient("workflow_server_unavailable", f"the workflow server answered {answer}")
