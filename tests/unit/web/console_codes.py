"""What the services know by code, for tests that ask whether it has a word."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel

import services
import shared
from services.corps.domain.member_commands import ChangeMember, RegisterMember
from services.notify.domain.commands import PlanDelivery
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command, Lifecycle

ROOT = Path(services.__path__[0]).parent
CODE = re.compile(r"[a-z][a-z0-9_.]*[a-z0-9]")
ANOTHER_TABLE = (RegisterMember, ChangeMember)
"""Commands that are in no transition table: a member of the corps has no stages."""
BY_A_BUTTON = PlanDelivery
"""An operator sends a message again as it was, by one button: nobody fills in a form for it."""


def modules(*packages: ModuleType) -> Iterator[ModuleType]:
    """Import every module of the packages, migrations left out."""
    for package in packages:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in found.name and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


@cache
def lifecycles() -> tuple[Lifecycle[Any], ...]:
    """Return the transition tables of all services."""
    domains = [
        importlib.import_module(f"services.{one.name}.domain") for one in pkgutil.iter_modules(services.__path__)
    ]
    found = {
        each.kind: each for module in modules(*domains) for each in vars(module).values() if isinstance(each, Lifecycle)
    }
    return tuple(found[kind] for kind in sorted(found))


def commands() -> set[type[Command]]:
    """Return every command of every table, and those that are in none."""
    return {command for life in lifecycles() for command in life.commands} | set(ANOTHER_TABLE)


def commands_of_persons() -> set[type[Command]]:
    """Return the commands that a person may give: a form is made for each."""
    given = {
        row.command
        for life in lifecycles()
        for row in life.rows
        if not row.follows and any(role is not Role.SYSTEM for role in row.roles)
    }
    return (given - {BY_A_BUTTON}) | set(ANOTHER_TABLE)


def parts(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models inside a field's type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from parts(inner)


def asked(owner: str, model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield (owner, name) of each field of a form, and of the parts of each field."""
    for name, field in model.model_fields.items():
        yield owner, name
        for part in parts(field.annotation):
            yield from asked(name, part)


@cache
def enums() -> dict[str, frozenset[str]]:
    """Return the values of every StrEnum by its class name; enums of one name are taken together."""
    found: dict[str, frozenset[str]] = {}
    for module in modules(shared, services):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, StrEnum) and each.__module__ == module.__name__:
                found[each.__name__] = found.get(each.__name__, frozenset()) | {member.value for member in each}
    return found


@cache
def error_codes() -> frozenset[str]:
    """Return every code that our source gives an error or a problem, read from the source itself."""
    trees = [
        ast.parse(file.read_text(encoding="utf-8"))
        for folder in ("shared", "services")
        for file in (ROOT / folder).rglob("*.py")
    ]
    ours = _error_classes(trees)
    return frozenset(code for tree in trees for node in ast.walk(tree) for code in _codes_in(node, ours))


def _error_classes(trees: list[ast.Module]) -> set[str]:
    """Return the names of TovholderError and of every class below it."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    known: set[str] = {"TovholderError"}
    while True:
        more = {
            one.name for one in classes if any(isinstance(base, ast.Name) and base.id in known for base in one.bases)
        }
        if more <= known:
            return known
        known |= more


def _codes_in(node: ast.AST, ours: set[str]) -> Iterator[str]:
    if isinstance(node, ast.arguments):
        for argument, default in zip(reversed(node.args), reversed(node.defaults), strict=False):
            if argument.arg == "code":
                yield from _text(default)
    if isinstance(node, ast.Call) and (place := _place(node.func, ours)) is not None and len(node.args) > place:
        yield from _text(node.args[place])


def _place(called: ast.expr, ours: set[str]) -> int | None:
    """Return which argument of a call is a code, None if none is."""
    if isinstance(called, ast.Name):
        return 0 if called.id in ours else 1 if called.id == "problem" else None
    of_super = isinstance(called, ast.Attribute) and called.attr == "__init__" and isinstance(called.value, ast.Call)
    return 0 if of_super else None


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value
