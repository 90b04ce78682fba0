"""Which functions the browser tests say that they play, read from their source: `@plays("case-open-case", "/assessment/cases")`.

A test of many at once names a list of its module instead, `@plays(*COMMANDS)`: a literal, so that it can be read without being run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

BROWSER = Path(__file__).resolve().parent.parent / "tests" / "browser"


def declared(folder: Path = BROWSER) -> dict[str, list[str]]:
    """Return the tests by the name of the function that they play, as `file::test`, in order."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("test_*.py")):
        tree = ast.parse(file.read_text())
        lists = _lists(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for name in _named(node, lists):
                    found.setdefault(name, []).append(f"{file.name}::{node.name}")
    return found


def _lists(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Return the module's literal lists of names; of a mapping, its keys."""
    found = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Tuple | ast.Dict | ast.List):
            each = [key for key in value.keys if key is not None] if isinstance(value, ast.Dict) else value.elts
            found[target.id] = tuple(
                one.value for one in each if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
    return found


def _named(test: ast.FunctionDef | ast.AsyncFunctionDef, lists: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "plays":
            for given in decorator.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield given.value
                elif isinstance(given, ast.Starred) and isinstance(given.value, ast.Name):
                    yield from lists[given.value.id]
