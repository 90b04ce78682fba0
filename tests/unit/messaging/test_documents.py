"""Schemas, golden data and AsyncAPI say what the code publishes, and notice what would break a reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest

from shared.contracts.base import Fact
from shared.contracts.lifecycle import LIFECYCLE_FACTS, DeadlineOpened
from shared.messaging.asyncapi import document
from shared.messaging.schemas import differences, example_of, narrowed, schema_of, write


class Rig(StrEnum):
    """Kinds of rigging."""

    SLOOP = "SLOOP"
    KETCH = "KETCH"


class Rigged(Fact):
    """A boat has got its rigging."""

    type: ClassVar[str] = "boat.rigged.v1"

    rig: Rig
    masts: int
    yard: UUID | None = None


@dataclass
class Boats:
    """A lifecycle as far as the document looks at it."""

    topic: str = "fjord.boat.v1"

    @property
    def facts(self) -> Mapping[str, type[Fact]]:
        published: tuple[type[Fact], ...] = (Rigged, *LIFECYCLE_FACTS)
        return {fact.type: fact for fact in published}


def refs(part: Any) -> list[str]:
    """Return every `$ref` in a document."""
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in refs(value)]
    return [ref for value in part for ref in refs(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("fact", [Rigged, *LIFECYCLE_FACTS], ids=lambda fact: fact.type)
def test_an_example_fills_every_field_and_fits_schema_and_model(fact: type[Fact]) -> None:
    example = example_of(fact)
    assert set(example) == set(fact.model_fields)
    jsonschema.validate(example, schema_of(fact))
    assert json.loads(fact.model_validate(example).model_dump_json()) == example


def test_committed_files_equal_the_code_until_one_of_them_changes(tmp_path: Path) -> None:
    facts = (Rigged, DeadlineOpened)
    assert differences(tmp_path, facts) == [f"{fact.type} has no committed schema or golden data" for fact in facts]
    write(tmp_path, facts)
    assert differences(tmp_path, facts) == []
    assert differences(tmp_path, (Rigged,)) == ["deadline.opened.v1 is committed and no longer published"]


def test_a_golden_file_is_never_written_over(tmp_path: Path) -> None:
    write(tmp_path, (Rigged,))
    golden = tmp_path / "boat.rigged.v1.golden.json"
    golden.write_text('{"rig": "SLOOP"}')
    write(tmp_path, (Rigged,))
    assert differences(tmp_path, (Rigged,)) == ["boat.rigged.v1 no longer reads its golden data: ValidationError"]


def test_a_change_that_would_break_a_reader_is_named() -> None:
    before = schema_of(Rigged)
    after = json.loads(json.dumps(before))
    del after["properties"]["masts"]
    after["required"].append("yard")
    after["properties"]["yard"]["anyOf"].pop()
    after["$defs"]["Rig"]["enum"].remove("KETCH")
    assert sorted(narrowed(before, after)) == [
        "Rig no longer has KETCH",
        "masts is gone",
        "yard is narrower",
        "yard is now required",
    ]


def test_a_change_that_only_adds_is_not_named() -> None:
    before = schema_of(Rigged)
    after = json.loads(json.dumps(before))
    after["properties"]["length"] = {"type": "integer"}
    after["$defs"]["Rig"]["enum"].append("YAWL")
    assert list(narrowed(before, after)) == []


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    made = document("fjord", [Boats()], version="1.0.0")
    for ref in refs(made):
        target: Any = made
        for step in ref.removeprefix("#/").split("/"):
            target = target[step]
        assert target, ref
    assert set(made["channels"]["fjord.boat.v1"]["messages"]) == set(Boats().facts)
    assert made["components"]["messages"]["boat.rigged.v1"]["summary"] == "A boat has got its rigging."


def test_the_asyncapi_document_is_the_same_at_every_call() -> None:
    made = [json.dumps(document("fjord", [Boats(), Boats("fjord.buoy.v1")], version="1")) for _ in range(2)]
    assert made[0] == made[1]


def test_the_documented_headers_are_those_of_the_envelope() -> None:
    from shared.contracts.envelope import Envelope

    fact = Envelope.model_validate(
        {
            "id": UUID(int=1),
            "source": "/services/fjord",
            "type": "boat.rigged.v1",
            "time": "2026-01-05T09:00:00Z",
            "subject": f"boat/{UUID(int=2)}",
            "sequence": 1,
            "correlationid": UUID(int=3),
            "causationid": UUID(int=4),
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "data": {},
        }
    )
    headers = document("fjord", [], version="1")["components"]["schemas"]["Headers"]
    assert [name for name, _ in fact.headers()] == list(headers["properties"])
