"""Modules that pass through the sandbox are not guarded by it, so this guards them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from pydantic import BaseModel

import shared

PURE = ("shared.durable.snapshot", "shared.durable.clocks", "shared.durable.story", "shared.durable.sweep")
IMPURE_CALLS = {"now", "utcnow", "today", "uuid4", "uuid1", "uuid7", "random", "token_hex", "urandom", "monotonic"}
ALLOWED_OWNERS = {"workflow"}
FOREIGN = {"sqlalchemy", "sqlmodel", "structlog", "httpx", "aiokafka", "os", "random", "secrets", "time", "socket"}


def source(module: str) -> ast.Module:
    path = Path(shared.__file__).parent.parent / Path(*module.split(".")).with_suffix(".py")
    return ast.parse(path.read_text())


@pytest.mark.parametrize("module", PURE)
def test_a_module_that_workflows_run_reads_no_clock_and_makes_no_id(module: str) -> None:
    found = [
        ast.unparse(node)
        for node in ast.walk(source(module))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in IMPURE_CALLS
        and ast.unparse(node.func.value) not in ALLOWED_OWNERS | {"self", "self._clocks"}
    ]

    assert found == []


@pytest.mark.parametrize("module", PURE)
def test_a_module_that_workflows_run_imports_nothing_that_touches_the_world(module: str) -> None:
    names = {name.split(".")[0] for node in ast.walk(source(module)) for name in _imported(node)}

    assert names & FOREIGN == set()


def test_no_model_in_shared_makes_a_time_or_an_id_by_itself() -> None:
    for found in pkgutil.walk_packages(shared.__path__, "shared."):
        if ".migrations" not in found.name:
            importlib.import_module(found.name)
    models = list(_subclasses(BaseModel))

    guilty = [
        f"{model.__module__}.{model.__qualname__}.{name}"
        for model in models
        if model.__module__.startswith("shared.")
        for name, field in model.model_fields.items()
        if field.default_factory is not None and getattr(field.default_factory, "__name__", "") not in {"dict", "list"}
    ]

    assert guilty == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def _subclasses(model: type[BaseModel]) -> set[type[BaseModel]]:
    direct = set(model.__subclasses__())
    return direct.union(*(_subclasses(each) for each in direct))
