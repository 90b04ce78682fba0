"""What speaks for and against a candidate, in the visitor's language, from the same lines that the ranking adds up (`domain.md` 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from services.corps.domain.matching import Candidate, Requirement
from services.corps.domain.matching.scoring import FactorLine
from shared.reference.travel import travel_km
from shared.web.console.language import N_
from shared.web.console.saying import Say
from shared.web.console.site import Visit

Speaks = Literal["for", "against", "neither"]
GOOD: Final = 0.5
"""Share of a factor from which it speaks for the candidate."""


class Told(NamedTuple):
    """One line: code, what it says, whether it speaks for or against, its points and how many it can give."""

    code: str
    said: str
    speaks: Speaks
    points: float
    most: float


def told(visit: Visit, requirement: Requirement, candidate: Candidate, lines: Sequence[FactorLine]) -> tuple[Told, ...]:
    """Return the lines in words, in the order of the factors."""
    return tuple(
        Told(
            line.code,
            _SAID[line.code](visit, requirement, candidate, line.value),
            _speaks(requirement, line),
            line.points,
            line.weight,
        )
        for line in lines
    )


def _speaks(requirement: Requirement, line: FactorLine) -> Speaks:
    """Say which way a line speaks; what the request says nothing about speaks neither way."""
    if line.code in ("p1", "p2"):
        return "against" if line.points < 0 else "neither"
    silent = {"f5": requirement.gender_wish is None, "f7": not requirement.needs, "f8": line.value == 0}
    if silent.get(line.code):
        return "neither"
    return "for" if line.value >= GOOD else "against"


def _theme(visit: Visit, requirement: Requirement, _: Candidate, value: float) -> str:
    level = round(value * 3)
    theme = Say(visit.language).code(requirement.theme, "Theme").lower()
    if requirement.theme in ("UNCLEAR", "OTHER_MIXED"):
        return visit.say(N_("emnet er uklart; kender %(n)s af 3 emner"), n=level)
    return visit.say(N_("%(theme)s: niveau %(n)s af 3"), theme=theme, n=level)


def _place(visit: Visit, _: Requirement, __: Candidate, value: float) -> str:
    if value == 1:
        return visit.say(N_("egen kommune"))
    if value == 0.8:  # `scoring.place_value`
        return visit.say(N_("samme politikreds"))
    return visit.say(N_("nabokreds")) if value == GOOD else visit.say(N_("en anden del af landet"))


def _distance(visit: Visit, requirement: Requirement, candidate: Candidate, _: float) -> str:
    far = round(travel_km(requirement.municipality, candidate.municipality))
    return visit.say(N_("%(km)s km, færger regnet med"), km=far)


def _language(visit: Visit, requirement: Requirement, candidate: Candidate, value: float) -> str:
    spoken = [(candidate.languages[code], code) for code in requirement.languages if code in candidate.languages]
    if not value or not spoken:
        return visit.say(N_("med tolk"))
    level, code = max(spoken)
    return f"{visit.language.tongue(code)} {level}"


def _gender(visit: Visit, requirement: Requirement, candidate: Candidate, value: float) -> str:
    if requirement.gender_wish is None:
        return visit.say(N_("intet ønske om køn"))
    own = Say(visit.language).code(candidate.gender, "Gender").lower() if candidate.gender else "–"
    if value:
        return own
    return visit.say(N_("%(gender)s: ønsket er ikke opfyldt"), gender=own)


def _capacity(visit: Visit, _: Requirement, candidate: Candidate, __: float) -> str:
    free = candidate.capacity_max - candidate.taken
    return visit.say(N_("%(n)s af %(places)s pladser er fri"), n=free, places=candidate.capacity_max)


def _needs(visit: Visit, requirement: Requirement, _: Candidate, value: float) -> str:
    if not requirement.needs:
        return visit.say(N_("ingen særlige kompetencer er nødvendige"))
    return visit.say(N_("opfylder %(percent)s %% af de særlige kompetencer"), percent=round(value * 100))


def _known(visit: Visit, _: Requirement, __: Candidate, value: float) -> str:
    return visit.say(N_("kendt af borgeren fra et tidligere, godt forløb")) if value else visit.say(N_("kendes ikke"))


def _loan(visit: Visit, _: Requirement, __: Candidate, value: float) -> str:
    return visit.say(N_("et lån koster tid og penge")) if value else visit.say(N_("intet lån"))


def _load(visit: Visit, _: Requirement, __: Candidate, value: float) -> str:
    if value:
        return visit.say(N_("har haft flere nye forløb på 90 dage end de fleste"))
    return visit.say(N_("ikke flere nye forløb på 90 dage end de fleste"))


_SAID: Final[dict[str, Callable[[Visit, Requirement, Candidate, float], str]]] = {
    "f1": _theme,
    "f2": _place,
    "f3": _distance,
    "f4": _language,
    "f5": _gender,
    "f6": _capacity,
    "f7": _needs,
    "f8": _known,
    "p1": _loan,
    "p2": _load,
}
