"""A lifecycle as a page: a state diagram (mermaid), the table of its rows, and its clocks. Drawn from the transition table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.lifecycle.deadlines import DeadlineRule, Span, Unit
from shared.lifecycle.table import Lifecycle, Transition

STAYS = (
    "A move that is not here does not exist. Commands that leave the stage as it is are in the table only. "
    "Rows that say *following* are given with another command, or when another fact is read; nobody gives them alone."
)
NOTE = "Generated from the transition table by `python -m deploy.docs`; do not edit."
UNITS = {
    Unit.MINUTES: ("minute", "minutes"),
    Unit.HOURS: ("hour", "hours"),
    Unit.DAYS: ("day", "days"),
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.MONTHS: ("month", "months"),
}


def page(service: str, lifecycle: Lifecycle[Any]) -> str:
    """Return the page of a lifecycle as Markdown."""
    parts = [
        f"# {lifecycle.state.__name__} (service {service})",
        f"{NOTE} Topic: `{lifecycle.topic}`.",
        STAYS,
        f"```mermaid\n{diagram(lifecycle)}\n```",
        "## Rows",
        _table(
            ("From", "Command", "To", "Who", "Refused with", "Starts", "Answers", "Rule"),
            (_row(lifecycle, row) for row in lifecycle.rows),
        ),
        "## Clocks",
        "Counted from the command that starts them; a clock with a start of its own counts from a moment that the state holds.",
        _clocks(lifecycle),
    ]
    return "\n\n".join(parts) + "\n"


def diagram(lifecycle: Lifecycle[Any]) -> str:
    """Return the mermaid text: one arrow per stage, target and command."""
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{_named(stage)}" as {_code(stage)}' for stage in lifecycle.stages]
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in lifecycle.rows:
        if row.target is None:
            continue
        for source in row.sources or ("[*]",):
            if source != row.target:
                arrows.setdefault((_code(source), _code(row.target)), []).append(row.command.code)
    for (source, target), commands in arrows.items():
        lines += [f"  {source} --> {target} : {code}" for code in dict.fromkeys(commands)]
    left = {source for source, _ in arrows}
    lines += [f"  {_code(stage)} --> [*]" for stage in lifecycle.stages if _code(stage) not in left]
    return "\n".join(lines)


def _code(stage: str) -> str:
    return str(stage)


def _named(stage: str) -> str:
    """Return `K0 TRIAGE`, or the code alone where code and name are one."""
    name = getattr(stage, "name", str(stage))
    return str(stage) if name == str(stage) else f"{stage} {name}"


def _row(lifecycle: Lifecycle[Any], row: Transition[Any]) -> tuple[str, ...]:
    return (
        _stages(lifecycle, row.sources) if row.sources else "–",
        f"`{row.command.code}` → `{row.fact.type}`",
        _code(row.target) if row.target is not None else "stays",
        _who(row),
        ", ".join(f"`{guard.code}`" for guard in row.guards),
        ", ".join(f"`{rule.kind}`" for rule in row.opens),
        ", ".join(f"`{kind}`" for kind in row.meets),
        row.rule,
    )


def _stages(lifecycle: Lifecycle[Any], stages: tuple[str, ...]) -> str:
    if set(stages) == set(lifecycle.stages):
        return "any"
    return ", ".join(_code(stage) for stage in stages)


def _who(row: Transition[Any]) -> str:
    if row.together:
        return " and ".join(row.together) + ", together"
    if row.follows:
        return f"{', '.join(row.roles)}, following"
    if len(row.roles) > 8:
        return "anyone"
    return ", ".join(row.roles)


def _clocks(lifecycle: Lifecycle[Any]) -> str:
    rules = list(dict.fromkeys(rule for row in lifecycle.rows for rule in row.opens))
    if not rules:
        return "None."
    rules.sort(key=lambda rule: rule.kind)
    return _table(
        ("Clock", "Due", "Owner", "Reminder", "Escalation", "Outlives its stage", "From"),
        (_clock(rule) for rule in rules),
    )


def _clock(rule: DeadlineRule) -> tuple[str, ...]:
    return (
        f"`{rule.kind}`",
        _span(rule.due, own_start=rule.starts is not None),
        str(rule.owner) if rule.role_at is None else "who took it in",
        ", ".join(_span(span) for span in rule.reminders),
        ", ".join(_span(span) for span in rule.escalations),
        "yes" if rule.lasts else "",
        f"{rule.paragraph}, {'sourced' if rule.sourced else 'proposal'}",
    )


def _span(span: Span, *, own_start: bool = False) -> str:
    if span.unit is Unit.FIXED:
        return "at the time that was set"
    if span.amount == 0:
        return "at its start"
    one, many = UNITS[span.unit]
    text = f"{abs(span.amount)} {one if abs(span.amount) == 1 else many}"
    if span.amount < 0:
        return f"{text} before its start"
    return f"{text} after a start of its own" if own_start else text


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
