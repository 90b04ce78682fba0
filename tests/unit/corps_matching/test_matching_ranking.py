"""Ranking, what blocks, and the speed of both (`domain.md` 5.2, 5.3; T15, T17)."""

from __future__ import annotations

import random
import time
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.corps.domain.matching import (
    DEFAULT_WEIGHTS,
    WITHHELD,
    Assignment,
    Blocking,
    Candidate,
    Competence,
    Gender,
    ImmediateAssignment,
    Level,
    Ranking,
    Requirement,
    Theme,
    broken,
    rank,
    shortlist,
)
from shared.reference.municipalities import all_municipalities
from tests.unit.corps_matching.matching_builders import (
    CORPS,
    FAR,
    FITTING_CORPS,
    FITTING_REQUIREMENTS,
    HOME,
    NEAR,
    REQUIREMENTS,
    TODAY,
    candidate,
    requirement,
    skill,
)

LEND: dict[str, Any] = {"lendable": True, "max_distance_km": 500.0}


def order(ranking: Ranking) -> list[int]:
    return [option.member_ref.int for option in ranking.options]


def test_a_free_member_of_the_own_municipality_is_option_one_with_reason_lines() -> None:
    request = requirement(languages=("so",), gender_wish=Gender.FEMALE)
    own = candidate(2, gender=Gender.FEMALE, languages={"so": Level.C1})
    lent = candidate(3, gender=Gender.FEMALE, languages={"so": Level.C2}, municipality=NEAR, **LEND)
    ranking = rank(request, [lent, own], today=TODAY)
    assert order(ranking) == [2, 3]
    assert len(ranking.options[0].lines) == 10
    assert ranking.own_available
    assert ranking.blocking is None


def test_own_comes_before_a_loan_with_more_points() -> None:
    lent = candidate(3, municipality=NEAR, skills=(skill(Competence.HOEJRE, 3),), **LEND)
    ranking = rank(requirement(theme=Theme.HOEJRE), [lent, candidate(2)], today=TODAY)
    assert ranking.options[1].points > ranking.options[0].points
    assert [option.loan for option in ranking.options] == [False, True]


def test_a_poor_own_match_comes_after_a_good_loan_and_is_not_proposed() -> None:
    request = requirement(theme=Theme.HOEJRE, gender_wish=Gender.FEMALE, languages=("ti",), interpreter_accepted=True)
    own = candidate(2, gender=Gender.MALE, active=2, last_supervision_at=TODAY, load_90d=9)
    lent = candidate(3, gender=Gender.FEMALE, municipality=NEAR, skills=(skill(Competence.HOEJRE, 3),), **LEND)
    ranking = rank(request, [own, lent], today=TODAY)
    assert order(ranking) == [3, 2]
    assert [option.member_ref.int for option in ranking.proposals] == [3]
    assert not ranking.own_available


def test_at_most_three_are_proposed() -> None:
    ranking = rank(requirement(), [candidate(ref) for ref in range(2, 9)], today=TODAY)
    assert [option.member_ref.int for option in ranking.proposals] == [2, 3, 4]
    assert ranking.fitting == 7


def test_equal_points_go_to_the_lighter_load_then_to_the_reference() -> None:
    pair = [candidate(4), candidate(3), candidate(2, load_90d=1), candidate(5, load_90d=1)]
    assert order(rank(requirement(), pair, replace(DEFAULT_WEIGHTS, p2=0), today=TODAY)) == [3, 4, 2, 5]


def test_waiting_changes_the_value_but_not_the_points() -> None:
    waiting = requirement(waiting_since=TODAY - timedelta(days=10))
    fresh, old = (rank(one, [candidate()], today=TODAY).options[0] for one in (requirement(), waiting))
    assert fresh.points == old.points == fresh.value
    assert old.value == pytest.approx(old.points * 1.2, abs=0.01)


@given(request=REQUIREMENTS, corps=CORPS)
def test_a_pair_that_breaks_a_constraint_is_never_an_option(request: Requirement, corps: list[Candidate]) -> None:
    ranking = rank(request, corps, today=TODAY)
    fit = {one.member_ref for one in corps if not broken(request, one, TODAY)}
    assert {option.member_ref for option in ranking.options} == fit
    assert {one.member_ref for one in ranking.rejected} == {one.member_ref for one in corps} - fit
    assert all(option.points >= DEFAULT_WEIGHTS.threshold for option in ranking.proposals)
    assert (ranking.blocking is None) == bool(ranking.proposals)


@given(request=FITTING_REQUIREMENTS, corps=FITTING_CORPS, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    request: Requirement, corps: list[Candidate], seed: random.Random
) -> None:
    shuffled = list(corps)
    seed.shuffle(shuffled)
    assert rank(request, shuffled, today=TODAY) == rank(request, corps, today=TODAY)


@given(request=FITTING_REQUIREMENTS, corps=FITTING_CORPS, more=st.integers(1, 5), place=st.integers(0))
def test_more_capacity_never_lowers_a_rank(request: Requirement, corps: list[Candidate], more: int, place: int) -> None:
    before = rank(request, corps, today=TODAY)
    assert before.fitting == len(corps)
    chosen = before.options[place % len(corps)].member_ref
    raised = [replace(one, capacity_max=one.capacity_max + more) if one.member_ref == chosen else one for one in corps]
    after = order(rank(request, raised, today=TODAY))
    assert after.index(chosen.int) <= order(before).index(chosen.int)


@given(request=REQUIREMENTS, corps=CORPS)
def test_ranking_the_shortlist_gives_the_same_options(request: Requirement, corps: list[Candidate]) -> None:
    # The mean load is over the members considered, so the fairness penalty is left out of the comparison.
    weights = replace(DEFAULT_WEIGHTS, p2=0)
    short = rank(request, shortlist(request, corps, TODAY), weights, today=TODAY)
    assert short.options == rank(request, corps, weights, today=TODAY).options


@given(request=REQUIREMENTS, corps=CORPS)
def test_a_conflict_of_interest_is_never_named(request: Requirement, corps: list[Candidate]) -> None:
    ranking = rank(request, corps, today=TODAY)
    codes = {code for one in ranking.rejected for code in one.codes}
    codes |= set(ranking.blocking.codes) if ranking.blocking else set()
    assert codes.isdisjoint({"H3", "H6", "H8"})


def test_withheld_reasons_are_counted_together() -> None:
    corps = [candidate(2, conflict=True), candidate(3, serves_relative=True), candidate(4, conflict=None)]
    blocking = blocked(requirement(), corps)
    assert [(block.code, block.members) for block in blocking.blocks] == [(WITHHELD, 3)]
    assert blocking.relaxations == ()


def blocked(request: Requirement, corps: list[Candidate]) -> Blocking:
    blocking = rank(request, corps, today=TODAY).blocking
    assert blocking is not None
    return blocking


def test_nobody_fits_because_of_language_or_distance_and_both_are_named() -> None:
    request = requirement(languages=("ti",), municipality=FAR, gender_wish=Gender.FEMALE, gender_required=True)
    woman: dict[str, Any] = {"gender": Gender.FEMALE, "lendable": True}
    corps = [
        candidate(2, municipality=FAR, **woman),
        candidate(3, municipality=HOME, languages={"ti": Level.C2}, remote_ok=True, max_distance_km=80.0, **woman),
        candidate(4, municipality=HOME, languages={"ti": Level.C2}, remote_ok=True, max_distance_km=80.0, **woman),
    ]
    blocking = blocked(request, corps)
    assert set(blocking.codes) == {"H4", "H7"}
    assert [(one.codes, one.members) for one in blocking.relaxations] == [(("H7_REMOTE",), 2), (("H4_INTERPRETER",), 1)]


def test_two_changes_are_named_where_one_is_not_enough() -> None:
    corps = [candidate(2, municipality=HOME, lendable=True, remote_ok=True)]
    blocking = blocked(requirement(languages=("ti",), municipality=FAR), corps)
    assert [one.codes for one in blocking.relaxations] == [("H4_INTERPRETER", "H7_REMOTE")]


def test_overdue_supervision_is_something_to_do() -> None:
    blocking = blocked(requirement(), [candidate(active=1, last_supervision_at=None)])
    assert blocking.codes == ("H2",)
    assert [one.codes for one in blocking.relaxations] == [("H2_SUPERVISION",)]


@pytest.mark.parametrize(
    ("request_", "member"),
    [
        ({"vetoed": frozenset({UUID(int=2)})}, {}),
        ({"minor": True}, {}),
        ({"security_high": True}, {}),
        ({}, {"conflict": True}),
        ({}, {"trainings": ()}),
    ],
)
def test_protection_is_never_offered_for_relaxing(request_: dict[str, Any], member: dict[str, Any]) -> None:
    assert blocked(requirement(**request_), [replace(candidate(), **member)]).relaxations == ()


def test_an_empty_corps_and_a_poor_one_are_told_apart() -> None:
    assert blocked(requirement(), []).codes == ("NO_MEMBERS",)
    poor = replace(DEFAULT_WEIGHTS, threshold=1000)
    ranking = rank(requirement(), [candidate()], poor, today=TODAY)
    assert ranking.blocking is not None
    assert ranking.blocking.codes == ("BELOW_THRESHOLD",)
    assert ranking.proposals == ()


def test_what_blocks_says_the_district_and_neither_request_nor_municipality() -> None:
    blocking = blocked(requirement(languages=("ti",)), [candidate()])
    assert blocking.district == "midt-og-vestsjaelland"
    assert {one.name for one in fields(Blocking)} == {"district", "considered", "blocks", "relaxations"}
    assert HOME not in repr(blocking)
    assert str(UUID(int=1)) not in repr(blocking)


@given(request=REQUIREMENTS, corps=CORPS, dice=st.randoms(use_true_random=False))
def test_blocking_does_not_depend_on_the_order_either(
    request: Requirement, corps: list[Candidate], dice: random.Random
) -> None:
    shuffled = list(corps)
    dice.shuffle(shuffled)
    assert rank(request, shuffled, today=TODAY) == rank(request, corps, today=TODAY)


@given(request=FITTING_REQUIREMENTS, corps=FITTING_CORPS)
def test_no_loan_stands_before_an_own_member_who_is_proposed(request: Requirement, corps: list[Candidate]) -> None:
    loans = [option.loan for option in rank(request, corps, today=TODAY).options if option.proposed]
    assert loans == sorted(loans)


@given(request=REQUIREMENTS, corps=CORPS)
def test_every_rejected_member_breaks_one_of_the_blocking_set(request: Requirement, corps: list[Candidate]) -> None:
    ranking = rank(request, corps, today=TODAY)
    assume(corps and not ranking.fitting)
    assert ranking.blocking is not None
    assert all(set(one.codes) & set(ranking.blocking.codes) for one in ranking.rejected)


def test_the_immediate_mode_ranks_each_request_alone() -> None:
    mode: Assignment = ImmediateAssignment()
    other = requirement(request_ref=UUID(int=9), municipality=NEAR)
    found = mode.propose([requirement(), other], {UUID(int=1): [candidate()]}, TODAY)
    assert order(found[UUID(int=1)]) == [2]
    assert found[UUID(int=9)].blocking is not None


def test_a_hundred_thousand_candidates_are_ranked_in_under_two_seconds() -> None:
    dice = random.Random(1)
    codes = [one.code for one in all_municipalities()]
    corps = [
        candidate(ref, municipality=dice.choice(codes), lendable=True, max_distance_km=120.0, active=dice.randrange(4),
                  last_supervision_at=TODAY, languages={dice.choice(["ar", "so"]): Level.C1})
        for ref in range(100_000)
    ]  # fmt: skip
    for language in ("so", "ti"):
        started = time.process_time()
        rank(requirement(languages=(language,)), corps, today=TODAY)
        assert time.process_time() - started < 2
