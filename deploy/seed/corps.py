"""A fictional corps of 100 members in 22 municipalities (`domain.md` 3.8, 6).

Which municipalities really are hosts is not known; these are chosen so that Bornholm and Sydsjælland og Lolland-Falster have
none and Nordjylland has one: loans across districts must be a normal path (5.4). Traits
go round in cycles of different length, so that every mix occurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from deploy.seed.references import fictional_ref
from services.corps.domain.matching.models import Gender, Kind, Level, Skill, Training
from shared.contracts.codes import Competence
from shared.reference.municipalities import municipality

CORPS_MUNICIPALITIES = MappingProxyType(
    {
        "0101": 12, "0147": 4, "0185": 3,
        "0159": 4, "0169": 4, "0183": 3,
        "0217": 3, "0219": 3,
        "0265": 4, "0316": 3,
        "0461": 8, "0479": 3,
        "0607": 3, "0621": 4, "0630": 4,
        "0561": 5, "0580": 3,
        "0657": 4, "0791": 3,
        "0730": 4, "0751": 11, "0851": 5,
    }
)  # fmt: skip
"""Municipality code to number of members: 22 municipalities, 100 members."""

DEFAULT_DAY = date(2026, 11, 2)
"""The day from which trainings and specialisations are counted if none is given."""

_GENDERS = (Gender.FEMALE, Gender.MALE)
_KINDS = ((Kind.MENTOR,), (Kind.MENTOR, Kind.PARENT_COACH), (Kind.PARENT_COACH,))
_LANGUAGES = (
    {"en": Level.C1}, {"ar": Level.C2, "en": Level.B2}, {"en": Level.B2}, {"so": Level.C2, "ar": Level.B1},
    {"tr": Level.C2}, {"ur": Level.C1, "en": Level.C1}, {"en": Level.B2, "de": Level.B1},
)  # fmt: skip
_SKILLS = (
    {Competence.EKSTREM_ISLAMISME: 3, Competence.RETURNEE: 2},
    {Competence.HOEJRE: 3, Competence.ONLINE_RISK: 2},
    {Competence.EKSTREM_ISLAMISME: 2, Competence.GANG_CROSS_OVER: 3, Competence.MINORS: 1},
    {Competence.VENSTRE: 2, Competence.MENTAL_VULNERABILITY: 2},
    {Competence.HOEJRE: 2, Competence.MINORS: 2, Competence.ONLINE_RISK: 3},
)
_DISTANCES = (40, 60, 80, 120, 200)
_CAPACITIES = (3, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class CorpsMember:
    """One fictional member; the fields have the names and units of `matching.Candidate`. `member_ref` is the person's reference too."""

    member_ref: UUID
    municipality: str
    number: str
    label: str
    trainings: tuple[Training, ...]
    languages: dict[str, Level]
    gender: Gender
    skills: tuple[Skill, ...]
    capacity_max: int
    hours_per_week: int
    lendable: bool
    max_distance_km: int
    remote_ok: bool
    children_certificate: bool
    security_cleared: bool

    def as_json(self) -> dict[str, Any]:
        """Return the member in plain JSON types; dates are ISO days."""
        return {
            "member_ref": str(self.member_ref),
            "municipality": self.municipality,
            "trainings": [{"kind": one.kind.value, "held_on": one.held_on.isoformat()} for one in self.trainings],
            "languages": {code: level.value for code, level in self.languages.items()},
            "gender": self.gender.value,
            "skills": [
                {"competence": one.competence.value, "level": one.level, "valid_until": one.valid_until.isoformat()}
                for one in self.skills
            ],
            "capacity_max": self.capacity_max,
            "hours_per_week": self.hours_per_week,
            "lendable": self.lendable,
            "max_distance_km": self.max_distance_km,
            "remote_ok": self.remote_ok,
            "children_certificate": self.children_certificate,
            "security_cleared": self.security_cleared,
        }


@cache
def corps_members(day: date = DEFAULT_DAY) -> tuple[CorpsMember, ...]:
    """Return the corps as of `day`, in order of municipality: who they are never changes, only the dates move with `day`."""
    places = [(code, n) for code, members in CORPS_MUNICIPALITIES.items() for n in range(members)]
    return tuple(_member(index, code, n, day) for index, (code, n) in enumerate(places))


def _member(index: int, code: str, n: int, day: date) -> CorpsMember:
    number = f"{n + 1:02}"
    return CorpsMember(
        member_ref=fictional_ref("CORPS_MEMBER", code, number),
        municipality=code,
        number=number,
        label=f"Korpsmedlem {number}, {municipality(code).name} kommune",
        trainings=tuple(Training(kind, day - timedelta(days=200 + index)) for kind in _KINDS[n % 3]),
        languages={"da": Level.C2, **_LANGUAGES[index % 7]},
        gender=_GENDERS[n % 2],
        skills=tuple(Skill(one, level, day + timedelta(days=730)) for one, level in _SKILLS[index % 5].items()),
        capacity_max=_CAPACITIES[index % 4],
        hours_per_week=(37, 30, 20)[index % 3],
        lendable=index % 8 != 7,
        max_distance_km=_DISTANCES[index % 5],
        remote_ok=index % 6 == 0,
        children_certificate=index % 4 != 3,
        security_cleared=index % 3 == 0,
    )
