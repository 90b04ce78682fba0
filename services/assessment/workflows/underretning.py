"""The story of an underretning: assessed within 24 hours, a receipt within six working days, then what the child unit decides."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from services.assessment.domain.underretning import Stage
    from services.assessment.domain.underretning_deadlines import ASSESS, SEND_RECEIPT
    from shared.durable.snapshot import Ended, Snapshot
    from shared.durable.story import Story


@workflow.defn
class UnderretningWorkflow(Story):
    """Keeps the clocks of one underretning until it is closed and its receipt sent."""

    lasting = (SEND_RECEIPT,)

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:
        """Tell the story."""
        while not self.ended:
            match self.stage:
                case Stage.RECEIVED:
                    await self.keep(ASSESS)
                case _:
                    await self.keep()
        return await self.ending()
