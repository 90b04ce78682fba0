"""Keeping the schedule `reconcile-<service>`: whoever loses Temporal's database loses its schedules too.

The worker looks every 30 s (wall time) whether the schedule is there, and makes it with a run at once. That is what
brings a lost database's clocks back without anybody noticing that it was lost.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.service import RPCError, RPCStatusCode

from shared.durable.sweep import EVERY, ReconcileWorkflow

LOOK_EVERY = timedelta(seconds=30)
"""How often the worker looks whether the schedule is there."""

log = structlog.get_logger()


def schedule_id(service: str) -> str:
    """Return the id of a service's schedule."""
    return f"reconcile-{service}"


async def ensure_schedule(client: Client, service: str, every: timedelta = EVERY) -> bool:
    """Make the schedule with a run at once if it is not there; return whether it was made."""
    try:
        await client.get_schedule_handle(schedule_id(service)).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    else:
        return False
    try:
        await client.create_schedule(schedule_id(service), _schedule(service, every), trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        return False
    return True


async def keep_schedule(
    client: Client, service: str, *, look_every: timedelta = LOOK_EVERY, every: timedelta = EVERY
) -> None:
    """Keep the schedule there until cancelled; a server that is away for long is waited for."""
    while True:
        try:
            if await ensure_schedule(client, service, every):
                log.info("reconcile_schedule_made", schedule=schedule_id(service))
        except (RPCError, RuntimeError) as error:
            # RuntimeError is what a lazy client raises that cannot connect. The next look comes soon enough.
            log.warning("reconcile_schedule_not_checked", schedule=schedule_id(service), error=type(error).__name__)
        await asyncio.sleep(look_every.total_seconds())


def _schedule(service: str, every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ReconcileWorkflow.run, id=schedule_id(service), task_queue=service, execution_timeout=every
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=every),
    )
