"""Who is told: duty order, absence, deputies, leaders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notify.domain.deadlines import is_acute, sending_time
from services.notify.domain.roster import Ladder, Person, in_duty_order
from shared.contracts.notify import Level
from shared.lifecycle.actor import Role
from tests.unit.notify.notify_builders import MONDAY, person

KOMMUNE = Role.TOVHOLDER_KOMMUNE


def _ladder(*on_duty: Person, leaders: tuple[Person, ...] = (), others: tuple[Person, ...] = ()) -> Ladder:
    deputies = {one.person_ref: one for one in (*on_duty, *leaders, *others)}
    return Ladder(in_duty_order(on_duty), leaders, deputies=deputies)


PRINCIPAL = person("principal", KOMMUNE, deputy="deputy")
DEPUTY = person("deputy", KOMMUNE)
LEADER = person("leader", Role.LEADER, deputy="vice")
VICE = person("vice", Role.LEADER)


def test_the_first_on_duty_is_told_and_who_only_stands_in_comes_last() -> None:
    first = person("zz-first", KOMMUNE, order=1)

    assert in_duty_order([DEPUTY, PRINCIPAL, first]) == [first, PRINCIPAL, DEPUTY]


def test_a_present_owner_is_told_themselves() -> None:
    to = _ladder(PRINCIPAL, DEPUTY).next(Level.OWNER, (), MONDAY)

    assert to is not None
    assert (to.person, to.level) == (PRINCIPAL, Level.OWNER)


def test_an_absent_owner_is_passed_over_for_the_deputy_at_once() -> None:
    absent = person("principal", KOMMUNE, deputy="deputy", away=True)

    to = _ladder(absent, others=(DEPUTY,)).next(Level.OWNER, (), MONDAY)

    assert to is not None
    assert (to.person, to.level) == (DEPUTY, Level.DEPUTY)


def test_absence_ends_with_its_last_moment() -> None:
    absent = person("principal", KOMMUNE, away=True)

    assert absent.away(MONDAY)
    assert not absent.away(MONDAY + timedelta(days=1))


def test_after_a_silent_owner_comes_the_deputy_and_then_the_leader() -> None:
    ladder = _ladder(PRINCIPAL, DEPUTY, leaders=(LEADER,), others=(VICE,))

    second = ladder.next(Level.DEPUTY, (PRINCIPAL.person_ref,), MONDAY)
    third = ladder.next(Level.LEADER, (PRINCIPAL.person_ref, DEPUTY.person_ref), MONDAY)

    assert second is not None
    assert third is not None
    assert (second.person, second.level) == (DEPUTY, Level.DEPUTY)
    assert (third.person, third.level) == (LEADER, Level.LEADER)


def test_with_owner_and_deputy_away_the_leader_hears() -> None:
    absent = person("principal", KOMMUNE, deputy="deputy", away=True)
    other = person("deputy", KOMMUNE, away=True)

    to = _ladder(absent, other, leaders=(LEADER,)).next(Level.OWNER, (), MONDAY)

    assert to is not None
    assert to.person == LEADER


def test_an_absent_leader_has_a_deputy_too() -> None:
    absent = person("leader", Role.LEADER, deputy="vice", away=True)

    to = _ladder(leaders=(absent,), others=(VICE,)).next(Level.LEADER, (), MONDAY)

    assert to is not None
    assert (to.person, to.level) == (VICE, Level.LEADER)


def test_nobody_is_told_twice_and_an_empty_roster_asks_an_operator() -> None:
    operator = person("operator", Role.OPERATOR)

    assert _ladder(PRINCIPAL).next(Level.OWNER, (PRINCIPAL.person_ref,), MONDAY) is None
    to = Ladder((), (), (operator,)).next(Level.OWNER, (), MONDAY)
    assert to is not None
    assert to.person == operator


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)),
        (datetime(2026, 11, 23, 7, tzinfo=UTC), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        (datetime(2026, 11, 20, 16, tzinfo=UTC), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        (datetime(2026, 11, 21, 10, tzinfo=UTC), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        (datetime(2026, 12, 25, 10, tzinfo=UTC), datetime(2026, 12, 28, 7, 30, tzinfo=UTC)),
    ],
    ids=["in hours", "before hours", "friday evening", "saturday", "christmas day"],
)
def test_mail_goes_out_in_office_hours_unless_it_is_acute(now: datetime, expected: datetime) -> None:
    assert sending_time(now, acute=False) == expected
    assert sending_time(now, acute=True) == now


def test_the_24_hours_of_a_child_notification_and_the_hand_over_are_acute() -> None:
    assert is_acute("underretning", "assess_underretning")
    assert is_acute("concern", "hand_over")
    assert not is_acute("case", "open_or_merge")
