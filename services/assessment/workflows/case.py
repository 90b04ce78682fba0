"""The story of a case: somebody takes it, police clear it, the Infohus assesses, an authority decides, reviews follow."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from services.assessment.domain.case import Stage
    from services.assessment.domain.case_deadlines import (
        ACUTE_TASK,
        ANSWER_OFFER,
        ASSESS_WITHOUT_CONSENT,
        CLEARANCE,
        CLOSE_AFTER_FOLLOW_UP,
        CLOSE_OR_REFER,
        COMPLETE_ASSESSMENT,
        CONFIRM_REOPENING,
        CONSENT_EXPIRES,
        DECIDE,
        FOLLOW_UP_6,
        FOLLOW_UP_12,
        MEETING,
        OPEN_OR_MERGE,
        REQUEST_CLEARANCE,
        REVIEW_MEASURE,
        REVIEW_TELLING,
        SEND_RECOMMENDATION,
        TELL_CITIZEN,
        TELL_PARTIES,
        TRIAGE_AGAIN,
    )
    from services.assessment.domain.glass import CLOCKS as GLASS_CLOCKS
    from shared.durable.snapshot import Ended, Snapshot
    from shared.durable.story import Story


@workflow.defn
class CaseWorkflow(Story):
    """Keeps the clocks of one opening of a case, from arrival or reopening to merging or closing."""

    lasting = (ACUTE_TASK, CONSENT_EXPIRES, TELL_PARTIES, TELL_CITIZEN, REVIEW_TELLING, *GLASS_CLOCKS)

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:  # noqa: C901  # one line a stage: the story is read, not split
        """Tell the story."""
        while not self.ended:
            match self.stage:
                case Stage.ARRIVED:
                    await self.keep(OPEN_OR_MERGE)
                case Stage.TRIAGE:
                    await self.keep(REQUEST_CLEARANCE, CLOSE_OR_REFER, TRIAGE_AGAIN)
                case Stage.POLICE_CLEARANCE:
                    await self.keep(CLEARANCE)
                case Stage.GATHERING:
                    await self.keep(MEETING)
                case Stage.MEETING:
                    await self.keep(COMPLETE_ASSESSMENT)
                case Stage.RECOMMENDED:
                    await self.keep(SEND_RECOMMENDATION)
                case Stage.DECISION_PENDING:
                    await self.keep(DECIDE, ASSESS_WITHOUT_CONSENT)
                case Stage.OFFERED:
                    await self.keep(ANSWER_OFFER)
                case Stage.ACTIVE:
                    await self.keep(REVIEW_MEASURE)
                case Stage.FOLLOW_UP:
                    await self.keep(FOLLOW_UP_6, FOLLOW_UP_12, CLOSE_AFTER_FOLLOW_UP, CONFIRM_REOPENING)
                case _:
                    # K2 is alone with the police; in K8 and K10 the corps carries the case and its clocks.
                    await self.keep()
        return await self.ending()
