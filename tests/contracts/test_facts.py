"""Every published fact has a committed schema and golden data; the schemas only grow, and old data can still be read."""

from __future__ import annotations

import json

import jsonschema
import pytest

from shared.contracts.base import Fact
from shared.messaging.schemas import narrowed, schema_of
from tests.contracts.published_facts import GOLDEN, SCHEMAS, committed, facts, golden_file, schema_file
from tests.contracts.strings import open_strings

FACTS = facts()
EACH = pytest.mark.parametrize(("wire_type", "fact"), FACTS.items(), ids=FACTS)
WRITE = "run `python -m tests.contracts.published_facts`"
CODES = {
    *("stage", "by_role", "organisation", "command", "role", "terms", "after", "kind", "deadline_kind", "about_kind"),
    *("service", "unit", "paragraph", "skipped", "owner_role", "owner_organisation", "for_role", "for_organisation"),
    *(
        "person_organisation",
        "municipality",
        "subject_municipality",
        "residence_municipality",
        "languages",
        "employer_municipality",
        "police_district",
    ),
    *(
        "district",
        "lender",
        "borrower",
        "left",
        "addressed_to",
        "made_by_authority",
        "text_version",
        "called",
        "blocks",
    ),
    "data_instruction",
    *("of_organisation", "of_roles"),
    *("authority", "from_authority", "to_authority", "parties", "owner", "police"),
}
"""Strings that our own code fills with closed codes, or that a guard or a pattern of the command has held to one."""


@EACH
def test_the_committed_schema_is_the_one_that_is_published(wire_type: str, fact: type[Fact]) -> None:
    assert schema_file(wire_type).exists(), WRITE
    assert committed(schema_file(wire_type)) == schema_of(fact), WRITE


@EACH
def test_nothing_was_taken_from_a_published_schema(wire_type: str, fact: type[Fact]) -> None:
    assert list(narrowed(committed(schema_file(wire_type)), schema_of(fact))) == [], "publish a new version of the type"


@EACH
def test_golden_data_fit_the_committed_schema(wire_type: str, fact: type[Fact]) -> None:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER

    jsonschema.validate(committed(golden_file(wire_type)), committed(schema_file(wire_type)), format_checker=checker)


@EACH
def test_a_reader_takes_golden_data_and_what_a_newer_writer_adds(wire_type: str, fact: type[Fact]) -> None:
    golden = committed(golden_file(wire_type))
    newer = {**golden, "added_later": {"by": "a newer version"}}

    read = fact.model_validate_json(json.dumps(newer), extra="ignore")

    assert json.loads(read.model_dump_json()) == json.loads(fact.model_validate(golden).model_dump_json())


@EACH
def test_a_writer_refuses_a_field_that_it_does_not_know(wire_type: str, fact: type[Fact]) -> None:
    with pytest.raises(ValueError, match="added_later"):
        fact.model_validate({**committed(golden_file(wire_type)), "added_later": 1})


@EACH
def test_a_wire_type_is_past_tense_and_carries_its_version(wire_type: str, fact: type[Fact]) -> None:
    subject, happened, version = wire_type.split(".")

    assert subject.isalpha()
    assert happened.replace("_", "").isalpha()
    assert version.startswith("v")
    assert version[1:].isdigit()


@EACH
def test_a_fact_holds_references_and_closed_codes_and_no_text(wire_type: str, fact: type[Fact]) -> None:
    assert [place for place in open_strings(schema_of(fact)) if _name(place) not in CODES] == []


def test_nothing_is_committed_that_nobody_publishes() -> None:
    for folder in (SCHEMAS, GOLDEN):
        assert {file.name.removesuffix(".json") for file in folder.iterdir()} == set(FACTS)


def _name(place: str) -> str:
    return place.rpartition(".")[2].removesuffix(" (name)")
