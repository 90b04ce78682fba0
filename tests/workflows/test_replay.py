"""Every saved history replays with the code of today."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory

from shared.durable.worker import build_replayer
from tests.workflows import histories
from tests.workflows.toy import ToyWorkflow

SAVED = list(histories.saved(ToyWorkflow.__name__))


@pytest.mark.parametrize(("workflow_type", "history"), SAVED, ids=lambda each: getattr(each, "workflow_id", str(each)))
async def test_a_saved_history_replays(workflow_type: str, history: WorkflowHistory) -> None:
    assert workflow_type == history.events[0].workflow_execution_started_event_attributes.workflow_type.name

    await build_replayer([ToyWorkflow], histories.converter()).replay_workflow(history)


def test_there_are_histories_to_replay() -> None:
    assert len(SAVED) >= 2
