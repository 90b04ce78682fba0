"""Every saved history of the case and the underretning replays with the code of today."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory

from shared.durable.worker import build_replayer
from tests.workflows import histories
from tests.workflows.assessment.played_world import WORKFLOWS

SAVED = [one for workflow in WORKFLOWS for one in histories.saved(workflow.__name__)]


@pytest.mark.parametrize(("workflow_type", "history"), SAVED, ids=lambda each: getattr(each, "workflow_id", str(each)))
async def test_a_saved_history_of_assessment_replays(workflow_type: str, history: WorkflowHistory) -> None:
    assert workflow_type == history.events[0].workflow_execution_started_event_attributes.workflow_type.name

    await build_replayer(WORKFLOWS, histories.converter(), "assessment").replay_workflow(history)


def test_both_workflows_have_a_history_to_replay() -> None:
    assert {workflow_type for workflow_type, _ in SAVED} == {workflow.__name__ for workflow in WORKFLOWS}
