from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.operations import measured, promql

FOLDER = Path(__file__).parents[3] / "deploy" / "grafana"
FILES = sorted(FOLDER.glob("*.json"))
REFERENCES = (
    "aggregate_id",
    "person",
    "actor",
    "key",
    "municipality",
    "organisation",
    "correlation_id",
    "case",
    "concern",
)


def panels(file: Path) -> list[dict[str, Any]]:
    return [panel for panel in json.loads(file.read_text())["panels"] if panel["type"] != "row"]


def expressions(file: Path) -> list[str]:
    return [target["expr"] for panel in panels(file) for target in panel["targets"]]


def test_there_is_a_dashboard_for_each_audience() -> None:
    assert [file.stem for file in FILES] == ["corps", "hotline", "infohus", "ops"]


def test_uids_and_panel_ids_are_unique() -> None:
    uids = [json.loads(file.read_text())["uid"] for file in FILES]
    assert len(set(uids)) == len(uids)
    for file in FILES:
        ids = [panel["id"] for panel in json.loads(file.read_text())["panels"]]
        assert len(set(ids)) == len(ids), file.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_panel_has_a_title_and_says_what_it_shows(file: Path) -> None:
    for panel in panels(file):
        assert panel["title"], panel["id"]
        assert len(panel["description"]) > 10, panel["title"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_metric_of_a_dashboard_is_measured(file: Path) -> None:
    for expression in expressions(file):
        used = promql.metrics(expression)
        assert used, expression
        assert used <= measured.names(), sorted(used - measured.names())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_label_of_a_dashboard_exists_and_is_no_reference(file: Path) -> None:
    for expression in expressions(file):
        used = promql.labels(expression)
        assert used <= measured.label_names(), sorted(used - measured.label_names())
        assert not used & set(REFERENCES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_commands_types_and_topics_of_a_dashboard_exist(file: Path) -> None:
    commands = {command.code for lifecycle in measured.lifecycles() for command in lifecycle.commands}
    topics = {lifecycle.topic for lifecycle in measured.lifecycles()}
    for expression in expressions(file):
        assert promql.fixed_values(expression, "command") <= commands, expression
        assert promql.fixed_values(expression, "topic") <= topics, expression


def test_no_metric_of_ours_has_a_label_that_could_name_anybody() -> None:
    assert not measured.label_names() & set(REFERENCES)
