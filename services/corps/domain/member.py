"""The corps member (korpsmedlem, `domain.md` 3.8) and what of her capacity is held.

Invariant: at no moment do more interventions hold a member than `capacity_max`, nor more loan hours than her contract has.
A hold lapses by itself: from its `until` on it does not count, whether or not anybody has released it yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.corps.domain.matching import Competence, Gender, Kind, Level
from shared.contracts.requirements import Language
from shared.errors import Conflict, Invalid
from shared.reference.organisations import kommune


class TrainingHeld(BaseModel):
    """LAT basic training for one kind of work, with its day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    held_on: date
    valid_until: date | None = None


class SkillHeld(BaseModel):
    """A specialisation at level 1 to 3; valid for three years at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    competence: Competence
    level: int = Field(ge=1, le=3)
    valid_until: date


class Leave(BaseModel):
    """Days on which the member takes no new work, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_day: date
    to_day: date


class MemberProfile(BaseModel):
    """What is on record about a member: competence and capacity, never a name. `member_ref` is the person's reference too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member_ref: UUID
    municipality: str = Field(pattern=r"^0\d{3}$", description="the employer")
    trainings: tuple[TrainingHeld, ...] = Field(min_length=1, max_length=10)
    languages: dict[Language, Level] = Field(min_length=1, max_length=20)
    gender: Gender | None = None
    skills: tuple[SkillHeld, ...] = Field(default=(), max_length=20)
    capacity_max: int = Field(default=3, ge=0, le=20)
    hours_per_week: int = Field(default=37, ge=0, le=37, description="contract hours")
    lendable: bool = False
    max_distance_km: int = Field(default=0, ge=0, le=500)
    remote_ok: bool = False
    children_certificate: bool = False
    security_cleared: bool = False
    leave: tuple[Leave, ...] = Field(default=(), max_length=20)

    @property
    def organisation(self) -> str:
        """Return the organisation that employs the member."""
        return kommune(self.municipality)


class HoldKind(StrEnum):
    """Why a place of a member is held."""

    RESERVED = "RESERVED"
    ACTIVE = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Hold:
    """One place of a member, held for one intervention. `until` None: until it is released."""

    id: UUID
    intervention_id: UUID
    kind: HoldKind
    hours: int
    since: datetime
    until: datetime | None = None
    released_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Say whether the place is taken at `now`."""
        return self.released_at is None and (self.until is None or now < self.until)


class MemberTaken(Conflict):
    """Somebody else was first: says why she is not free, and carries who is (T28)."""

    def __init__(self, free_again: datetime | None, *, hours: bool = False) -> None:
        super().__init__(
            "member_taken",
            "the hours of her contract are all lent" if hours else "every place of the member is taken or reserved",
            field="member_ref",
            rule="domain.md 3.9",
            remedy="Choose one of those who are free now; a reservation that lapses makes her free again.",
        )
        self.free_again = free_again

    def with_options(self, options: list[dict[str, Any]]) -> MemberTaken:
        """Return the error with those who are free now."""
        self.more = {"free_again": self.free_again.isoformat() if self.free_again else None, "options": options}
        return self


@dataclass(frozen=True, slots=True)
class Ledger:
    """The open holds of one member, as they are while her row is locked. Each operation returns the ledger afterwards."""

    capacity_max: int
    hours_per_week: int
    holds: tuple[Hold, ...] = ()

    def live(self, now: datetime) -> tuple[Hold, ...]:
        """Return the holds that count at `now`."""
        return tuple(hold for hold in self.holds if hold.counts(now))

    def hours_free(self, now: datetime) -> int:
        """Return how many hours a week of the contract are not lent."""
        return self.hours_per_week - sum(hold.hours for hold in self.live(now))

    def swept(self, now: datetime) -> Ledger:
        """Release what has lapsed."""
        return self._with(
            replace(hold, released_at=hold.until) if hold.released_at is None and not hold.counts(now) else hold
            for hold in self.holds
        )

    def reserve(self, new: Hold, now: datetime) -> Ledger:
        """Hold a place. Raises `MemberTaken` if none is free or the hours do not suffice.

        What the same intervention held before gives way: an intervention has one member.
        """
        ledger = self.release(new.intervention_id, now).swept(now)
        live = ledger.live(now)
        if len(live) >= self.capacity_max:
            raise MemberTaken(min((hold.until for hold in live if hold.until), default=None))
        if new.hours > ledger.hours_free(now):
            raise MemberTaken(None, hours=True)
        return ledger._with((*ledger.holds, new))

    def firm(self, intervention_id: UUID, now: datetime) -> Ledger:
        """Make a reservation last until it is released: both leaders have signed. Raises `Conflict` if it has lapsed."""
        return self._changed(intervention_id, now, until=None)

    def begin(self, intervention_id: UUID, now: datetime) -> Ledger:
        """Turn a reservation into work. Raises `Conflict` if it has lapsed."""
        return self._changed(intervention_id, now, until=None, kind=HoldKind.ACTIVE)

    def release(self, intervention_id: UUID, now: datetime) -> Ledger:
        """Free the place that an intervention holds; nothing happens if it holds none."""
        return self._with(
            replace(hold, released_at=min(now, hold.until) if hold.until else now)
            if hold.intervention_id == intervention_id and hold.released_at is None
            else hold
            for hold in self.holds
        )

    def _changed(self, intervention_id: UUID, now: datetime, **changes: Any) -> Ledger:
        mine = [hold for hold in self.live(now) if hold.intervention_id == intervention_id]
        if not mine:
            raise Conflict(
                "reservation_lapsed",
                "no place of the member is held for this intervention",
                rule="domain.md 3.9",
                remedy="Look at the options again; the member may still be free.",
            )
        return self._with(replace(hold, **changes) if hold in mine else hold for hold in self.holds)

    def _with(self, holds: Iterable[Hold]) -> Ledger:
        return replace(self, holds=tuple(holds))


SKILL_YEARS = 3
"""How long a specialisation is valid at most (`domain.md` 3.8)."""


def check_profile(profile: MemberProfile, today: date) -> None:
    """Raise `Invalid` if the profile breaks a rule that a field alone cannot show."""
    latest = today.replace(year=today.year + SKILL_YEARS, day=min(today.day, 28))
    if any(skill.valid_until > latest for skill in profile.skills):
        raise Invalid(
            "skill_valid_too_long",
            "a specialisation is valid for three years at most",
            field="skills",
            rule="domain.md 3.8",
            remedy="Give an earlier valid_until.",
        )
    if any(leave.to_day < leave.from_day for leave in profile.leave):
        raise Invalid(
            "leave_out_of_order",
            "a leave ends before it begins",
            field="leave",
            rule="domain.md 3.8",
            remedy="Correct the days.",
        )
