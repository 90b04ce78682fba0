"""The activities that every service has: take a step of a clock, and look for clocks that nobody keeps.

An activity gives a command to its own service; it never publishes and never decides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from shared.contracts.lifecycle import StepAction
from shared.durable.clocks import TAKE_STEP
from shared.durable.snapshot import Snapshot, TakeStep
from shared.errors import StaleVersion, TovholderError

TakeStepHandler = Callable[[str, UUID, UUID, StepAction], Awaitable[None]]
"""(aggregate kind, aggregate id, deadline id, action): the command by SYSTEM, in a transaction of its own."""

Look = Callable[[str, UUID], Awaitable[Snapshot | None]]
"""(aggregate kind, aggregate id): what Postgres says now, or None if the aggregate is gone."""


class StepActivities:
    """`take_step` over the service's own handler; the answer is what Postgres says afterwards."""

    def __init__(self, take_step: TakeStepHandler, look: Look) -> None:
        self._take_step = take_step
        self._look = look

    @activity.defn(name=TAKE_STEP)
    async def take_step(self, step: TakeStep) -> Snapshot:
        """Take one step, once however often it is tried; return the snapshot after it.

        A step that is still pending afterwards was asked for before its time (the clocks of two machines differ):
        tried again.
        """
        try:
            await self._take_step(step.aggregate_kind, step.aggregate_id, step.deadline_id, step.action)
            after = await self._look(step.aggregate_kind, step.aggregate_id)
        except TovholderError as error:
            raise as_failure(error) from None
        if after is None:
            raise ApplicationError("aggregate_gone", type="NotFound", non_retryable=True)
        if _still_pending(step, after):
            raise ApplicationError("step_not_due", type="NotDue")
        return after

    @property
    def all(self) -> list[Callable[..., Any]]:
        """Return the activities for `build_worker`."""
        return [self.take_step]


def as_failure(error: TovholderError) -> ApplicationError:
    """Return the failure for one of our errors: its code and class only, since a history is read by many.

    Tried again are what is transient and what lost a race; anything else would be refused again.
    """
    again = error.retry or isinstance(error, StaleVersion)
    return ApplicationError(error.code, type=type(error).__name__, non_retryable=not again)


def _still_pending(step: TakeStep, after: Snapshot) -> bool:
    return any(clock.deadline_id == step.deadline_id and clock.next_step_at == step.step_at for clock in after.clocks)
