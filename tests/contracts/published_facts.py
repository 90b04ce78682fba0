"""What is published, and the files that say so: a JSON Schema and golden data per wire type and version.

`python -m tests.contracts.published_facts` writes what is missing and what has grown. It refuses to narrow a schema that is there:
that takes a new version of the type. Golden data that are there stay as they are, for they are the past.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.docs import TABLES, lifecycles
from shared.contracts.base import Fact
from shared.messaging.schemas import example_of, narrowed, schema_of

FOLDER = Path(__file__).parent
SCHEMAS, GOLDEN = FOLDER / "schemas", FOLDER / "golden"


def facts() -> dict[str, type[Fact]]:
    """Return every fact that any service publishes, by wire type."""
    found: dict[str, type[Fact]] = {}
    for service in TABLES:
        for lifecycle in lifecycles(service):
            for wire_type, fact in lifecycle.facts.items():
                assert found.setdefault(wire_type, fact) is fact, f"two facts are called {wire_type}"
    return dict(sorted(found.items()))


def schema_file(wire_type: str) -> Path:
    """Return where the schema of a type is kept."""
    return SCHEMAS / f"{wire_type}.json"


def golden_file(wire_type: str) -> Path:
    """Return where the golden data of a type are kept."""
    return GOLDEN / f"{wire_type}.json"


def committed(file: Path) -> dict[str, Any]:
    """Return what a file holds."""
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def write() -> Iterator[str]:
    """Write schemas and golden data; yield a line for each that was written or refused."""
    for folder in (SCHEMAS, GOLDEN):
        folder.mkdir(exist_ok=True)
    for wire_type, fact in facts().items():
        file, now = schema_file(wire_type), schema_of(fact)
        lost = list(narrowed(committed(file), now)) if file.exists() else []
        if lost:
            yield f"REFUSED {wire_type}: {'; '.join(lost)}. Publish a new version of it."
        elif not file.exists() or committed(file) != now:
            file.write_text(_text(now))
            yield f"wrote {file.name}"
        if not golden_file(wire_type).exists():
            golden_file(wire_type).write_text(_text(example_of(fact)))
            yield f"wrote golden {wire_type}"


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for line in write():
        print(line)
