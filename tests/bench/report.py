"""What was measured, as lines of a table and as JSON; a goal is reached or not, and neither stops the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.machine import Surroundings


@dataclass(frozen=True)
class Goal:
    """A limit for one figure of a line that the product set itself."""

    figure: str
    limit: float
    at_least: bool = False

    def reached(self, value: float) -> bool:
        """Say whether the value is on the right side."""
        return value >= self.limit if self.at_least else value < self.limit

    def __str__(self) -> str:
        return f"{self.figure} {'≥' if self.at_least else '<'} {self.limit:g}"


@dataclass
class Line:
    """One thing that was measured: its figures by name, with the unit in the name."""

    section: str
    what: str
    figures: Mapping[str, float]
    goals: tuple[Goal, ...] = ()

    def verdicts(self) -> list[dict[str, Any]]:
        """Return each goal with its figure."""
        return [
            {
                "goal": str(goal),
                "figure": round(self.figures[goal.figure], 1),
                "reached": goal.reached(self.figures[goal.figure]),
            }
            for goal in self.goals
        ]


@dataclass
class Report:
    """Everything of one run."""

    machine: Mapping[str, Any]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    lines: list[Line] = field(default_factory=list)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    memory: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By moment and process, in MB."""

    def describe(self, section: str, surroundings: Surroundings, **how: Any) -> None:
        """Say what ran while a section was measured, and how it was measured."""
        self.sections[section] = {**how, **surroundings.as_json()}

    def add(self, section: str, what: str, figures: Mapping[str, float], *goals: Goal) -> None:
        """Add a line."""
        self.lines.append(Line(section, what, figures, goals))

    def show(self, console: Console) -> None:
        """Print the table, and under it what else ran."""
        table = Table("measured", "figures", "goal", title="Tovholder: figures beside limits", title_justify="left")
        before = None
        for line in self.lines:
            if before not in (None, line.section):
                table.add_section()
            before = line.section
            table.add_row(f"{line.section}: {line.what}", said(line.figures), "\n".join(map(_told, line.verdicts())))
        console.print(table)
        for name, found in self.sections.items():
            took = {
                process: round(seconds, 1)
                for process, seconds in found["cpu_seconds_by_process"].items()
                if seconds >= 0.1
            }
            console.print(
                f"{name}: {found['seconds']} s, load average {found['load_average']} at its start, others took "
                f"{100 * found['others_cpu_share']:.0f} % of all cores; processor seconds: {took}",
                highlight=False,
                soft_wrap=True,
            )
        machine = {name: value for name, value in self.machine.items() if name != "versions"}
        console.print(", ".join(f"{name}: {value}" for name, value in machine.items()), highlight=False, soft_wrap=True)

    def save(self, folder: Path) -> Path:
        """Write the JSON beside those of earlier runs; return the file."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.at:%Y%m%dT%H%M%SZ}.json"
        lines = [{**asdict(line), "figures": _rounded(line.figures), "goals": line.verdicts()} for line in self.lines]
        document = {
            "at": self.at.isoformat(),
            "machine": self.machine,
            "sections": self.sections,
            "memory": self.memory,
            "lines": lines,
        }
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        return file


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in figures.items()}


def said(figures: Mapping[str, float]) -> str:
    """Return figures in a line; the unit stands behind the figure instead of in its name."""
    parts = []
    for name, value in figures.items():
        bare, _, unit = name.rpartition("_")
        number = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
        if name == "generator_cpu_share":
            parts.append(f"generator {100 * value:.0f} % of a core")
        elif name.endswith("per_second"):
            parts.append(f"[bold]{number}[/]/s{' ' + bare.removesuffix('_per') if bare != 'per' else ''}")
        elif unit in ("ms", "mb", "s"):
            parts.append(f"{bare} [bold]{number}[/] {unit.replace('mb', 'MB')}")
        else:
            parts.append(f"{name} [bold]{number}[/]")
    return ", ".join(parts)


def _told(verdict: Mapping[str, Any]) -> str:
    mark = "[green]reached[/]" if verdict["reached"] else "[red]missed[/]"
    return f"{mark} {verdict['goal']}"
