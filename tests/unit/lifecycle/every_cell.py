"""For every (state, command, role) of a table: what the table says is what `decide` does. Shared by the services' tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command, Lifecycle, Transition

Cell = tuple[str, type[Command], Role]


def cells(lifecycle: Lifecycle[Any]) -> Iterator[Cell]:
    """Yield every (stage, command, role); the stage "-" is before the beginning."""
    for stage in ("-", *lifecycle.stages):
        for command in lifecycle.commands:
            for role in Role:
                yield str(stage), command, role


def rows_for(lifecycle: Lifecycle[Any], cell: Cell) -> list[Transition[Any]]:
    """Return the rows that allow a cell."""
    stage, command, role = cell
    found = []
    for row in lifecycle.rows_of(command):
        here = row.creates if stage == "-" else stage in row.sources
        allowed = role in row.roles and not (role is Role.SYSTEM and row.deciding)
        if here and allowed:
            found.append(row)
    return found
