"""When a concern wakes somebody, and whom: the clocks that its facts open and meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.intake.domain import commands as c
from services.intake.domain.concern import Stage
from services.intake.domain.table import CONCERN
from shared.contracts.codes import Channel, Travel
from shared.contracts.lifecycle import DeadlineMet, DeadlineOpened
from shared.lifecycle.actor import PUBLIC, Actor, Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Context
from tests.unit.intake.concern_builders import (
    COMMANDS,
    CONCERN_ID,
    NOW,
    a_concern,
    context,
    received,
)


def test_an_acute_concern_keeps_its_hand_over_clock_when_it_is_routed() -> None:
    acute = a_concern(Stage.ACUTE)

    routed, _ = decide(CONCERN, acute, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))

    assert routed is not None
    assert {clock.kind for clock in routed.clocks.values()} == {"hand_over", "complete_record"}


def test_a_concern_at_night_says_that_it_came_out_of_hours() -> None:
    night = NOW.replace(hour=21, minute=30)  # 22:30 in Copenhagen

    _, facts = decide(CONCERN, None, received(), context(Role.PUBLIC, now=night))

    assert getattr(facts[0], "out_of_hours") is True  # noqa: B009  # the fact is known by its place


def clocks_of(
    command: c.ReceiveConcern, role: Role, *, now: datetime = NOW, at: str = "hotline:national"
) -> dict[str, DeadlineOpened]:
    who = PUBLIC if role is Role.PUBLIC else Actor(uuid4(), at, frozenset({role}))
    _, facts = decide(CONCERN, None, command, Context(actor=who, now=now, aggregate_id=CONCERN_ID))
    return {fact.kind: fact for fact in facts if isinstance(fact, DeadlineOpened)}


def test_a_public_concern_at_night_is_a_task_of_the_hotline_at_half_past_eight() -> None:
    night = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)  # a Friday, 22:30 in Copenhagen

    clock = clocks_of(received(channel=Channel.WEB_FORM), Role.PUBLIC, now=night)["next_morning"]

    assert clock.due_at == datetime(2026, 11, 21, 7, 30, tzinfo=UTC)  # the hotline is open on Saturdays
    assert (clock.owner_role, clock.owner_organisation) == ("HOTLINE_ADVISER", "hotline:national")
    assert "next_morning" not in clocks_of(received(), Role.HOTLINE_ADVISER)
    assert "next_morning" not in clocks_of(received(), Role.PRO_REPORTER, now=night, at="school:koege-01")


def test_a_concern_before_the_hotline_opens_is_a_task_of_the_same_morning() -> None:
    clock = clocks_of(received(), Role.PUBLIC, now=datetime(2026, 11, 20, 2, 0, tzinfo=UTC))["next_morning"]

    assert clock.due_at == datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "at", "owner"),
    [
        (Role.PUBLIC, "public:web", ("HOTLINE_ADVISER", "hotline:national")),
        (Role.PRO_REPORTER, "school:koege-01", ("PRO_REPORTER", "school:koege-01")),
        (Role.TOVHOLDER_KOMMUNE, "kommune:0253", ("TOVHOLDER_KOMMUNE", "kommune:0253")),
        (Role.CHILD_UNIT, "kommune:0253", ("CHILD_UNIT", "kommune:0253")),
    ],
)
def test_the_clock_of_a_concern_belongs_to_somebody_who_can_hear_it(
    role: Role, at: str, owner: tuple[str, str]
) -> None:
    clock = clocks_of(received(), role, at=at)["route_or_close"]

    assert (clock.owner_role, clock.owner_organisation) == owner


@pytest.mark.parametrize(("ahead", "acute"), [(timedelta(hours=71), True), (timedelta(hours=72), False)])
def test_a_departure_in_less_than_72_hours_is_an_acute_task(ahead: timedelta, acute: bool) -> None:
    opened = clocks_of(received(travel=Travel.PLAN, departs_at=NOW + ahead), Role.HOTLINE_ADVISER)

    assert ("acute_travel" in opened) is acute
    if acute:
        assert opened["acute_travel"].due_at == NOW + timedelta(minutes=15)


def test_the_acute_task_of_a_journey_outlives_routing_and_is_met_by_the_alarm_or_the_hand_over() -> None:
    soon = received(travel=Travel.PLAN, departs_at=NOW + timedelta(hours=9))
    concern, _ = decide(CONCERN, None, soon, context(Role.HOTLINE_ADVISER))
    routed, _ = decide(CONCERN, concern, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))
    handed, _ = decide(CONCERN, routed, COMMANDS[c.LogHandover], context(Role.HOTLINE_ADVISER))
    alarmed, _ = decide(CONCERN, concern, c.RaiseAcute(), context(Role.HOTLINE_ADVISER))

    assert routed is not None
    assert routed.clock("acute_travel") is not None
    assert handed is not None
    assert handed.clock("acute_travel") is None
    assert alarmed is not None
    assert alarmed.clock("acute_travel") is None


def test_an_acute_concern_is_routed_within_one_working_day() -> None:
    concern, _ = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))
    acute, facts = decide(CONCERN, concern, c.RaiseAcute(), context(Role.HOTLINE_ADVISER))
    _, more = decide(CONCERN, acute, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))

    clock = next(fact for fact in facts if isinstance(fact, DeadlineOpened) and fact.kind == "route_acute")
    assert clock.due_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert {fact.kind for fact in more if isinstance(fact, DeadlineMet)} == {"route_acute", "close_acute"}
