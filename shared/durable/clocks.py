"""The clocks of one aggregate, kept by its workflow: sleep until the next step, take it, sleep on.

A durable object like the samples' updatable timer: a new snapshot moves, adds or removes clocks at any time.
Deterministic: it reads time from the workflow and iterates tuples only. A step is a command by SYSTEM, which reminds
and escalates and never decides; what it led to comes back in the activity's answer, and as a signal too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

from shared.durable.snapshot import ClockView, Snapshot, TakeStep

TAKE_STEP = "take_step"
"""The activity that every service has (`shared.durable.activities`)."""

STEP_ATTEMPT = timedelta(seconds=30)
"""One attempt to take a step: a short transaction in Postgres."""

STEP_WITHIN = timedelta(days=1)
"""How long a step is tried while Postgres is away."""

STEP_REST = timedelta(hours=1)
"""How long a step that could not be taken rests before it is tried anew; a new snapshot ends the rest."""

PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=["Invalid", "Forbidden", "NotFound", "Conflict", "Poison"],
)
"""For activities that give a command: bounded by `schedule_to_close`, not by a number of attempts."""


class Clocks:
    """The latest snapshot of an aggregate, and the steps of its open clocks."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._changes = 0
        self._resting: dict[UUID, datetime] = {}

    def now(self) -> datetime:
        """Return domain time: the workflow's time and the offset that came with the snapshot."""
        return workflow.now() + self.snapshot.offset

    def adopt(self, snapshot: Snapshot) -> None:
        """Take in a snapshot; an older or repeated one changes nothing."""
        joined = self.snapshot.joined(snapshot)
        if joined != self.snapshot:
            self.snapshot = joined
            self._changes += 1
            self._resting.clear()

    async def keep_while(self, here: Callable[[], bool]) -> None:
        """Take the steps that fall due, in order, until `here` no longer holds; a long history is continued as new."""
        while here():
            if workflow.info().is_continue_as_new_suggested():
                await self._continue_as_new()
            clock, moment = self._next()
            if clock is None or moment is None:
                await self._change(None, "no step pending")
            elif moment > self.now():
                await self._change(moment - self.now(), f"{clock.next_action} of {clock.kind}")
            else:
                await self._take(clock)

    def _next(self) -> tuple[ClockView | None, datetime | None]:
        """Return the clock whose step comes first, and when (domain time)."""
        pending = [
            (self._moment(clock), str(clock.deadline_id), clock) for clock in self.snapshot.clocks if clock.next_step_at
        ]
        if not pending:
            return None, None
        moment, _, clock = min(pending, key=lambda item: item[:2])
        return clock, moment

    def _moment(self, clock: ClockView) -> datetime:
        assert clock.next_step_at is not None
        return max(clock.next_step_at, self._resting.get(clock.deadline_id, clock.next_step_at))

    async def _change(self, patience: timedelta | None, summary: str) -> None:
        """Wait for a new snapshot, for at most `patience`, or until the history is long enough to begin anew."""
        seen = self._changes
        info = workflow.info()
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._changes != seen or info.is_continue_as_new_suggested(),
                timeout=patience,
                timeout_summary=summary,
            )

    async def _take(self, clock: ClockView) -> None:
        """Take the step that is due; one that cannot be taken rests, and the other clocks go on."""
        assert clock.next_step_at is not None
        assert clock.next_action is not None
        step = TakeStep(
            aggregate_kind=self.snapshot.aggregate_kind,
            aggregate_id=self.snapshot.aggregate_id,
            deadline_id=clock.deadline_id,
            action=clock.next_action,
            step_at=clock.next_step_at,
        )
        try:
            after: Snapshot = await workflow.execute_activity(
                TAKE_STEP,
                step,
                result_type=Snapshot,
                start_to_close_timeout=STEP_ATTEMPT,
                schedule_to_close_timeout=STEP_WITHIN,
                retry_policy=PATIENT,
                summary=f"{clock.next_action} of {clock.kind}",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            # A step that cannot be taken must not end the workflow: the other clocks of the aggregate would go with it.
            workflow.logger.warning("step_given_up", extra={"deadline_id": str(clock.deadline_id)})
            workflow.metric_meter().create_counter("tovholder_steps_given_up", "Steps that could not be taken").add(1)
            self._resting[clock.deadline_id] = self.now() + STEP_REST
            return
        self.adopt(after)

    async def _continue_as_new(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self.snapshot)
