"""State diagrams from transition tables, as mermaid text for the docs: what is drawn is what runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from shared.lifecycle.table import A, Lifecycle, Transition

START = "[*]"
MANY = 4
"""Stages from which on a row that leaves the stage as it is would hide the drawing."""


def diagram(lifecycle: Lifecycle[A]) -> str:
    """Return a mermaid `stateDiagram-v2` of the lifecycle: stages, one arrow a row with its number, command and roles.

    Rows with the same ends and command are one arrow; those that leave many stages where they are stand in one note. The same
    table gives the same text, to the last letter.
    """
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{stage} {_word(stage)}" as {stage}' for stage in lifecycle.stages]
    lines += [f"    {source} --> {target} : {text}" for source, target, text in _arrows(lifecycle)]
    lines += [f"    {stage} --> {START}" for stage in _resting(lifecycle)]
    lines += _note(lifecycle)
    return "\n".join(lines) + "\n"


def _arrows(lifecycle: Lifecycle[A]) -> Iterator[tuple[str, str, str]]:
    drawn = [
        (str(source), str(row.target or source), row.command.code, row)
        for row in lifecycle.rows
        if not _everywhere(row)
        for source in (row.sources or (START,))
    ]
    drawn.sort(key=lambda arrow: arrow[:3])
    for (source, target, command), arrows in groupby(drawn, key=lambda arrow: arrow[:3]):
        rows = [row for *_, row in arrows]
        numbers = ", ".join(dict.fromkeys(_number(row) for row in rows))
        yield source, target, f"{numbers} {command} ({_who(rows)})"


def _everywhere(row: Transition[A]) -> bool:
    return row.target is None and len(row.sources) > MANY


def _note(lifecycle: Lifecycle[A]) -> list[str]:
    rows = [row for row in lifecycle.rows if _everywhere(row)]
    if not rows:
        return []
    told = [f"        {_number(row)} {row.command.code} ({_who([row])}) in {', '.join(row.sources)}" for row in rows]
    return [f"    note right of {lifecycle.stages[0]}", *told, "    end note"]


def _number(row: Transition[A]) -> str:
    """Return the part of a rule that a reader looks up: `row 12` of `domain.md 2.3 row 12`, else the whole."""
    text = row.rule.removeprefix("domain.md ").removeprefix("2.3 ")
    return text.partition(" (")[0].replace(":", " ")


def _who(rows: list[Transition[A]]) -> str:
    together = next((row.together for row in rows if row.together), ())
    if together:
        return " + ".join(together)
    roles = list(dict.fromkeys(role for row in rows for role in row.roles))
    return ", ".join(roles) if len(roles) <= 4 else f"{len(roles)} roles"


def _word(stage: str) -> str:
    return str(getattr(stage, "name", stage)).replace("_", " ").lower()


def _resting(lifecycle: Lifecycle[A]) -> list[str]:
    """Return the stages that no row leaves."""
    left = {source for row in lifecycle.rows for source in row.sources if row.target not in (None, source)}
    return [stage for stage in lifecycle.stages if stage not in left]
