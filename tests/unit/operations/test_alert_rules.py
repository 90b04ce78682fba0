from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.operations import measured, promql
from tests.unit.operations.rules import PROMETHEUS, Rule, rules

ROOT = Path(__file__).parents[3]
RULES = rules()
WANTED = (
    "outbox_oldest_pending_seconds",
    "consumer_lag",
    "dead_letters_open",
    "parked_keys",
    "deadlines_overdue",
    "deadlines_without_workflow",
    "workflow_failures",
    "emails_failed_total",
    "up",
    "process_ready",
    "http_requests_total",
    "http_request_seconds_bucket",
    "relay_leading",
    "dependency_missing",
    "access_log_unsealed_age_seconds",
    "access_log_broken",
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_metric_of_an_alert_is_measured(rule: Rule) -> None:
    used = promql.metrics(rule.expression)

    assert used <= measured.names(), sorted(used - measured.names())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_label_of_an_alert_exists(rule: Rule) -> None:
    texts = f"{rule.summary} {rule.meaning}"
    shown = set(re.findall(r"\$labels\.(\w+)", texts))

    assert promql.labels(rule.expression) | shown <= measured.label_names()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_alert_says_in_plain_words_what_it_means(rule: Rule) -> None:
    assert rule.severity in ("page", "ticket", "notice", "none")
    assert rule.summary.endswith((".", ")."))
    assert rule.meaning.endswith(".")
    assert rule.runbook == f"docs/runbook.md#{rule.name.lower()}"


def test_alerts_and_sections_of_the_runbook_are_the_same() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text()
    alerts = text.split("\n# Alerts\n", 1)[1].split("\n# ", 1)[0]

    assert re.findall(r"^## (\w+)$", alerts, re.MULTILINE) == [rule.name for rule in RULES]


def test_every_section_of_an_alert_answers_the_four_questions() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text()
    alerts = text.split("\n# Alerts\n", 1)[1].split("\n# ", 1)[0]
    for section in alerts.split("\n## ")[1:]:
        for question in ("**For the people.**", "**First look.**", "**Do.**", "**Stop and call.**"):
            assert question in section, f"{section.splitlines()[0]} has no {question}"


def test_what_must_be_alerted_on_is() -> None:
    used = set().union(*(promql.metrics(rule.expression) for rule in RULES))

    assert set(WANTED) <= used


def test_outcomes_in_alerts_are_codes_of_our_errors() -> None:
    source = "".join(file.read_text() for file in (ROOT / "shared").rglob("*.py"))
    for rule in RULES:
        for code in promql.fixed_values(rule.expression, "outcome") - {"done", "handled"}:
            assert f'"{code}"' in source, code


def test_each_alert_fires_in_a_test_of_promtool() -> None:
    tests = (PROMETHEUS / "alerts_test.yml").read_text()
    fired = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n", tests))

    assert fired == {rule.name for rule in RULES}


def test_the_eight_processes_are_scraped() -> None:
    text = (PROMETHEUS / "prometheus.yml").read_text()
    scraped = re.findall(r"service: (\w+), process: (\w+)", text)

    assert sorted(scraped) == sorted(
        (service, process) for service in ("intake", "assessment", "corps", "notify") for process in ("api", "worker")
    )


def test_the_local_configuration_has_a_port_for_each_target(tmp_path: Path) -> None:
    from deploy.config import StackConfig
    from deploy.prometheus.__main__ import local

    text = local(StackConfig.load(tmp_path, settings={"TOVHOLDER_PORT_INTAKE_API": "21001"}))

    assert '"127.0.0.1:21001"' in text
    assert len(set(re.findall(r"127\.0\.0\.1:\d+", text))) == 9
    assert ":8080" not in text
