"""Work items converge whatever the order, and explain themselves in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.counters import SHOWN_EXACTLY, code_of, month_of, shown
from services.notify.domain.work import DeadlineFact, Source, WorkItem, WorkState, folded
from services.notify.explaining import explained
from shared.lifecycle.actor import Actor, Role
from tests.unit.notify.notify_builders import (
    MONDAY,
    SPACE,
    cancelled,
    escalated,
    met,
    missed,
    opened,
    reminded,
    source,
)

SOMEBODY = Actor(uuid4(), "kommune:0253", frozenset({Role.TOVHOLDER_KOMMUNE}))
ONE, TWO, THREE = (uuid5(SPACE, name) for name in ("one", "two", "three"))
STORY: list[tuple[DeadlineFact, Source]] = [
    (opened(ONE), source(1)),
    (reminded(ONE), source(2)),
    (escalated(ONE), source(3)),
    (opened(TWO), source(4)),
    (missed(ONE), source(5)),
    (met(ONE, late=True), source(6)),
    (cancelled(TWO), source(7)),
    (opened(THREE), source(1, "other")),
    (reminded(THREE), source(2, "other")),
    (reminded(THREE, MONDAY + timedelta(hours=3)), source(3, "other")),
]


def _fold(facts: list[tuple[DeadlineFact, Source]]) -> dict[object, WorkItem]:
    items: dict[object, WorkItem] = {}
    for fact, where in facts:
        items[fact.deadline_id] = folded(items.get(fact.deadline_id), fact, where)
    return items


@given(st.permutations(STORY), st.lists(st.sampled_from(STORY), max_size=5))
def test_shuffled_and_repeated_facts_converge_to_the_same_work_list(
    shuffled: list[tuple[DeadlineFact, Source]], again: list[tuple[DeadlineFact, Source]]
) -> None:
    assert _fold([*shuffled, *again]) == _fold(STORY)


def test_a_close_that_comes_before_the_opening_stays_closed() -> None:
    item = _fold([(met(ONE), source(2)), (opened(ONE), source(1))])[ONE]

    assert item.state is WorkState.DONE
    assert not item.waits


def test_a_reminder_without_an_opening_is_nobodys_work_yet() -> None:
    assert not _fold([(reminded(ONE), source(2))])[ONE].waits


def _row(**changes: object) -> dict[str, object]:
    item = _fold([(opened(ONE), source(1)), (reminded(ONE), source(2))])[ONE]
    row = item.model_dump() | {
        "reason": item.reason.model_dump(mode="json") if item.reason else None,
        "because": "OWNER",
        "standing_in_for": None,
        "seen_at": None,
    }
    return {**row, **changes}


def test_an_item_names_system_and_says_that_a_reminder_decides_nothing() -> None:
    danish = explained(_row(), MONDAY, "da", SOMEBODY)
    english = explained(_row(), MONDAY, "en", SOMEBODY)

    assert danish["system"] == "SYSTEM har mindet om fristen: mandag 23. nov. kl. 10.00. Påmindelser afgør intet."
    assert english["system"] == "SYSTEM sent a reminder: Monday 23 Nov 10:00. Reminders decide nothing."
    assert danish["authority"] == "Fristen er vores forslag, ikke lov."
    assert (
        explained(_row(sourced=True), MONDAY, "en", SOMEBODY)["authority"] == "The deadline is law, or from a source."
    )


def test_overdue_is_a_word_and_is_judged_now() -> None:
    due = MONDAY + timedelta(days=2)

    assert explained(_row(), due, "da", SOMEBODY)["status"] == "Åben"
    assert explained(_row(), due + timedelta(seconds=1), "da", SOMEBODY)["status"] == "Overskredet"


def test_what_waits_for_a_caseworker_who_is_not_named_asks_the_leader_for_a_name() -> None:
    """R5: she cannot decide, and the link leads to the stub and not to the case."""
    item = explained(
        _row(kind="decide", service="assessment", aggregate_kind="case", owner_role="LEADER"), MONDAY, "en", SOMEBODY
    )

    assert item["todo"].startswith("Name the caseworker")
    assert item["link"] == f"/assessment/v1/namings/{item['aggregate_id']}"


def test_once_somebody_is_named_the_item_asks_for_the_decision() -> None:
    hers = {"kind": "decide", "service": "assessment", "aggregate_kind": "case", "owner_role": "CASEWORKER"}
    item = explained(_row(**hers), MONDAY, "en", SOMEBODY)

    assert item["todo"] == "Decide on the offer."
    assert item["link"] == f"/assessment/v1/cases/{item['aggregate_id']}"


def test_counters_know_the_outcome_and_the_danish_month_and_no_place() -> None:
    assert code_of("concern.advice_given.v1", {"municipality": "0253"}) == "ADVICE_GIVEN"
    assert code_of("case.closed.v1", {"reason": "A1", "municipality": "0253"}) == "CASE_CLOSED.A1"
    assert code_of("case.offer_made_up.v1", {}) is None
    assert month_of(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)).isoformat() == "2026-12-01"


@pytest.mark.parametrize("count", [1, 4, 5, 0])
def test_small_counts_of_persons_are_not_shown_but_advice_is(count: int) -> None:
    assert shown("CASE_CLOSED.A1", count) == (None if 1 <= count <= 4 else count)
    assert "ADVICE_GIVEN" in SHOWN_EXACTLY
    assert shown("ADVICE_GIVEN", count) == count


@pytest.mark.parametrize(
    ("because", "changes", "told"),
    [
        ("OWNER", {}, True),
        ("DEPUTY", {"owner_role": "TOVHOLDER_KOMMUNE"}, True),
        ("DEPUTY", {"owner_role": "CASEWORKER"}, False),
        ("DEPUTY", {"owner_role": "TOVHOLDER_KOMMUNE", "owner_person": uuid4()}, False),
        ("LEADER", {"aggregate_kind": "case"}, False),
        ("LEADER", {"aggregate_kind": "loan"}, True),
    ],
)
def test_which_record_waits_is_told_to_who_may_see_it_alone(
    because: str, changes: dict[str, object], told: bool
) -> None:
    item = explained(_row(because=because, **changes), MONDAY, "da", SOMEBODY)

    assert (item["aggregate_id"] is not None) is told
    assert (item["link"] is not None) is told
