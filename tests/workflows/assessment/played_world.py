"""Cases and underretninger that live by their real tables, in memory, with their real workflows in skipped time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from services.assessment.domain.case_table import CASE
from services.assessment.domain.insight_table import INSIGHT
from services.assessment.domain.underretning_table import UNDERRETNING
from services.assessment.worker import CASE_RESTS, INSIGHT_RESTS, UNDERRETNING_RESTS
from services.assessment.workflows.case import CaseWorkflow
from services.assessment.workflows.insight import InsightWorkflow
from services.assessment.workflows.underretning import UnderretningWorkflow
from shared.contracts.lifecycle import StepAction
from shared.durable.activities import StepActivities
from shared.durable.signals import nudge, tell
from shared.durable.snapshot import ClockView, Ended, Snapshot, workflow_id
from shared.durable.snapshots import Kept
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.decide import TakeDeadlineStep
from shared.lifecycle.table import Command, Lifecycle
from tests.unit.assessment.assessment_builders import Play

WORKFLOWS = [CaseWorkflow, InsightWorkflow, UnderretningWorkflow]
NO_TABLE = sa.Table("none", sa.MetaData(), sa.Column("id", sa.Uuid))
KEPT = {
    "case": Kept("case", NO_TABLE, frozenset(CASE_RESTS), CaseWorkflow.__name__),
    "insight": Kept("insight", NO_TABLE, frozenset(INSIGHT_RESTS), InsightWorkflow.__name__),
    "underretning": Kept("underretning", NO_TABLE, frozenset(UNDERRETNING_RESTS), UnderretningWorkflow.__name__),
}


@dataclass
class PlayedWorld:
    """Aggregates by id, and the server whose time jumps."""

    env: WorkflowEnvironment
    service: str
    plays: dict[UUID, Play] = field(default_factory=dict)

    async def play(self, lifecycle: Lifecycle[Any]) -> Play:
        """Return a fresh aggregate at the server's time."""
        play = Play(lifecycle, uuid4(), now=await self.now())
        self.plays[play.id] = play
        return play

    async def now(self) -> datetime:
        return await self.env.get_current_time()

    async def give(self, play: Play, command: Command, by: Role, **known: Any) -> None:
        """Give a command now and tell its workflow, twice, as facts may come."""
        play.now = await self.now()
        play.give(command, by, **known)
        for _ in range(2):
            await nudge(self.env.client, self.service, KEPT, snapshot(play.state))

    def handle(self, play: Play, opening: int) -> WorkflowHandle[Any, Ended]:
        running = workflow_id(play.lifecycle.kind, play.id, opening)
        return self.env.client.get_workflow_handle(running, result_type=Ended)

    def activities(self) -> list[Any]:
        return StepActivities(self._take_step, self._look).all

    async def end(self) -> None:
        """End what still runs while there is a worker: the server stands still at timers that nobody serves."""
        for play in self.plays.values():
            for opening in range(1, play.state.opening + 1):
                over = snapshot(play.state).model_copy(update={"version": 2**50, "ended": True, "clocks": ()})
                if await tell(self.env.client, workflow_id(play.lifecycle.kind, play.id, opening), over):
                    await asyncio.wait_for(self.handle(play, opening).result(), 15)

    async def _take_step(self, kind: str, aggregate_id: UUID, deadline_id: UUID, action: StepAction) -> None:
        play = self.plays[aggregate_id]
        play.now = await self.now()
        play.give(TakeDeadlineStep(deadline_id=deadline_id, action=action), Role.SYSTEM)

    async def _look(self, kind: str, aggregate_id: UUID) -> Snapshot | None:
        return snapshot(self.plays[aggregate_id].state)


def snapshot(state: Aggregate) -> Snapshot:
    """Return what Postgres would say of the aggregate."""
    clocks = tuple(
        ClockView(
            deadline_id=clock.id,
            kind=clock.kind,
            due_at=clock.due_at,
            next_step_at=clock.pending[0].at if clock.pending else None,
            next_action=clock.pending[0].action if clock.pending else None,
        )
        for clock in state.clocks.values()
    )
    rests = state.stage in KEPT[state.kind].terminal
    return Snapshot(
        aggregate_kind=state.kind,
        aggregate_id=state.id,
        opening=state.opening,
        stage=state.stage,
        version=state.version,
        ended=rests and not clocks,
        clocks=clocks,
    )


__all__ = ["CASE", "INSIGHT", "KEPT", "UNDERRETNING", "WORKFLOWS", "PlayedWorld", "snapshot"]
