"""The story of a loan: a saga with a reservation, two signatures, a term, and what undoes them.

The reservation is made by the offer's own transaction. Not signed in time, it is undone: capacity is free again and the request
is back in the pool. Signed, it is carried out day by day: active from its first day, over after its last.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from services.corps.domain.deadlines import (
        EXTEND_BORROWER,
        EXTEND_LENDER,
        LOAN_ENDS,
        LOAN_STARTS,
        SIGN_BORROWER,
        SIGN_LENDER,
    )
    from services.corps.domain.loan import Stage
    from services.corps.domain.orders import ACTIVATE_LOAN, END_LOAN, LAPSE_RESERVATION
    from services.corps.workflows.standing import StandingStory
    from shared.durable.snapshot import Ended, Snapshot


@workflow.defn
class LoanWorkflow(StandingStory):
    """Keeps the promises of one loan from its draft to its end."""

    @workflow.init
    def __init__(self, start: Snapshot) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Snapshot) -> Ended:
        """Tell the story."""
        while not self.ended:
            match self.stage:
                case Stage.OFFERED:
                    await self.keep_then(LAPSE_RESERVATION, self.unsigned_in_time, SIGN_LENDER, SIGN_BORROWER)
                case Stage.SIGNED:
                    await self.keep_then(ACTIVATE_LOAN, self.first_day_has_come, LOAN_STARTS)
                case Stage.ACTIVE | Stage.EXTENDED:
                    await self.keep_then(END_LOAN, self.last_day_is_over, LOAN_ENDS, EXTEND_LENDER, EXTEND_BORROWER)
                case _:
                    await self.keep()
        return await self.ending()

    def unsigned_in_time(self) -> bool:
        """Say whether the leaders who have not signed were reminded at three working days and have missed five."""
        return self.missed(SIGN_LENDER, SIGN_BORROWER)

    def first_day_has_come(self) -> bool:
        """Say whether the loan's first day has begun; if the match is not accepted yet, accepting it activates the loan."""
        return self.warned(LOAN_STARTS)

    def last_day_is_over(self) -> bool:
        """Say whether the loan's last day is over."""
        return self.warned(LOAN_ENDS)
