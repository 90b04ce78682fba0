"""JSON Schemas and golden data of facts: files in the repository that say what is published, per type and version.

A test compares them with the code. Within a major version a schema only grows: a change that takes something away,
narrows it or demands more is named by `narrowed` and needs a new version of the type.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.contracts.base import Fact

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def schema_of(fact: type[Fact]) -> Schema:
    """Return the JSON Schema of a fact's data, as published; readers must accept unknown properties all the same."""
    schema = fact.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"/schemas/{fact.type}.json", **schema, "title": fact.type}


def example_of(fact: type[Fact]) -> dict[str, Any]:
    """Return golden data of a fact: every field filled, the same at every call."""
    schema = schema_of(fact)
    data = _example(schema, schema.get("$defs", {}), fact.type)
    return json.loads(fact.model_validate(data).model_dump_json())  # type: ignore[no-any-return]  # an object


def write(folder: Path, facts: Iterable[type[Fact]]) -> None:
    """Write `<type>.json` and `<type>.golden.json` for each fact. Golden files that are there stay: they are the
    past.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for fact in facts:
        _schema_file(folder, fact).write_text(_text(schema_of(fact)))
        golden = _golden_file(folder, fact)
        if not golden.exists():
            golden.write_text(_text(example_of(fact)))


def differences(folder: Path, facts: Iterable[type[Fact]]) -> list[str]:
    """Return what differs between files and code, one sentence each; empty means that all is as committed."""
    facts = tuple(facts)
    found = [line for fact in facts for line in _compare(folder, fact)]
    known = {fact.type for fact in facts}
    committed = {file.name.removesuffix(".golden.json").removesuffix(".json") for file in folder.glob("*.json")}
    return found + [f"{gone} is committed and no longer published" for gone in sorted(committed - known)]


def _compare(folder: Path, fact: type[Fact]) -> Iterator[str]:
    file, golden = _schema_file(folder, fact), _golden_file(folder, fact)
    if not file.exists() or not golden.exists():
        yield f"{fact.type} has no committed schema or golden data"
        return
    committed, current = json.loads(file.read_text()), schema_of(fact)
    if committed != current:
        breaks = list(narrowed(committed, current))
        yield f"{fact.type} differs from its committed schema" + (f": {'; '.join(breaks)}" if breaks else "")
    try:
        fact.model_validate_json(golden.read_text(), extra="ignore")
    except ValueError as error:
        yield f"{fact.type} no longer reads its golden data: {type(error).__name__}"


def narrowed(old: Schema, new: Schema, path: str = "") -> Iterator[str]:
    """Name every change from `old` to `new` that could break a reader of `new` facts or a writer of `old` ones."""
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        yield f"{path}{name} is gone"
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{path}{name} is now required"
    for name in before.keys() & after.keys():
        if _kinds(before[name]) - _kinds(after[name]):
            yield f"{path}{name} is narrower"
    for name in old.get("$defs", {}).keys() & new.get("$defs", {}).keys():
        former, current = old["$defs"][name], new["$defs"][name]
        if gone := set(former.get("enum", ())) - set(current.get("enum", ())):
            yield f"{path}{name} no longer has {', '.join(sorted(map(str, gone)))}"
        yield from narrowed(former, current, f"{path}{name}.")


def _kinds(schema: Schema) -> set[str]:
    """Return the kinds of values that a property may have, enough to see that one has gone."""
    options = schema.get("anyOf") or [schema]
    return {
        json.dumps({k: o[k] for k in ("type", "format", "$ref", "enum") if k in o}, sort_keys=True) for o in options
    }


def _example(schema: Schema, defs: Mapping[str, Schema], name: str) -> Any:
    if schema.get("default"):  # fits whatever pattern the field has
        return schema["default"]
    if "$ref" in schema:
        return _example(defs[schema["$ref"].rpartition("/")[2]], defs, name)
    for options in ("anyOf", "oneOf", "allOf"):
        if options in schema:
            return _example(schema[options][0], defs, name)
    if closed := [schema["const"]] if "const" in schema else schema.get("enum"):
        return closed[0]
    return _example_of_type(schema, defs, name)


def _example_of_type(schema: Schema, defs: Mapping[str, Schema], name: str) -> Any:
    match schema.get("type"):
        case "object":
            fields = schema.get("properties")
            if fields is None:
                key = _example(schema["propertyNames"], defs, name) if "propertyNames" in schema else "name"
                return {key: _example(schema.get("additionalProperties") or {"type": "string"}, defs, name)}
            return {field: _example(part, defs, field) for field, part in fields.items()}
        case "array":
            parts = schema.get("prefixItems") or [schema.get("items", {"type": "string"})]
            return [_example(part, defs, name) for part in parts]
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
    return _example_text(schema, name)


def _example_text(schema: Schema, name: str) -> str:
    formats = {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "date-time": "2026-01-05T09:00:00Z",
        "date": "2026-01-05",
        "duration": "P1D",
    }
    return formats.get(schema.get("format", ""), name.upper())


def _schema_file(folder: Path, fact: type[Fact]) -> Path:
    return folder / f"{fact.type}.json"


def _golden_file(folder: Path, fact: type[Fact]) -> Path:
    return folder / f"{fact.type}.golden.json"


def _text(data: Any) -> str:
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
