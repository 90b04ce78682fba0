"""A member is never held above her capacity, whatever is done in whatever order."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.corps.domain.member import Hold, HoldKind, Ledger, MemberProfile, MemberTaken, check_profile
from shared.errors import Conflict, Invalid
from tests.unit.corps.builders import MEMBER, NOW

INTERVENTIONS = [UUID(int=number) for number in range(1, 7)]
RESERVED_FOR = timedelta(days=7)


def hold(number: int, *, hours: int = 0, attempt: int = 0, now=NOW, until=RESERVED_FOR) -> Hold:
    return Hold(
        id=uuid5(INTERVENTIONS[number], str(attempt)),
        intervention_id=INTERVENTIONS[number],
        kind=HoldKind.RESERVED,
        hours=hours,
        since=now,
        until=now + until if until else None,
    )


class Coordinators(RuleBasedStateMachine):
    """Coordinators, signers and time at work on one member with two places and ten hours."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.attempts = 0
        self.ledger = Ledger(capacity_max=2, hours_per_week=10)

    @rule(number=st.integers(0, 5), hours=st.integers(0, 12))
    def reserve(self, number: int, hours: int) -> None:
        self.attempts += 1
        try:
            self.ledger = self.ledger.reserve(hold(number, hours=hours, attempt=self.attempts, now=self.now), self.now)
        except MemberTaken:
            others = [each for each in self.ledger.live(self.now) if each.intervention_id != INTERVENTIONS[number]]
            assert len(others) >= 2 or sum(each.hours for each in others) + hours > 10

    @rule(number=st.integers(0, 5), working=st.booleans())
    def sign_or_begin(self, number: int, working: bool) -> None:
        step = self.ledger.begin if working else self.ledger.firm
        mine = [each for each in self.ledger.live(self.now) if each.intervention_id == INTERVENTIONS[number]]
        try:
            self.ledger = step(INTERVENTIONS[number], self.now)
        except Conflict:
            assert not mine

    @rule(number=st.integers(0, 5))
    def release(self, number: int) -> None:
        self.ledger = self.ledger.release(INTERVENTIONS[number], self.now)
        assert all(each.intervention_id != INTERVENTIONS[number] for each in self.ledger.live(self.now))

    @rule(hours=st.integers(1, 24 * 9))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def never_above_capacity(self) -> None:
        live = self.ledger.live(self.now)
        assert len(live) <= 2
        assert sum(each.hours for each in live) <= 10
        assert len({each.intervention_id for each in live}) == len(live)


TestCoordinators = Coordinators.TestCase


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 4))
def test_first_come_first_held(order: list[int], places: int) -> None:
    ledger, held = Ledger(capacity_max=places, hours_per_week=37), set()
    for attempt, number in enumerate(order):
        try:
            ledger = ledger.reserve(hold(number, attempt=attempt), NOW)
            held.add(number)
        except MemberTaken:
            assert len(held - {number}) == places

    assert len(ledger.live(NOW)) == len(held) <= places


def test_a_lapsed_hold_does_not_count_before_anybody_releases_it() -> None:
    full = Ledger(capacity_max=1, hours_per_week=37).reserve(hold(0), NOW)
    later = NOW + RESERVED_FOR

    with pytest.raises(MemberTaken):
        full.reserve(hold(1, attempt=1), later - timedelta(seconds=1))
    assert full.live(later) == ()
    assert [each.intervention_id for each in full.reserve(hold(1, attempt=1, now=later), later).live(later)] == [
        INTERVENTIONS[1]
    ]


def test_the_loser_hears_when_she_may_be_free_again() -> None:
    full = Ledger(capacity_max=1, hours_per_week=37).reserve(hold(0), NOW)

    with pytest.raises(MemberTaken) as caught:
        full.reserve(hold(1), NOW)
    assert caught.value.free_again == NOW + RESERVED_FOR


def test_a_signed_reservation_does_not_lapse() -> None:
    firm = Ledger(capacity_max=1, hours_per_week=37).reserve(hold(0), NOW).firm(INTERVENTIONS[0], NOW)

    assert len(firm.live(NOW + timedelta(days=300))) == 1


def test_a_skill_is_valid_for_three_years_at_most() -> None:
    profile = MemberProfile.model_validate(
        {
            "member_ref": MEMBER,
            "municipality": "0751",
            "trainings": [{"kind": "MENTOR", "held_on": "2026-01-01"}],
            "languages": {"da": "C2"},
            "skills": [{"competence": "MINORS", "level": 2, "valid_until": "2029-11-02"}],
        }
    )

    check_profile(profile, date(2026, 11, 2))
    with pytest.raises(Invalid, match="skill_valid_too_long"):
        check_profile(profile, date(2026, 11, 1))
