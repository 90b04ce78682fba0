"""What counts as text in a store that should hold references and closed codes only."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.erasure import ledger_file
from shared.erasure.model import Entry, Kind, Reason, Request
from shared.erasure.proof import Proof
from shared.erasure.remains import Remains, of_values, texts

NOW = datetime(2026, 11, 21, tzinfo=UTC)
REQUEST = Request(uuid4(), Kind.UNIT, uuid4(), NOW, Reason.RETENTION_ENDED)


@pytest.mark.parametrize(
    "value",
    [
        str(uuid4()),
        "2026-11-21T14:57:00+00:00",
        "politi:midt-og-vestsjaelland",
        {"reason": {"rule": "domain.md 2.3 row 12", "amount": 2}, "acute": False},
        ["2026-12-25 CHRISTMAS_DAY", "REMIND of complete_assessment", "(<Dimension.FAMILY: 'FAMILY'>,)"],
        ["RET-1", None, 4.5, "domain.md 4.3 R8"],
    ],
)
def test_references_codes_and_rules_are_no_text(value: Any) -> None:
    assert list(texts(value)) == []


@pytest.mark.parametrize(
    "value",
    ["En ung fra Greve", {"a": [{"b": "Åse"}]}, "x" * 81, "mail@example.com skrev", "domain.md: han sagde det", "a\nb"],
)
def test_anything_that_somebody_may_have_written_is(value: Any) -> None:
    assert len(list(texts(value))) == 1
    assert of_values("facts", ["K1", value]) == Remains("facts", 2, 1, 1)


@pytest.mark.parametrize(
    ("entry", "remains", "holds"),
    [
        (Entry(REQUEST, None, ("k1",), None), [Remains("vault", 0, 0, 0), Remains("facts", 9, 0, 0)], True),
        (Entry(REQUEST, None, ("k1",), None), [Remains("vault", 1, 1, 0)], False),
        (Entry(REQUEST, None, ("k1",), None), [Remains("facts", 9, 1, 1)], False),
        (Entry(REQUEST, None, None, None), [Remains("vault", 0, 0, 0)], False),
        (None, [Remains("vault", 0, 0, 0)], False),
    ],
    ids=["nothing left", "a row left", "a text in a fact", "not carried out", "not decided"],
)
def test_a_proof_holds_when_it_was_decided_and_nothing_is_left(
    entry: Entry | None, remains: list[Remains], holds: bool
) -> None:
    assert Proof(UUID(int=99), entry, remains).holds is holds


def test_the_ledger_file_gives_back_what_was_written_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "erasures" / "ledger.jsonl"
    others = [Request(uuid4(), Kind.PERSON, uuid4(), NOW, reason) for reason in Reason]
    for request in (REQUEST, *others):
        ledger_file.append(file, request)

    assert list(ledger_file.read(file)) == [REQUEST, *others]
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(ledger_file.read(tmp_path / "absent")) == []
