"""Every kind of deadline that any service can open has its sentence, and acute kinds exist."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import services
from services.notify.domain.deadlines import ACUTE
from services.notify.sentences import SENTENCES
from shared.lifecycle.table import Lifecycle


def _lifecycles() -> Iterator[Lifecycle[object]]:
    for service in pkgutil.iter_modules(services.__path__):
        if service.name == "notify":
            continue
        domain = importlib.import_module(f"services.{service.name}.domain")
        for module in pkgutil.iter_modules(domain.__path__):
            if "table" in module.name:
                found = vars(importlib.import_module(f"{domain.__name__}.{module.name}")).values()
                yield from (each for each in found if isinstance(each, Lifecycle))


KINDS = sorted({f"{life.kind}.{rule.kind}" for life in _lifecycles() for row in life.rows for rule in row.opens})


def test_the_kinds_of_intake_are_found() -> None:
    assert "concern.route_or_close" in KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_each_service_has_its_sentence(kind: str) -> None:
    sentence = SENTENCES[kind]

    assert sentence.da.endswith(".") or sentence.da.endswith("?")
    assert sentence.en.endswith(".") or sentence.en.endswith("?")
    assert sentence.da != sentence.en


def test_acute_kinds_are_kinds_with_a_sentence() -> None:
    assert set(SENTENCES) >= ACUTE


def test_no_sentence_is_for_a_kind_that_nobody_opens() -> None:
    kinds_of = {kind.partition(".")[0] for kind in KINDS}

    assert {kind for kind in SENTENCES if kind.partition(".")[0] in kinds_of} <= set(KINDS)
