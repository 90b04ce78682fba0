"""What may stand in a history, held by types: references, closed codes, moments, counts. Never a text."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import pydantic
import pytest
from pydantic import BaseModel, StringConstraints, ValidationError
from temporalio import workflow

from deploy.config import SERVICES
from shared.durable.activities import StepActivities
from shared.durable.reconcile import ReconcileActivities
from shared.durable.snapshot import Code, Reference
from shared.durable.sweep import ReconcileWorkflow
from tests.support.settling import parts

LEAVES = (UUID, datetime, timedelta, bool, int, float, type(None))
TEXTS = ("Anders And", "Anders", "æbler", "har ændret sig", "0101011234", "a" * 65, "", "x@example.org", "+4512345678")


def definitions() -> Iterator[tuple[str, object]]:
    """Yield (where, type) of everything that a workflow or an activity of any service takes or answers."""
    for service in SERVICES:
        for each in {told.workflow for told in parts(service).told} | {ReconcileWorkflow}:
            yield from workflow_types(f"{service}.{each.__name__}", each)
        for act in parts(service).activities:
            yield from signature(f"{service}.{act.__name__}", act)
    for act in (StepActivities.take_step, ReconcileActivities.reconcile):
        yield from signature(act.__qualname__, act)


def workflow_types(where: str, found: type) -> Iterator[tuple[str, object]]:
    """Yield what its run method, signals, queries and updates take and answer."""
    definition = workflow._Definition.from_class(found)
    assert definition is not None
    yield from signature(f"{where}.run", definition.run_fn)
    handlers = (*definition.signals.values(), *definition.queries.values(), *definition.updates.values())
    for handler in handlers:
        if not (handler.name or "").startswith("__temporal"):
            yield from signature(f"{where}.{handler.name}", handler.fn)


def signature(where: str, function: Callable[..., object]) -> Iterator[tuple[str, object]]:
    """Yield the types of a function's arguments and of its answer."""
    hints = typing.get_type_hints(function, include_extras=True)
    named = [name for name in inspect.signature(function).parameters if name != "self"]
    assert set(named) <= set(hints), f"{where} takes something without a type"
    for name in (*named, "return"):
        yield f"{where}({name})", hints[name]


def loose(where: str, kind: object, seen: frozenset[object] = frozenset()) -> Iterator[str]:
    """Yield each place at which a type admits more than a reference, a closed code, a moment or a number."""
    if kind in seen or kind in LEAVES:
        return
    if typing.get_origin(kind) is typing.Annotated:
        if kind != Code:
            yield f"{where}: {kind}"
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        return
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind.model_config.get("extra") not in ("ignore", "forbid"):
            yield f"{where}: {kind.__name__} keeps fields that it does not know"
        for name, hint in typing.get_type_hints(kind, include_extras=True).items():
            if name in kind.model_fields:
                yield from loose(f"{where}.{name}", hint, seen | {kind})
    elif typing.get_origin(kind) in (tuple, list, dict, typing.Union, types.UnionType):
        for part in typing.get_args(kind):
            if part is not Ellipsis:
                yield from loose(where, part, seen)
    else:
        yield f"{where}: {kind}"


def test_every_workflow_and_activity_takes_and_answers_references_and_closed_codes_only() -> None:
    found = list(definitions())

    assert len(found) >= 30, "every service's workflows and activities are looked at"
    assert [place for where, kind in found for place in loose(where, kind)] == []


@pytest.mark.parametrize("kind", [str, bytes, object, dict[str, str], tuple[str, ...], typing.Any, StringConstraints])
def test_a_free_text_is_found_wherever_it_hides(kind: object) -> None:
    class Hidden(BaseModel):
        model_config = pydantic.ConfigDict(extra="ignore")
        reference: UUID
        said: kind  # type: ignore[valid-type]  # what is tested

    Hidden.__annotations__["said"] = kind

    assert list(loose("here", Hidden)) != []
    assert list(loose("here", Reference)) == []


@pytest.mark.parametrize("text", TEXTS)
def test_a_code_admits_no_word_that_a_person_wrote(text: str) -> None:
    with pytest.raises(ValidationError):
        pydantic.TypeAdapter(Code).validate_python(text)


def test_every_kind_stage_and_clock_of_the_services_is_a_code() -> None:
    lifecycles = [told.store.lifecycle for service in SERVICES for told in parts(service).told]
    names = {lifecycle.kind for lifecycle in lifecycles}
    names |= {str(stage) for lifecycle in lifecycles for stage in lifecycle.stages}
    names |= {rule.kind for lifecycle in lifecycles for row in lifecycle.rows for rule in row.opens}

    assert len(names) > 50
    for name in names:
        pydantic.TypeAdapter(Code).validate_python(name)
