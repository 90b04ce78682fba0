"""The story of a concern: somebody answers it the same day; an acute one is handed over within minutes."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from services.intake.domain.concern import Stage
    from services.intake.domain.deadlines import (
        ACUTE_TRAVEL,
        CLOSE_ACUTE,
        COMPLETE_RECORD,
        HAND_OVER,
        NEW_INFORMATION,
        NEXT_MORNING,
        QUESTION_OPEN,
        ROUTE_ACUTE,
        ROUTE_OR_CLOSE,
    )
    from shared.durable.snapshot import Ended, Snapshot
    from shared.durable.story import Story


@workflow.defn
class ConcernWorkflow(Story):
    """Keeps the clocks of one concern until it is advised, merged, or routed with nothing left to hand over."""

    lasting = (ACUTE_TRAVEL, HAND_OVER, COMPLETE_RECORD, NEW_INFORMATION, QUESTION_OPEN)

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:
        """Tell the story."""
        while not self.ended:
            match self.stage:
                case Stage.RECEIVED:
                    await self.keep(ROUTE_OR_CLOSE, NEXT_MORNING)
                case Stage.ACUTE:
                    await self.keep(ROUTE_ACUTE, CLOSE_ACUTE)
                case _:
                    await self.keep()
        return await self.ending()
