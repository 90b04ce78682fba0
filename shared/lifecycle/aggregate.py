"""The part of an aggregate's state that all aggregates share, and how a fact changes it.

The state of an aggregate is the fold of its facts: `evolve` applied to each in order gives the row that Postgres holds, which a
test rebuilds and compares.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Fact
from shared.contracts.lifecycle import (
    AgreementRecorded,
    DeadlineCancelled,
    DeadlineEscalated,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    SightChanged,
    Step,
)


class OpenClock(BaseModel):
    """A clock that runs."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: str
    due_at: datetime
    pending: tuple[Step, ...]
    lasts: bool
    owner_role: str
    owner_organisation: str
    owner_person: UUID | None = None
    counted_from: datetime | None = None
    about: UUID | None = None


class Consent(BaseModel):
    """One party's agreement to a command that several must give."""

    model_config = ConfigDict(frozen=True)

    role: str
    by: UUID
    terms: dict[str, str]


class Outside(BaseModel):
    """An organisation, or one `person` of it, whose sight has ended."""

    model_config = ConfigDict(frozen=True)

    organisation: str
    person: UUID | None = None


class Aggregate(BaseModel):
    """What every aggregate has. `version` is the sequence of its latest fact; `opening` grows when it is reopened."""

    model_config = ConfigDict(frozen=True)

    kind: ClassVar[str]
    topic: ClassVar[str]

    id: UUID
    stage: str
    version: int = 0
    opening: int = 1
    organisation: str
    clocks: dict[UUID, OpenClock] = {}
    agreements: dict[str, tuple[Consent, ...]] = {}
    outside: tuple[Outside, ...] = ()
    """Whose sight has ended and has not come back, in the order in which it did."""

    @property
    def handlers(self) -> tuple[str, ...]:
        """Return the organisations that handle it as its controllers; the law that governs it follows from them (4.1)."""
        return (self.organisation,)

    @property
    def controller(self) -> str:
        """Return the organisation that answers for it: its owner, unless a kind of record says otherwise (4.1)."""
        return self.organisation

    def with_(self, **changes: Any) -> Self:
        """Return a copy with some fields changed."""
        return self.model_copy(update=changes)

    def after(self, fact: Fact) -> Self:
        """Return the state after the part of `fact` that means the same to every aggregate."""
        state = self.with_(version=self.version + 1)
        if fact.stage is not None and fact.stage != self.stage:
            state = state.with_(stage=fact.stage, agreements={})
        match fact:
            case DeadlineOpened():
                return state._with_clock(fact)
            case DeadlineMet() | DeadlineCancelled():
                return state.with_(clocks={i: clock for i, clock in state.clocks.items() if i != fact.deadline_id})
            case DeadlineReminded() | DeadlineEscalated() | DeadlineMissed():
                return state._step_taken(fact.deadline_id, fact.step_at)
            case AgreementRecorded():
                others = (each for each in state.agreements.get(fact.command, ()) if each.by != fact.by)
                given = (*others, Consent(role=fact.role, by=fact.by, terms=fact.terms))
                return state.with_(agreements={**state.agreements, fact.command: given})
            case SightChanged():
                who = Outside(organisation=fact.of_organisation, person=fact.of_person)
                left = tuple(each for each in state.outside if each != who)
                return state.with_(outside=left if fact.sees else (*left, who))
        return state

    def _with_clock(self, fact: DeadlineOpened) -> Self:
        clock = OpenClock(
            id=fact.deadline_id,
            kind=fact.kind,
            due_at=fact.due_at,
            pending=fact.steps,
            lasts=fact.lasts,
            owner_role=fact.owner_role,
            owner_organisation=fact.owner_organisation,
            owner_person=fact.owner_person,
            counted_from=fact.reason.counted_from,
            about=fact.about,
        )
        return self.with_(clocks={**self.clocks, clock.id: clock})

    def _step_taken(self, deadline: UUID, at: datetime) -> Self:
        clock = self.clocks.get(deadline)
        if clock is None:
            return self
        left = tuple(step for step in clock.pending if step.at > at)
        return self.with_(clocks={**self.clocks, deadline: clock.model_copy(update={"pending": left})})

    def clock(self, kind: str) -> OpenClock | None:
        """Return the running clock of that kind, if there is one."""
        return next((clock for clock in self.clocks.values() if clock.kind == kind), None)
