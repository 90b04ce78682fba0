"""Soft preferences f1 to f8, p1 and p2 of a pair that passes every hard constraint (`domain.md` 5.2).

Points say how well a member suits the work. They are never a score of a citizen and are not stored beyond the proposal (R25).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import exp

from services.corps.domain.matching.models import Candidate, Level, Requirement, Theme, Weights
from shared.contracts.codes import Competence
from shared.reference.districts import neighbouring_districts
from shared.reference.municipalities import municipality
from shared.reference.travel import travel_km

_THEMES = {
    Theme.EKSTREM_ISLAMISME: Competence.EKSTREM_ISLAMISME,
    Theme.HOEJRE: Competence.HOEJRE,
    Theme.VENSTRE: Competence.VENSTRE,
}
_LANGUAGE = {Level.B1: 3 / 6, Level.B2: 4 / 6, Level.C1: 5 / 6, Level.C2: 1.0}
_PLACES = {
    1.0: "own municipality",
    0.8: "same police district",
    0.5: "neighbouring police district",
    0.2: "another part of the country",
}
NEUTRAL = 0.5
"""Value of a factor about which the request says nothing."""

DAILY, CAP, ACUTE = 0.02, 1.6, 1.5
"""A request gains 2 % a day up to 1.6, and half again for acute safety (5.2)."""


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One line of the reason: value in [0,1] (penalties too), weight, signed points, and the sentence a person reads."""

    code: str
    value: float
    weight: float
    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What scoring needs beside the pair: the day, the weights, and the mean of `load_90d` over the members considered."""

    today: date
    weights: Weights
    mean_load: float = 0.0


def theme_value(requirement: Requirement, candidate: Candidate, today: date) -> float:
    """f1: level in the theme / 3; without a clear theme, the share of the three themes the member knows (generalist)."""
    competence = _THEMES.get(requirement.theme)
    if competence is not None:
        return candidate.level(competence, today) / 3
    return sum(candidate.level(one, today) > 0 for one in _THEMES.values()) / len(_THEMES)


@cache
def place_value(here: str, there: str) -> float:
    """f2 for two municipality codes: the same 1, same police district 0.8, neighbouring district 0.5, elsewhere 0.2."""
    if here == there:
        return 1.0
    ours, theirs = (municipality(code).police_district for code in (here, there))
    if ours == theirs:
        return 0.8
    return 0.5 if theirs in neighbouring_districts(ours) else 0.2


@cache
def distance_value(here: str, there: str) -> float:
    """f3 for two municipality codes: exp(-km / 40), with what a ferry is worth added for islands."""
    return exp(-travel_km(here, there) / 40)


def language_value(requirement: Requirement, candidate: Candidate) -> float:
    """f4: the best common language, C2 1.0 down to B1 0.5; 0 where an interpreter is needed."""
    levels = (candidate.languages.get(code) for code in requirement.languages)
    return max((_LANGUAGE.get(level, 0.0) for level in levels if level), default=0.0)


def gender_value(requirement: Requirement, candidate: Candidate) -> float:
    """f5: wish met 1, no wish 0.5, not met 0."""
    if requirement.gender_wish is None:
        return NEUTRAL
    return 1.0 if candidate.gender is requirement.gender_wish else 0.0


def capacity_value(candidate: Candidate) -> float:
    """f6: the share of places that is free."""
    return 1 - candidate.taken / candidate.capacity_max if candidate.capacity_max > 0 else 0.0


def needs_value(requirement: Requirement, candidate: Candidate, today: date) -> float:
    """f7: how far the extra competences are met, on average; 0.5 if none is needed."""
    if not requirement.needs:
        return NEUTRAL
    met = sum(min(1.0, candidate.level(need.competence, today) / need.level) for need in requirement.needs)
    return met / len(requirement.needs)


def load_value(candidate: Candidate, mean_load: float) -> float:
    """p2: how far the last 90 days are above the mean, as a share of it (of 1, if the mean is lower); at most 1."""
    return min(1.0, max(0.0, candidate.load_90d - mean_load) / max(mean_load, 1.0))


def values(requirement: Requirement, candidate: Candidate, setting: Setting) -> tuple[tuple[str, float, float], ...]:
    """Return (code, value in [0,1], weight) of every factor, penalties with a negative weight."""
    weights, today = setting.weights, setting.today
    here, there = requirement.municipality, candidate.municipality
    place = place_value(here, there)
    lending = 0.0 if place == 1.0 else weights.p1_same_district if place == 0.8 else weights.p1_other
    return (
        ("f1", theme_value(requirement, candidate, today), weights.f1),
        ("f2", place, weights.f2),
        ("f3", distance_value(here, there), weights.f3),
        ("f4", language_value(requirement, candidate), weights.f4),
        ("f5", gender_value(requirement, candidate), weights.f5),
        ("f6", capacity_value(candidate), weights.f6),
        ("f7", needs_value(requirement, candidate, today), weights.f7),
        ("f8", 1.0 if candidate.earlier_good_relation else 0.0, weights.f8),
        ("p1", 1.0 if lending else 0.0, -lending),
        ("p2", load_value(candidate, setting.mean_load), -weights.p2),
    )


def points(requirement: Requirement, candidate: Candidate, setting: Setting) -> float:
    """Return the points of a pair, rounded to hundredths so that equal is equal on every machine."""
    return round(sum(value * weight for _, value, weight in values(requirement, candidate, setting)), 2)


def lines(requirement: Requirement, candidate: Candidate, setting: Setting) -> tuple[FactorLine, ...]:
    """Return one reason line per factor."""
    return tuple(
        FactorLine(
            code,
            round(value, 4),
            weight,
            round(value * weight, 2) + 0.0,
            _SENTENCES[code](requirement, candidate, value),
        )
        for code, value, weight in values(requirement, candidate, setting)
    )


def request_multiplier(requirement: Requirement, today: date) -> float:
    """Return what the request's value is multiplied by for waiting and acute safety; no risk level is used (5.2)."""
    waited = max(0, (today - requirement.waiting_since).days)
    return min(CAP, 1 + DAILY * waited) * (ACUTE if requirement.acute_safety else 1.0)


def _theme_sentence(requirement: Requirement, _: Candidate, value: float) -> str:
    if requirement.theme in _THEMES:
        return f"Level {round(value * 3)} of 3 in the theme of the request."
    return f"The theme is not clear; knows {round(value * 3)} of 3 themes."


def _distance_sentence(requirement: Requirement, candidate: Candidate, _: float) -> str:
    return f"About {round(travel_km(requirement.municipality, candidate.municipality))} km away, ferries included."


def _language_sentence(_: Requirement, __: Candidate, value: float) -> str:
    return f"Best common language at {_level(value)}." if value else "Works through an interpreter."


def _level(value: float) -> str:
    return next(str(level) for level, worth in _LANGUAGE.items() if worth == value)


def _gender_sentence(requirement: Requirement, _: Candidate, value: float) -> str:
    if requirement.gender_wish is None:
        return "No wish about gender."
    return "Meets the wish about gender." if value else "Does not meet the wish about gender."


def _needs_sentence(requirement: Requirement, _: Candidate, value: float) -> str:
    return f"Meets {value:.0%} of the extra competences." if requirement.needs else "No extra competence is needed."


_SENTENCES: dict[str, Callable[[Requirement, Candidate, float], str]] = {
    "f1": _theme_sentence,
    "f2": lambda _, __, value: f"Works in: {_PLACES[value]}.",
    "f3": _distance_sentence,
    "f4": _language_sentence,
    "f5": _gender_sentence,
    "f6": lambda _, one, __: f"{one.capacity_max - one.taken} of {one.capacity_max} places are free.",
    "f7": _needs_sentence,
    "f8": lambda _, __, value: "An earlier good relation." if value else "No earlier relation.",
    "p1": lambda _, __, value: "A loan: cost and administration." if value else "No loan is needed.",
    "p2": lambda _, __, value: (
        "More new matches in 90 days than most." if value else "Not more new matches in 90 days than most."
    ),
}
