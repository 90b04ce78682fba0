"""Snapshots join in any order to the same, hold codes only, and name their workflow."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.durable.snapshot import ClockView, Snapshot, WorkflowId, workflow_id

ID = UUID("0197c0de-0000-7000-8000-000000000001")
DUE = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(version: int, offset: float = 0.0) -> Snapshot:
    return Snapshot(
        aggregate_kind="case",
        aggregate_id=ID,
        opening=1,
        stage=f"STAGE_{version}",
        version=version,
        ended=False,
        clocks=(ClockView(deadline_id=ID, kind="OPEN_CASE", due_at=DUE),),
        offset_seconds=offset,
    )


@given(st.lists(st.tuples(st.integers(1, 6), st.floats(0, 1e8)), min_size=1, max_size=5))
def test_snapshots_join_to_the_same_in_whatever_order_they_come(seen: list[tuple[int, float]]) -> None:
    orders = itertools.permutations([at(*each) for each in seen])

    joined = {reduce(Snapshot.joined, order) for order in orders}

    assert len(joined) == 1


def test_joining_twice_changes_nothing() -> None:
    assert at(2).joined(at(3)).joined(at(3)) == at(3)


def test_an_older_state_may_bring_a_later_clock() -> None:
    joined = at(5).joined(at(4, offset=60))

    assert (joined.version, joined.offset_seconds) == (5, 60)


@pytest.mark.parametrize("text", ["Anna Andersen", "", "a" * 65, "æ", "0101701234", "x\n"])
def test_no_payload_can_hold_a_text_that_a_person_wrote(text: str) -> None:
    with pytest.raises(ValidationError):
        Snapshot.model_validate(at(1).model_dump() | {"stage": text})


def test_a_workflow_id_is_read_back_to_its_parts() -> None:
    text = workflow_id("gang-exit", ID, 12)

    assert WorkflowId.parse(text) == WorkflowId("gang-exit", ID, 12)
    assert WorkflowId.parse("reconcile-intake") is None


def test_a_newer_worker_may_add_fields_that_an_older_one_passes_over() -> None:
    assert Snapshot.model_validate(at(1).model_dump() | {"later": 1}) == at(1)
