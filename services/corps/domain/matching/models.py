"""What matching knows: a requirement in closed codes, candidates, and weights (`domain.md` 3.8, 5).

Nothing here describes the citizen beyond what the match needs: no age, ethnicity, religion, nationality, no risk level (5.2, R25).
What only the vault can answer arrives as yes, no or not asked; not asked never passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.codes import Competence
from shared.errors import Invalid
from shared.reference.municipalities import municipality


class Kind(StrEnum):
    """What a corps member is trained for."""

    MENTOR = "MENTOR"
    PARENT_COACH = "PARENT_COACH"
    COORDINATOR = "COORDINATOR"


class Gender(StrEnum):
    """Gender as declared by the member, or wished for by the citizen."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"


class Level(StrEnum):
    """CEFR level of a language."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"


class Theme(StrEnum):
    """Theme code of a match request; the only special category that is a match key (R26)."""

    UNCLEAR = "UNCLEAR"
    EKSTREM_ISLAMISME = "EKSTREM_ISLAMISME"
    HOEJRE = "HOEJRE"
    VENSTRE = "VENSTRE"
    OTHER_MIXED = "OTHER_MIXED"


@dataclass(frozen=True, slots=True)
class Training:
    """LAT basic training for one kind of work, held on a day, valid to a day (inclusive) or without end."""

    kind: Kind
    held_on: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    """A specialisation at level 1 to 3, valid to a day (inclusive)."""

    competence: Competence
    level: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class Need:
    """A competence that the work asks for, with the level (1 to 3) that would meet it fully."""

    competence: Competence
    level: int = 1


Answer = bool | None
"""What the vault said: yes, no, or not asked."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One match request, in requirement codes only (R12).

    `vetoed` and `rejected` are member references the citizen ruled out or declined. `hours_per_week` is what the work takes, if known.
    `acute_safety` and `waiting_since` raise the value of the request (5.2), never a member's points. `co_mentor` says that an
    experienced second mentor stands by (H10). Raises `Invalid` for what cannot be matched at all.
    """

    request_ref: UUID
    kind: Kind
    municipality: str
    languages: tuple[str, ...]
    waiting_since: date
    theme: Theme = Theme.UNCLEAR
    interpreter_accepted: bool = False
    gender_wish: Gender | None = None
    gender_required: bool = False
    needs: tuple[Need, ...] = ()
    minor: bool = False
    cross_over: bool = False
    returnee: bool = False
    co_mentor: bool = False
    security_high: bool = False
    acute_safety: bool = False
    remote_accepted: bool = False
    hours_per_week: float | None = None
    vetoed: frozenset[UUID] = frozenset()
    rejected: frozenset[UUID] = frozenset()

    def __post_init__(self) -> None:
        municipality(self.municipality)
        if self.kind is Kind.COORDINATOR:
            raise _invalid("kind", "a coordinator is not matched", "give MENTOR or PARENT_COACH")
        if not self.languages:
            raise _invalid("languages", "a request names at least one language", "ask the citizen; da is Danish")
        if self.gender_required and self.gender_wish is None:
            raise _invalid(
                "gender_wish", "a necessary gender must be named", "give gender_wish or drop gender_required"
            )
        if any(not 1 <= need.level <= 3 for need in self.needs):
            raise _invalid("needs", "a competence level is 1, 2 or 3", "give a level from 1 to 3")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One corps member as matching sees it: competence, capacity and yes/no answers, never a name.

    `active` and `reserved` places count together against `capacity_max`. `municipality_active`: the employer is a corps municipality today.
    `load_90d`: matches begun in the last 90 days. `conflict` (H3), `works_in_avoid_area` (H6), `serves_relative` and
    `serves_opponent` (H8) are the vault's answers. `hours_free` None means that hours are not kept.
    """

    member_ref: UUID
    municipality: str
    trainings: tuple[Training, ...]
    languages: dict[str, Level] = field(hash=False)
    capacity_max: int = 3
    active: int = 0
    reserved: int = 0
    gender: Gender | None = None
    skills: tuple[Skill, ...] = ()
    last_supervision_at: date | None = None
    on_leave: bool = False
    hours_free: float | None = None
    lendable: bool = False
    max_distance_km: float = 0.0
    remote_ok: bool = False
    municipality_active: bool = True
    children_certificate: bool = False
    security_cleared: bool = False
    load_90d: int = 0
    earlier_good_relation: bool = False
    conflict: Answer = None
    works_in_avoid_area: Answer = None
    serves_relative: Answer = None
    serves_opponent: Answer = None

    @property
    def taken(self) -> int:
        """Return how many places are in use or reserved."""
        return self.active + self.reserved

    def level(self, competence: Competence, today: date) -> int:
        """Return the valid level of a competence, 0 without one."""
        return max(
            (one.level for one in self.skills if one.competence is competence and one.valid_until >= today), default=0
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the factors in points, versioned and shown to the user (5.2)."""

    version: str = "2026-1"
    f1: float = 25
    f2: float = 10
    f3: float = 10
    f4: float = 10
    f5: float = 20
    f6: float = 10
    f7: float = 10
    f8: float = 5
    p1_same_district: float = 4
    p1_other: float = 8
    p2: float = 6
    threshold: float = 35
    """Fewer points are a poor match, which is not proposed (5.3)."""


DEFAULT_WEIGHTS = Weights()


def _invalid(name: str, detail: str, remedy: str) -> Invalid:
    return Invalid("corps.requirement", detail, field=name, rule="domain.md 5.1", remedy=remedy)
