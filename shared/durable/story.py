"""The base of every aggregate's workflow, so that its `run()` reads as the story of its stages.

    @workflow.defn
    class CaseWorkflow(Story):
        lasting = (RETENTION,)

        @workflow.run
        async def run(self, start: Snapshot) -> Ended:
            while not self.ended:
                match self.stage:
                    case Stage.ROUTED:
                        await self.keep(OPEN_CASE)  # somebody must take the case
                    case Stage.OPENED:
                        await self.keep(FIRST_MEETING, CLOSE_WITHOUT_ACTION)
                    case _:
                        await self.keep()
            return await self.ending()

A story ends when nothing is left to keep, or when the aggregate was reopened and the next opening's workflow has its
clocks.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Protocol

from temporalio import workflow

from shared.durable.clocks import PATIENT, STEP_ATTEMPT, STEP_WITHIN, Clocks
from shared.durable.snapshot import Ended, Reference, Snapshot


class Named(Protocol):
    """A deadline by its kind: a `DeadlineRule`, or anything that has one."""

    @property
    def kind(self) -> str:
        """Return the kind of the deadline."""


class Story:
    """Holds the clocks of one opening of an aggregate; subclasses add `run`."""

    lasting: ClassVar[tuple[Named | str, ...]] = ()
    """Deadlines that outlive the stage that opened them, so that no stage has to name them."""

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        self._clocks = Clocks(start)
        self._opening = start.opening

    @workflow.signal
    def moved(self, snapshot: Snapshot) -> None:
        """Take in what Postgres says now. Never awaits, so two signals cannot interleave."""
        self._clocks.adopt(snapshot)

    @property
    def snapshot(self) -> Snapshot:
        """Return what Postgres said last."""
        return self._clocks.snapshot

    @property
    def stage(self) -> str:
        """Return the stage of the aggregate."""
        return self.snapshot.stage

    @property
    def ended(self) -> bool:
        """Say whether nothing is left to keep here: all is closed, or the aggregate has a later opening."""
        return self.snapshot.ended or self.snapshot.opening > self._opening

    async def keep(self, *deadlines: Named | str) -> None:
        """Keep the clocks until this stage is left.

        Every open clock is kept, named or not: naming is for the reader, and a clock that the story does not name is
        reported.
        """
        stage = self.stage
        named = {_kind(deadline) for deadline in (*deadlines, *self.lasting)}
        self._report([clock.kind for clock in self.snapshot.clocks if clock.kind not in named])
        await self._clocks.keep_while(lambda: self.stage == stage and not self.ended)

    async def carry_out(self, activity: str, *, within: timedelta = STEP_WITHIN) -> None:
        """Give a command to the own service (a compensation, a standing order) and take in what it led to.

        `activity` is the name of an activity from `Reference` to `Snapshot`: by name, because a workflow's module
        must not import what reaches a database. Tried with back-off for `within`; raises `ActivityError` when given
        up or refused.
        """
        reference = Reference(
            aggregate_kind=self.snapshot.aggregate_kind, aggregate_id=self.snapshot.aggregate_id, opening=self._opening
        )
        after: Snapshot = await workflow.execute_activity(
            activity,
            reference,
            result_type=Snapshot,
            summary=activity,
            start_to_close_timeout=STEP_ATTEMPT,
            schedule_to_close_timeout=within,
            retry_policy=PATIENT,
        )
        self._clocks.adopt(after)

    async def ending(self) -> Ended:
        """Return how it ended, once every message has been handled."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        return Ended(stage=self.stage, version=self.snapshot.version)

    def _report(self, unexpected: list[str]) -> None:
        if unexpected:
            workflow.logger.warning("clock_not_in_story", extra={"stage": self.stage, "kinds": unexpected})
            counter = workflow.metric_meter().create_counter(
                "tovholder_clocks_not_in_story", "Clocks that a stage does not name"
            )
            counter.add(len(unexpected), {"stage": self.stage})


def _kind(deadline: Named | str) -> str:
    return deadline if isinstance(deadline, str) else deadline.kind
