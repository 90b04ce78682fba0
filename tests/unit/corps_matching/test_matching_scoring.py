"""Factors, penalties and the value of waiting (`domain.md` 5.2)."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from math import exp
from typing import Any

import pytest
from hypothesis import given

from services.corps.domain.matching import (
    DEFAULT_WEIGHTS,
    Candidate,
    Competence,
    Gender,
    Level,
    Need,
    Requirement,
    Theme,
    request_multiplier,
)
from services.corps.domain.matching.scoring import Setting, lines, points, values
from shared.reference.travel import distance_km, travel_km
from tests.unit.corps_matching.matching_builders import (
    CANDIDATES,
    FAR,
    NEAR,
    REQUIREMENTS,
    TODAY,
    candidate,
    requirement,
    skill,
)

SETTING = Setting(TODAY, DEFAULT_WEIGHTS, mean_load=2.0)


def value(code: str, request: dict[str, Any], member: dict[str, Any]) -> float:
    found = values(requirement(**request), candidate(**member), SETTING)
    return next(worth for name, worth, _ in found if name == code)


@pytest.mark.parametrize(
    ("code", "request_", "member", "expected"),
    [
        ("f1", {"theme": Theme.HOEJRE}, {"skills": (skill(Competence.HOEJRE, 2),)}, 2 / 3),
        ("f1", {"theme": Theme.HOEJRE}, {"skills": (skill(Competence.VENSTRE, 3),)}, 0),
        (
            "f1",
            {"theme": Theme.UNCLEAR},
            {"skills": (skill(Competence.HOEJRE, 1), skill(Competence.VENSTRE, 3))},
            2 / 3,
        ),
        ("f2", {}, {}, 1.0),
        ("f2", {}, {"municipality": NEAR}, 0.8),
        ("f2", {}, {"municipality": "0400"}, 0.5),
        ("f2", {}, {"municipality": FAR}, 0.2),
        ("f3", {}, {}, 1.0),
        ("f3", {}, {"municipality": NEAR}, exp(-distance_km("0253", NEAR) / 40)),
        ("f3", {}, {"municipality": "0400"}, exp(-travel_km("0253", "0400") / 40)),
        ("f4", {}, {}, 1.0),
        ("f4", {"languages": ("ar",)}, {"languages": {"ar": Level.B1}}, 0.5),
        ("f4", {"languages": ("ti",), "interpreter_accepted": True}, {}, 0),
        ("f5", {"gender_wish": Gender.FEMALE}, {"gender": Gender.FEMALE}, 1),
        ("f5", {}, {"gender": Gender.FEMALE}, 0.5),
        ("f5", {"gender_wish": Gender.FEMALE}, {"gender": Gender.MALE}, 0),
        ("f6", {}, {"capacity_max": 4, "active": 0, "reserved": 1}, 0.75),
        ("f7", {}, {}, 0.5),
        ("f7", {"needs": (Need(Competence.MINORS, 2),)}, {"skills": (skill(Competence.MINORS, 1),)}, 0.5),
        ("f7", {"needs": (Need(Competence.MINORS, 1),)}, {"skills": (skill(Competence.MINORS, 3),)}, 1),
        ("f8", {}, {"earlier_good_relation": True}, 1),
        ("p2", {}, {"load_90d": 2}, 0),
        ("p2", {}, {"load_90d": 3}, 0.5),
        ("p2", {}, {"load_90d": 9}, 1),
    ],
)
def test_a_factor_has_its_value(code: str, request_: dict[str, Any], member: dict[str, Any], expected: float) -> None:
    assert value(code, request_, member) == pytest.approx(expected)


@pytest.mark.parametrize(("place", "cost"), [("0253", 0), (NEAR, -4), (FAR, -8), ("0400", -8)])
def test_a_loan_costs_nothing_at_home_four_in_the_district_eight_elsewhere(place: str, cost: float) -> None:
    line = next(one for one in lines(requirement(), candidate(municipality=place), SETTING) if one.code == "p1")
    assert line.points == cost


def test_the_weights_are_those_of_the_domain() -> None:
    weights = {name: weight for name, _, weight in values(requirement(), candidate(), SETTING)}
    assert weights == {"f1": 25, "f2": 10, "f3": 10, "f4": 10, "f5": 20, "f6": 10, "f7": 10, "f8": 5, "p1": 0, "p2": -6}


@given(request=REQUIREMENTS, member=CANDIDATES)
def test_every_factor_lies_between_nothing_and_all_and_has_a_line(request: Requirement, member: Candidate) -> None:
    assert all(
        0 <= worth <= 1 for _, worth, _ in values(request, member, SETTING) if member.taken <= member.capacity_max
    )
    reasons = lines(request, member, SETTING)
    assert [one.code for one in reasons] == ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "p1", "p2"]
    assert all(one.sentence.endswith(".") for one in reasons)
    assert sum(one.points for one in reasons) == pytest.approx(points(request, member, SETTING), abs=0.06)


def test_waiting_raises_the_request_and_is_capped() -> None:
    assert request_multiplier(requirement(), TODAY) == 1
    assert request_multiplier(requirement(waiting_since=TODAY - timedelta(days=10)), TODAY) == pytest.approx(1.2)
    assert request_multiplier(requirement(waiting_since=TODAY - timedelta(days=300)), TODAY) == pytest.approx(1.6)
    assert request_multiplier(requirement(waiting_since=TODAY + timedelta(days=5)), TODAY) == 1
    assert request_multiplier(requirement(acute_safety=True), TODAY) == 1.5


def test_nothing_about_the_citizen_beyond_the_requirement_is_known() -> None:
    forbidden = ("age", "ethnicity", "religion", "nationality", "risk", "name", "cpr", "birth")
    names = [one.name for one in (*fields(Requirement), *fields(Candidate))]
    assert not [name for name in names if any(word in name.split("_") for word in forbidden)]
