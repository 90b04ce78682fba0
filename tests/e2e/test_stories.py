"""The demo's stories, played through the command that a newcomer types, on a stack and a state of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.product import place_codec_keys
from tests.support.replaying import codec_keys, left_behind, one_of_each_path, replay, temporal_alone, workflows
from tests.workflows import histories

LONGEST = 900.0
"""Seconds that the whole demo may take here; it takes about 80 on two idle cores."""

STORIES = {
    "T01": ("C0", "C1"),
    "T04": ("C2", "U1", "U4", "K13"),
    "T07": ("C3", "C2", "U1", "K2"),
    "T08": ("K0", "K1", "K2"),
    "row 9": ("K0", "K13"),
    "row 7": ("C4", "K13"),
    "T14": ("K3", "K4", "K5", "K6", "K7", "K13"),
    "T15": ("K8", "K9", "K12", "K13"),
    "T26": ("K8", "L2", "L3", "L4", "K9", "L6", "K12", "K13"),
    "T28": ("K8", "L2", "L7"),
    "day 1": ("C2",),
    "day 2": ("C2",),
    "day 3": ("K1",),
    "day 4": ("K3",),
    "day 5": ("K5",),
    "day 6": ("K6",),
    "day 7": ("K8",),
    "day 8": ("K9",),
}
"""States that a story must pass, in any order."""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demo: fresh, but for keys of Temporal's payloads that the tests know."""
    folder = tmp_path_factory.mktemp("demo")
    place_codec_keys(folder / "state", codec_keys())
    return folder


@pytest.fixture(scope="session")
def played(home: Path) -> dict[str, Any]:
    """Play the demo once; return its accounts by story. Whatever it printed is in the failure."""
    jars = Path(__file__).parents[2] / ".state" / "jars"
    told = home / "told.json"
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "demo", "--once", "--json", str(told)],
        env={**os.environ, "TOVHOLDER_STATE": str(home / "state"), "TOVHOLDER_JARS": str(jars)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8_000:] + ended.stderr[-2_000:]
    return {story["id"]: story for story in json.loads(told.read_text())["stories"]}


@pytest.mark.timeout(LONGEST + 60)
@pytest.mark.parametrize("story", STORIES)
def test_a_story_passes_its_states_and_loses_nothing(played: dict[str, Any], story: str) -> None:
    account = played[story]

    passed = {state["state"] for state in account["states"]}

    assert passed >= set(STORIES[story])
    assert (account["losses"], account["gaps"]) == (0, 0)
    assert account["ended_as_it_must"]


@pytest.mark.timeout(LONGEST + 60)
def test_every_story_of_the_demo_is_looked_at(played: dict[str, Any]) -> None:
    assert set(played) == set(STORIES)


@pytest.mark.timeout(LONGEST + 60)
def test_an_ordinary_day_is_left_in_the_middle(played: dict[str, Any]) -> None:
    ends = {story: account["states"][-1]["state"] for story, account in played.items() if story.startswith("day")}

    assert ends == {story: passed[0] for story, passed in STORIES.items() if story.startswith("day")}
    assert played["day 2"]["missed"] == 1, "what nobody took is overdue"


@pytest.mark.timeout(LONGEST + 60)
async def test_every_workflow_of_the_demo_replays_with_the_code_that_ran_it(played: dict[str, Any], home: Path) -> None:
    with temporal_alone(home / "state") as config:
        found = await left_behind(config)
        for workflow_type, _, history in found:
            await replay(workflow_type, history)
        for name, (handle, _) in (await one_of_each_path(found)).items():
            await histories.save(handle, name=name)

    # Nobody in the stories asks for insight; that workflow has a saved history of its own (tests/contracts).
    assert {workflow_type for workflow_type, _, _ in found} == set(workflows()) - {"InsightWorkflow"}
    assert len(found) > 2 * len(played)
