"""The story of a request for insight: answered in the time of its law, or handed to who answers for that part."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from services.assessment.domain.insight import Stage
    from services.assessment.domain.insight_table import ANSWER_IN_7_DAYS, ANSWER_LED, HAND_OVER
    from shared.durable.snapshot import Ended, Snapshot
    from shared.durable.story import Story


@workflow.defn
class InsightWorkflow(Story):
    """Keeps the clocks of one request until it is decided."""

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:
        """Tell the story."""
        while not self.ended:
            match self.stage:
                case Stage.RECEIVED:
                    # Seven working days or a month: the same clock, by the law that was asked under.
                    await self.keep(ANSWER_IN_7_DAYS, HAND_OVER)
                case Stage.HANDED_OVER:
                    await self.keep(ANSWER_LED)
                case _:
                    await self.keep()
        return await self.ending()
