"""A reopened case has its clocks again: a workflow of the new opening keeps them, and they fire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from temporalio.client import WorkflowExecutionStatus as Status
from temporalio.service import RPCError

from tests.support.cases import Infohus, id_of
from tests.support.product import Product
from tests.support.telling import falls_due
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(240)  # the first test also starts the servers


async def test_a_reopened_case_has_its_clocks_again_and_they_fire(product: Product) -> None:
    house = Infohus(product, "0265")
    path = await house.in_follow_up()
    case = id_of(path)

    # A worker that is behind would start with the second opening, and there would be nothing to end.
    await eventually(_is(product, f"case-{case}-1", Status.RUNNING), what="a workflow of the first opening runs")

    await house.reopened(path)

    await eventually(_is(product, f"case-{case}-1", Status.COMPLETED), what="the workflow of the first opening ends")
    await eventually(_is(product, f"case-{case}-2", Status.RUNNING), what="a workflow of the second opening runs")
    clocks = await product.rows("select * from assessment.deadlines where aggregate_id = $1 and state = 'OPEN'", case)
    # The consent of the first opening still holds. The reminder of its end is handed on, for nobody is named on the case any more.
    assert {(clock["kind"], clock["opening"]) for clock in clocks} == {
        *(("triage_again", 2), ("close_or_refer", 2)),
        ("consent_expires", 2),
    }
    await falls_due(product, "assessment", "case", case, "triage_again")
    await eventually(lambda: _reminded(product, case), what="the clock of the second opening reminds")
    assert (await house.tovholder.see(path)).body["stage"] == "K0", "it was told, and nothing was decided"


def _is(product: Product, workflow: str, status: Status) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        try:
            described = await (await product.temporal()).get_workflow_handle(workflow).describe()
        except RPCError as error:
            raise AssertionError(error.message) from None
        return described.status is status

    return ask


async def _reminded(product: Product, case: UUID) -> bool:
    facts = "select count(*) from assessment.facts where aggregate_id = $1 and type = 'deadline.reminded.v1'"
    return bool(await product.value(f"{facts} and body ->> 'kind' = 'triage_again'", case))
