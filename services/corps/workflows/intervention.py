"""The story of an intervention: a member is found in time, the work keeps its rhythm, a pause ends, an ending is prepared."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from services.corps.domain.deadlines import (
        ANSWER_CHOICE,
        ANSWER_ENDING,
        BROKER,
        CHOOSE_AGAIN,
        CONTACT,
        MATCH,
        PLAN_REVIEW,
        PLANNED_END,
        PROGRESSION,
        RESUME,
        SESSION_CONCERN,
        SUPERVISION,
    )
    from services.corps.domain.intervention import Stage
    from services.corps.domain.orders import LAPSE_CHOICE
    from services.corps.workflows.standing import StandingStory
    from shared.durable.snapshot import Ended, Snapshot


@workflow.defn
class InterventionWorkflow(StandingStory):
    """Keeps the clocks of one intervention until it has ended or was stopped."""

    lasting = (SESSION_CONCERN,)

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:
        """Tell the story."""
        while not self.ended:
            match self.stage:
                case Stage.MATCHING:
                    await self.keep_then(
                        LAPSE_CHOICE, self.choice_unanswered, MATCH, BROKER, ANSWER_CHOICE, CHOOSE_AGAIN
                    )
                case Stage.ACTIVE:
                    await self.keep(CONTACT, SUPERVISION, PROGRESSION, PLAN_REVIEW, PLANNED_END, ANSWER_ENDING)
                case Stage.PAUSED:
                    await self.keep(RESUME)
                case _:
                    await self.keep()
        return await self.ending()

    def choice_unanswered(self) -> bool:
        """Say whether a reserved own member was not answered for within five working days."""
        return self.missed(ANSWER_CHOICE)
