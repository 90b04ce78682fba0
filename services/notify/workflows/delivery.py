"""The story of a delivery: told when the office is open, passed on when nobody answers, dropped when the work is done.

It decides nothing: whoever is told may do as they find right, and the deadline itself runs on in its own service.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from services.notify.domain.deadlines import SEND_NOW, SILENCE
    from services.notify.domain.delivery import Stage
    from shared.contracts.lifecycle import StepAction
    from shared.durable.clocks import PATIENT, STEP_ATTEMPT, STEP_WITHIN
    from shared.durable.snapshot import ClockView, Ended, Reference, Snapshot
    from shared.durable.story import Story

SEND_MAIL_ACTIVITY = "send_mail"
PASS_ON = "pass_on"  # noqa: S105  # an activity, no password

MAIL_ATTEMPT = timedelta(minutes=2)
"""One attempt: a few short transactions and one message."""

MAIL_ROUND = timedelta(days=1)
"""How long one round of attempts goes on; then the next begins. A message is never given up because the server is away."""

MAIL_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=["Invalid", "Forbidden", "NotFound", "Conflict", "Poison"],
)

REST = timedelta(minutes=10)
"""Between two rounds, and after a refusal that no retry would mend."""


@workflow.defn
class DeliveryWorkflow(Story):
    """Keeps one message until somebody has seen it or the work is done."""

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:
        """Tell the story."""
        while not self.ended:
            match self.stage:
                case Stage.PLANNED:
                    await self._clocks.keep_while(self._before_its_time)
                    await self._deliver()
                case Stage.SENT | Stage.HANDED_TO_DEPUTY:
                    await self._clocks.keep_while(self._may_still_answer)
                    await self._pass_on()
                case _:
                    await self.keep()  # the leader knows; a person sees it, or the work is done
        return await self.ending()

    def _before_its_time(self) -> bool:
        """Say whether the office is still closed: the clock's reminder is the moment at which it opens."""
        clock = self._clock(SEND_NOW.kind)
        waits = clock is not None and clock.next_action is StepAction.REMIND
        return waits and self.stage == Stage.PLANNED and not self.ended

    def _may_still_answer(self) -> bool:
        """Say whether whoever was told has time left, or nobody could hear after them."""
        clock = self._clock(SILENCE.kind)
        silent = clock is not None and clock.next_step_at is None
        return self.stage in (Stage.SENT, Stage.HANDED_TO_DEPUTY) and not self.ended and not silent

    async def _deliver(self) -> None:
        """Send while the clock runs on; an answer or a settled deadline ends the attempt."""
        if self.stage != Stage.PLANNED or self.ended:
            return
        sending = asyncio.create_task(self._send())
        try:
            await self.keep(SEND_NOW)
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, ActivityError):
                await sending

    async def _send(self) -> None:
        while self.stage == Stage.PLANNED and not self.ended:
            try:
                after: Snapshot = await workflow.execute_activity(
                    SEND_MAIL_ACTIVITY,
                    self._reference(),
                    result_type=Snapshot,
                    start_to_close_timeout=MAIL_ATTEMPT,
                    schedule_to_close_timeout=MAIL_ROUND,
                    retry_policy=MAIL_RETRIES,
                    summary="mail",
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                workflow.logger.warning("mail_not_sent_in_a_round")
                await workflow.sleep(REST)
                continue
            self._clocks.adopt(after)

    async def _pass_on(self) -> None:
        """Tell the next one; with nobody left, wait until a person answers or the work is done."""
        stage = self.stage
        if stage not in (Stage.SENT, Stage.HANDED_TO_DEPUTY) or self.ended:
            return
        try:
            after: Snapshot = await workflow.execute_activity(
                PASS_ON,
                self._reference(),
                result_type=Snapshot,
                start_to_close_timeout=STEP_ATTEMPT,
                schedule_to_close_timeout=STEP_WITHIN,
                retry_policy=PATIENT,
                summary="silence",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("silence_not_passed_on")
            await workflow.sleep(REST)
            return
        self._clocks.adopt(after)
        if self.stage == stage:
            await self.keep(SILENCE)

    def _clock(self, kind: str) -> ClockView | None:
        return next((clock for clock in self.snapshot.clocks if clock.kind == kind), None)

    def _reference(self) -> Reference:
        snapshot = self.snapshot
        return Reference(
            aggregate_kind=snapshot.aggregate_kind, aggregate_id=snapshot.aggregate_id, opening=snapshot.opening
        )
