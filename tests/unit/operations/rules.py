"""The alert rules as they are written: one block each, in the form that `deploy/prometheus/alerts.yml` keeps to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROMETHEUS = Path(__file__).parents[3] / "deploy" / "prometheus"


@dataclass(frozen=True)
class Rule:
    """One alert."""

    name: str
    expression: str
    severity: str
    summary: str
    meaning: str
    runbook: str


def rules() -> list[Rule]:
    """Return every alert rule."""
    blocks = (PROMETHEUS / "alerts.yml").read_text().split("- alert: ")[1:]
    return [_rule(block) for block in blocks]


def _rule(block: str) -> Rule:
    found = re.search(r"\n {8}expr:(?P<expr>.*?)(?=\n {8}(?:for|labels):)", block, re.DOTALL)
    assert found, f"no expression in {block[:40]}"
    texts = {name: value.strip().strip('"') for name, value in re.findall(r"\n {10}(\w+): (.*)", block)}
    severity = re.search(r"severity: (\w+)", block)
    assert severity, f"no severity in {block[:40]}"
    return Rule(
        name=block.split("\n", 1)[0].strip(),
        expression=found["expr"].replace(">-", " ", 1).strip(),
        severity=severity[1],
        summary=texts["summary"],
        meaning=texts["meaning"],
        runbook=texts["runbook"],
    )
