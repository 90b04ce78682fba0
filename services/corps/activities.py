"""What the workflows of corps carry out: standing orders, each a command by SYSTEM to this service.

An order that does not fit any more (somebody signed, extended or withdrew in the meantime) changes nothing and is no failure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from services.corps.domain.intervention_commands import LapseChoice
from services.corps.domain.loan_commands import ActivateLoan, EndLoan, LapseReservation
from services.corps.domain.orders import ACTIVATE_LOAN, END_LOAN, LAPSE_CHOICE, LAPSE_RESERVATION
from services.corps.handlers import Corps
from shared.durable.activities import as_failure
from shared.durable.snapshot import Reference, Snapshot
from shared.durable.snapshots import Snapshots
from shared.errors import Conflict, Invalid, StaleVersion, TovholderError
from shared.lifecycle.table import Command
from shared.observability.traces import current_traceparent
from shared.persistence.work import UnitOfWork


class StandingOrders:
    """The activities of corps over its handlers; each answers with what Postgres says afterwards."""

    def __init__(self, corps: Corps, work: UnitOfWork, snapshots: Snapshots) -> None:
        self._corps = corps
        self._work = work
        self._snapshots = snapshots

    @activity.defn(name=LAPSE_RESERVATION)
    async def lapse_reservation(self, loan: Reference) -> Snapshot:
        """Undo the reservation of a loan that was not signed in time, and put the request back into the pool."""
        return await self._carry_out(loan, LapseReservation())

    @activity.defn(name=ACTIVATE_LOAN)
    async def activate_loan(self, loan: Reference) -> Snapshot:
        """Make a signed loan active on its first day."""
        return await self._carry_out(loan, ActivateLoan())

    @activity.defn(name=END_LOAN)
    async def end_loan(self, loan: Reference) -> Snapshot:
        """End a loan after its last day: access and capacity end at once."""
        return await self._carry_out(loan, EndLoan())

    @activity.defn(name=LAPSE_CHOICE)
    async def lapse_choice(self, intervention: Reference) -> Snapshot:
        """Undo the reservation of an own member whom nobody answered for."""
        return await self._carry_out(intervention, LapseChoice())

    @property
    def all(self) -> list[Callable[..., Any]]:
        """Return the activities for the worker."""
        return [self.lapse_reservation, self.activate_loan, self.end_loan, self.lapse_choice]

    async def _carry_out(self, reference: Reference, command: Command) -> Snapshot:
        try:
            await self._give(reference, command)
            found = await self._snapshots.of(reference.aggregate_kind, reference.aggregate_id)
        except TovholderError as error:
            raise as_failure(error) from None
        if found is None:
            raise ApplicationError("aggregate_gone", type="NotFound", non_retryable=True)
        return found

    async def _give(self, reference: Reference, command: Command) -> None:
        """Give the command in a transaction of its own; what the domain refuses was decided otherwise meanwhile."""
        handlers = self._corps.loans if reference.aggregate_kind == "loan" else self._corps.interventions
        try:
            async with self._work.begin(traceparent=current_traceparent()) as tx:
                await handlers.give(tx, reference.aggregate_id, command, None)
        except StaleVersion:
            raise
        except (Conflict, Invalid) as error:
            activity.logger.info("order_not_fitting", extra={"order": command.code, "code": error.code})
