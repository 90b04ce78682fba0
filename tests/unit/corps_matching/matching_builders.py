"""A requirement and a candidate that fit, to change one thing in; and strategies that vary all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.corps.domain.matching import (
    Candidate,
    Competence,
    Gender,
    Kind,
    Level,
    Need,
    Requirement,
    Skill,
    Theme,
    Training,
)

TODAY = date(2026, 11, 20)
HOME, NEAR, FAR = "0253", "0265", "0851"
"""Greve, Roskilde (17 km, same district), Aalborg."""

_REQUIREMENT = Requirement(UUID(int=1), Kind.MENTOR, HOME, ("da",), TODAY)
_CANDIDATE = Candidate(
    UUID(int=2),
    HOME,
    (Training(Kind.MENTOR, TODAY - timedelta(days=100)),),
    {"da": Level.C2},
    conflict=False,
    works_in_avoid_area=False,
    serves_relative=False,
    serves_opponent=False,
)


def requirement(**changes: Any) -> Requirement:
    """Return a requirement that `candidate()` meets, with changes."""
    return replace(_REQUIREMENT, **changes)


def candidate(ref: int = 2, **changes: Any) -> Candidate:
    """Return a candidate who meets `requirement()`, with changes."""
    return replace(_CANDIDATE, member_ref=UUID(int=ref), **changes)


def skill(competence: Competence, level: int = 2, until: date = TODAY) -> Skill:
    """Return a specialisation that is valid today."""
    return Skill(competence, level, until)


PLACES = st.sampled_from([HOME, NEAR, "0101", "0400", "0461", FAR])
ANSWERS = st.sampled_from([False, False, False, True, None])
DAYS = st.integers(-5, 120).map(lambda n: TODAY - timedelta(days=n))
SKILLS = st.lists(
    st.builds(Skill, st.sampled_from(Competence), st.integers(1, 3), st.integers(-30, 700).map(lambda n: TODAY + timedelta(days=n))),
    max_size=4,
).map(tuple)  # fmt: skip

REQUIREMENTS = st.builds(
    Requirement,
    request_ref=st.just(UUID(int=1)),
    kind=st.sampled_from([Kind.MENTOR, Kind.PARENT_COACH]),
    municipality=PLACES,
    languages=st.sampled_from([("da",), ("ar",), ("so", "ar"), ("ti",)]),
    waiting_since=DAYS,
    theme=st.sampled_from(Theme),
    interpreter_accepted=st.booleans(),
    gender_wish=st.sampled_from(Gender),
    gender_required=st.booleans(),
    needs=st.lists(st.builds(Need, st.sampled_from(Competence), st.integers(1, 3)), max_size=2).map(tuple),
    minor=st.booleans(),
    cross_over=st.booleans(),
    returnee=st.booleans(),
    co_mentor=st.booleans(),
    security_high=st.booleans(),
    remote_accepted=st.booleans(),
    vetoed=st.sampled_from([frozenset(), frozenset({UUID(int=10)})]),
)

CANDIDATES = st.builds(
    Candidate,
    member_ref=st.integers(10, 60).map(lambda n: UUID(int=n)),
    municipality=PLACES,
    trainings=st.sampled_from([_CANDIDATE.trainings, (Training(Kind.PARENT_COACH, TODAY),), (*_CANDIDATE.trainings, Training(Kind.PARENT_COACH, TODAY))]),
    languages=st.dictionaries(st.sampled_from(["da", "ar", "so"]), st.sampled_from(Level), max_size=3),
    capacity_max=st.integers(0, 4),
    active=st.integers(0, 2),
    reserved=st.integers(0, 1),
    gender=st.sampled_from([*Gender, None]),
    skills=SKILLS,
    last_supervision_at=st.one_of(st.none(), DAYS),
    lendable=st.booleans(),
    max_distance_km=st.sampled_from([0.0, 20.0, 80.0, 500.0]),
    remote_ok=st.booleans(),
    municipality_active=st.sampled_from([True, True, False]),
    children_certificate=st.booleans(),
    security_cleared=st.booleans(),
    load_90d=st.integers(0, 5),
    conflict=ANSWERS,
    works_in_avoid_area=ANSWERS,
    serves_relative=ANSWERS,
    serves_opponent=ANSWERS,
)  # fmt: skip

FITTING_REQUIREMENTS = st.builds(
    requirement,
    municipality=PLACES,
    languages=st.sampled_from([("da",), ("ar",), ("so", "ar")]),
    interpreter_accepted=st.just(True),
    theme=st.sampled_from(Theme),
    gender_wish=st.sampled_from([*Gender, None]),
    needs=st.lists(st.builds(Need, st.sampled_from(Competence), st.integers(1, 3)), max_size=2).map(tuple),
)
FITTING_CORPS = st.lists(
    st.builds(
        candidate,
        ref=st.integers(10, 60),
        municipality=PLACES,
        lendable=st.just(True),
        max_distance_km=st.just(500.0),
        languages=st.dictionaries(st.sampled_from(["da", "ar", "so"]), st.sampled_from(Level), max_size=3),
        active=st.integers(0, 2),
        last_supervision_at=st.just(TODAY),
        gender=st.sampled_from([*Gender, None]),
        skills=SKILLS,
        load_90d=st.integers(0, 5),
        earlier_good_relation=st.booleans(),
    ),
    min_size=1,
    max_size=15,
    unique_by=lambda one: one.member_ref,
)
"""Everybody fits everything, and all differ in points."""

CORPS = st.lists(CANDIDATES, max_size=15, unique_by=lambda one: one.member_ref)
