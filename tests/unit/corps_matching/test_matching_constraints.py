"""H1 to H10, each just met and just broken (`domain.md` 5.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.corps.domain.matching import (
    CONSTRAINTS,
    WITHHELD,
    Competence,
    Gender,
    Kind,
    Level,
    Need,
    Training,
    broken,
    shortlist,
    shown,
)
from services.corps.domain.matching.constraints import sentence
from shared.errors import Invalid
from shared.reference.travel import distance_km
from tests.unit.corps_matching.matching_builders import FAR, NEAR, TODAY, candidate, requirement, skill

DAY = timedelta(days=1)
NEAR_KM = distance_km(NEAR, requirement().municipality)

Case = tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]
"""Code, requirement and candidate that just fit, requirement and candidate that just fail."""

CASES: list[Case] = [
    ("H1", {}, {}, {"kind": Kind.PARENT_COACH}, {}),
    (
        "H1",
        {},
        {"trainings": (Training(Kind.MENTOR, TODAY),)},
        {},
        {"trainings": (Training(Kind.MENTOR, TODAY + DAY),)},
    ),
    (
        "H1",
        {},
        {"trainings": (Training(Kind.MENTOR, TODAY - DAY, TODAY),)},
        {},
        {"trainings": (Training(Kind.MENTOR, TODAY - DAY * 2, TODAY - DAY),)},
    ),
    (
        "H2",
        {},
        {"capacity_max": 2, "active": 0, "reserved": 1},
        {},
        {"capacity_max": 2, "active": 1, "reserved": 1, "last_supervision_at": TODAY},
    ),
    (
        "H2",
        {},
        {"active": 1, "last_supervision_at": TODAY - DAY * 60},
        {},
        {"active": 1, "last_supervision_at": TODAY - DAY * 61},
    ),
    ("H2", {}, {"active": 0, "last_supervision_at": None}, {}, {"active": 1, "last_supervision_at": None}),
    ("H2", {"hours_per_week": 4}, {"hours_free": 4}, {"hours_per_week": 4}, {"hours_free": 3.5}),
    ("H2", {}, {}, {}, {"on_leave": True}),
    ("H3", {}, {"conflict": False}, {}, {"conflict": True}),
    ("H3", {}, {"conflict": False}, {}, {"conflict": None}),
    (
        "H4",
        {"languages": ("ar",)},
        {"languages": {"ar": Level.B1}},
        {"languages": ("ar",)},
        {"languages": {"ar": Level.A2}},
    ),
    ("H4", {"languages": ("ti",), "interpreter_accepted": True}, {}, {"languages": ("ti",)}, {}),
    ("H5", {"vetoed": frozenset({UUID(int=3)})}, {}, {"vetoed": frozenset({UUID(int=2)})}, {}),
    ("H5", {"rejected": frozenset({UUID(int=3)})}, {}, {"rejected": frozenset({UUID(int=2)})}, {}),
    (
        "H5",
        {"gender_wish": Gender.FEMALE},
        {"gender": Gender.MALE},
        {"gender_wish": Gender.FEMALE, "gender_required": True},
        {"gender": Gender.MALE},
    ),
    (
        "H5",
        {"gender_wish": Gender.FEMALE, "gender_required": True},
        {"gender": Gender.FEMALE},
        {"gender_wish": Gender.FEMALE, "gender_required": True},
        {"gender": None},
    ),
    ("H6", {"security_high": True}, {"security_cleared": True}, {"security_high": True}, {"security_cleared": False}),
    (
        "H6",
        {"security_high": True},
        {"security_cleared": True},
        {"security_high": True},
        {"security_cleared": True, "works_in_avoid_area": None},
    ),
    (
        "H6",
        {},
        {"works_in_avoid_area": True},
        {"security_high": True},
        {"security_cleared": True, "works_in_avoid_area": True},
    ),
    (
        "H7",
        {},
        {"municipality": NEAR, "lendable": True, "max_distance_km": NEAR_KM},
        {},
        {"municipality": NEAR, "lendable": True, "max_distance_km": NEAR_KM - 0.001},
    ),
    ("H7", {}, {"lendable": False}, {}, {"municipality": NEAR, "lendable": False, "max_distance_km": 500}),
    (
        "H7",
        {"remote_accepted": True},
        {"municipality": FAR, "lendable": True, "remote_ok": True},
        {"remote_accepted": False},
        {"municipality": FAR, "lendable": True, "remote_ok": True},
    ),
    ("H7", {}, {"municipality_active": True}, {}, {"municipality_active": False}),
    ("H8", {}, {"serves_relative": False}, {}, {"serves_relative": True}),
    ("H8", {}, {"serves_opponent": False}, {}, {"serves_opponent": True}),
    ("H8", {}, {"serves_opponent": False}, {}, {"serves_opponent": None}),
    ("H9", {"minor": True}, {"children_certificate": True}, {"minor": True}, {"children_certificate": False}),
    (
        "H10",
        {"cross_over": True},
        {"skills": (skill(Competence.GANG_CROSS_OVER, 2),)},
        {"cross_over": True},
        {"skills": (skill(Competence.GANG_CROSS_OVER, 1),)},
    ),
    (
        "H10",
        {"returnee": True},
        {"skills": (skill(Competence.RETURNEE, 2),)},
        {"returnee": True},
        {"skills": (skill(Competence.RETURNEE, 2, TODAY - DAY),)},
    ),
    ("H10", {"cross_over": True, "co_mentor": True}, {}, {"cross_over": True}, {}),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}-{index}" for index, case in enumerate(CASES)])
def test_the_pair_just_fits_and_just_fails(case: Case) -> None:
    code, fits_request, fits_member, fails_request, fails_member = case
    assert broken(requirement(**fits_request), candidate(**fits_member), TODAY) == ()
    assert broken(requirement(**fails_request), candidate(**fails_member), TODAY) == (code,)


def test_the_table_has_the_ten_rows_and_each_is_tested() -> None:
    codes = [row.code for row in CONSTRAINTS]
    assert codes == [f"H{n}" for n in range(1, 11)]
    assert {case[0] for case in CASES} == set(codes)


def test_confidential_constraints_are_never_shown_beside_a_member() -> None:
    assert shown(("H3",)) == shown(("H6", "H8")) == shown(("H8",)) == (WITHHELD,)
    assert shown(("H2", "H3")) == ("H2",)
    assert shown(()) == ()


def test_every_code_that_may_be_shown_has_a_sentence() -> None:
    for row in CONSTRAINTS:
        for code in shown((row.code,)):
            assert sentence(code, requirement()).endswith(".")


def test_the_sentence_of_a_language_names_it() -> None:
    assert "(so or ar, B1 or better)" in sentence("H4", requirement(languages=("so", "ar")))


def test_the_shortlist_needs_no_answer_of_the_vault() -> None:
    unasked = candidate(conflict=None, serves_relative=None, serves_opponent=None, works_in_avoid_area=None)
    assert shortlist(requirement(), [unasked, candidate(3, on_leave=True)], TODAY) == [unasked]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"languages": ()}, "languages"),
        ({"gender_required": True}, "gender_wish"),
        ({"kind": Kind.COORDINATOR}, "kind"),
        ({"needs": (Need(Competence.MINORS, 4),)}, "needs"),
        ({"municipality": "0411"}, "municipality"),
    ],
)
def test_a_requirement_that_cannot_be_matched_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        requirement(**changes)
    assert refused.value.field == field
