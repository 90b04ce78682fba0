"""Facts that every aggregate can have: clocks and agreements."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Fact


class StepAction(StrEnum):
    """What happens at a moment of a deadline; none of them decides anything (`domain.md` 2.7)."""

    REMIND = "REMIND"
    ESCALATE = "ESCALATE"
    MISS = "MISS"


class Step(BaseModel):
    """One moment of a deadline at which somebody is told something."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    action: StepAction


class DeadlineReason(BaseModel):
    """Why a deadline is due when it is: from which moment, by which rule, over which days that did not count."""

    model_config = ConfigDict(frozen=True)

    unit: str
    amount: int
    counted_from: datetime
    skipped: tuple[str, ...] = ()


class DeadlineOpened(Fact):
    """A clock was started: owner, due time and the reason for that time."""

    type: ClassVar[str] = "deadline.opened.v1"

    deadline_id: UUID
    kind: str
    opening: int
    owner_role: str
    owner_organisation: str
    owner_person: UUID | None = None
    """The one person of that role whose it is; None means that any of them may do it."""
    due_at: datetime
    steps: tuple[Step, ...]
    reason: DeadlineReason
    paragraph: str
    sourced: bool
    lasts: bool
    """True if the clock outlives the stage that opened it."""
    about: UUID | None = None
    """The part of the aggregate that the clock is about, where several of a kind can run: a consent."""


class DeadlineMet(Fact):
    """What the clock waited for was done."""

    type: ClassVar[str] = "deadline.met.v1"

    deadline_id: UUID
    kind: str
    late: bool


class DeadlineCancelled(Fact):
    """The clock has lost its meaning: the aggregate went another way."""

    type: ClassVar[str] = "deadline.cancelled.v1"

    deadline_id: UUID
    kind: str


class DeadlineReminded(Fact):
    """The owner was reminded."""

    type: ClassVar[str] = "deadline.reminded.v1"

    deadline_id: UUID
    kind: str
    step_at: datetime


class DeadlineEscalated(Fact):
    """A leader was told before the clock ran out."""

    type: ClassVar[str] = "deadline.escalated.v1"

    deadline_id: UUID
    kind: str
    step_at: datetime


class DeadlineMissed(Fact):
    """The due time passed; a leader was told. Nothing was decided, and the clock stays open."""

    type: ClassVar[str] = "deadline.missed.v1"

    deadline_id: UUID
    kind: str
    step_at: datetime


class AgreementRecorded(Fact):
    """One of several who must agree has agreed; the transition waits for the others."""

    type: ClassVar[str] = "agreement.recorded.v1"

    command: str
    role: str
    terms: dict[str, str]


class SightChanged(Fact):
    """An organisation, or one person of it, sees the aggregate no longer, or sees it again: with it goes or comes what waits there.

    Who has never lost sight is in no such fact. `of_roles` are those whose sight the aggregate's policy gives; what waits for
    another role there (a DPO who signs) does not rest on it.
    """

    type: ClassVar[str] = "sight.changed.v1"

    of_organisation: str
    of_person: UUID | None = None
    """The one person; None means the organisation with everybody in it."""
    of_roles: tuple[str, ...]
    sees: bool


STEP_FACTS: dict[StepAction, type[DeadlineReminded | DeadlineEscalated | DeadlineMissed]] = {
    StepAction.REMIND: DeadlineReminded,
    StepAction.ESCALATE: DeadlineEscalated,
    StepAction.MISS: DeadlineMissed,
}

LIFECYCLE_FACTS: tuple[type[Fact], ...] = (
    DeadlineOpened,
    DeadlineMet,
    DeadlineCancelled,
    DeadlineReminded,
    DeadlineEscalated,
    DeadlineMissed,
    AgreementRecorded,
    SightChanged,
)
