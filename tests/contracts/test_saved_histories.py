"""Every saved history of every service replays: what runs for months must be understood by the code of next month."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory

from tests.support.replaying import replay, workflows
from tests.workflows import histories

TOY = "ToyWorkflow"
"""The workflow of the tests of `shared.durable`; its histories are replayed there."""

SAVED = [one for one in histories.saved() if one[0] != TOY]


@pytest.mark.parametrize(("workflow_type", "history"), SAVED, ids=lambda each: getattr(each, "workflow_id", str(each)))
async def test_a_saved_history_replays(workflow_type: str, history: WorkflowHistory) -> None:
    assert workflow_type == history.events[0].workflow_execution_started_event_attributes.workflow_type.name

    await replay(workflow_type, history)


def test_every_workflow_has_a_history_and_every_history_a_workflow() -> None:
    assert {workflow_type for workflow_type, _ in SAVED} == set(workflows())
