"""A toy story, for the tests of what all stories share."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.durable.snapshot import Ended, Snapshot
    from shared.durable.story import Story

ANSWER = "ANSWER"
REVIEW = "REVIEW"
RETENTION = "RETENTION"
RELEASE = "release_toy"


@workflow.defn
class ToyWorkflow(Story):
    """A thing that must be answered, may be reviewed, and is released when it closes."""

    lasting = (RETENTION,)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:
        while not self.ended:
            match self.stage:
                case "WAITING":
                    await self.keep(ANSWER)  # somebody must answer
                case "RUNNING":
                    await self.keep(REVIEW)  # somebody must look again
                case "LEAVING":
                    await self.carry_out(RELEASE)
                case _:
                    await self.keep()
        return await self.ending()
