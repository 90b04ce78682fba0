"""Clocks as data: how long, counted how, whose, and who is told when.

A `DeadlineRule` stands in a transition table beside the row that starts it. `DeadlineRule.open` turns it into the fact
`deadline.opened.v1` with absolute times, so that nobody has to compute one again: not the workflow, not a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from shared.contracts.lifecycle import DeadlineOpened, DeadlineReason, Step, StepAction
from shared.lifecycle.actor import Actor, Role
from shared.reference import calendar

if TYPE_CHECKING:
    from shared.lifecycle.aggregate import Aggregate, OpenClock


class Unit(StrEnum):
    """How a span is counted."""

    MINUTES = "MINUTES"
    HOURS = "HOURS"
    DAYS = "DAYS"
    WORKING_DAYS = "WORKING_DAYS"
    MONTHS = "MONTHS"
    FIXED = "FIXED"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as the domain counts it: running hours, days, Danish working days, calendar months."""

    unit: Unit
    amount: int

    def after(self, moment: datetime) -> datetime:
        """Return the moment at which this span, counted from `moment`, is over (UTC)."""
        match self.unit:
            case Unit.MINUTES:
                return calendar.add_hours(moment, minutes=self.amount)
            case Unit.HOURS:
                return calendar.add_hours(moment, hours=self.amount)
            case Unit.DAYS:
                return calendar.add_days(moment, self.amount)
            case Unit.WORKING_DAYS:
                return calendar.add_working_days(moment, self.amount)
            case Unit.MONTHS:
                return calendar.add_months(moment, self.amount)
            case Unit.FIXED:
                return moment


def minutes(amount: int) -> Span:
    """Return running minutes."""
    return Span(Unit.MINUTES, amount)


def hours(amount: int) -> Span:
    """Return running hours, weekends and holidays included."""
    return Span(Unit.HOURS, amount)


def days(amount: int) -> Span:
    """Return calendar days at the same local time."""
    return Span(Unit.DAYS, amount)


def working_days(amount: int) -> Span:
    """Return Danish working days."""
    return Span(Unit.WORKING_DAYS, amount)


def months(amount: int) -> Span:
    """Return calendar months at the same local time."""
    return Span(Unit.MONTHS, amount)


def fixed() -> Span:
    """Return the span of a clock that is due at its start: a day that somebody set."""
    return Span(Unit.FIXED, 0)


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One kind of clock.

    `owner_at` names the field of the aggregate's state that holds the owner's organisation, `role_at` the one that holds the
    owner's role where it is not always `owner` (a concern belongs to whoever took it in), `person_at` the field that holds the
    one person whose it is (a mentor's own contact clock), if it is not anybody's of that role. `starts` gives another
    start than the moment of the command, `about` the part of the aggregate that the clock is about where several of the kind can
    run (a consent). `lasts` keeps the clock when the stage is left. `sourced` says whether the value is law or
    source (True) or our proposal `[P]` (False).
    """

    kind: str
    due: Span
    owner: Role
    paragraph: str
    owner_at: str = "organisation"
    role_at: str | None = None
    person_at: str | None = None
    reminders: tuple[Span, ...] = ()
    escalations: tuple[Span, ...] = ()
    starts: Callable[[Any], datetime] | None = None
    about: Callable[[Any], UUID] | None = None
    lasts: bool = False
    sourced: bool = False

    def owned_by(self, state: Aggregate) -> tuple[str, str, UUID | None]:
        """Return whose the clock is while the aggregate is like this: role, organisation, and the person if it is one's own."""
        return (
            getattr(state, self.role_at) if self.role_at else self.owner,
            getattr(state, self.owner_at),
            getattr(state, self.person_at) if self.person_at else None,
        )

    def open(self, state: Aggregate, sequence: int, actor: Actor, role: Role, now: datetime) -> DeadlineOpened:
        """Return the fact that this clock runs; `state` is the aggregate as it is after the row's own fact."""
        start = self.starts(state) if self.starts else now
        due_at = self.due.after(start)
        warnings = [Step(at=span.after(start), action=StepAction.REMIND) for span in self.reminders]
        warnings += [Step(at=span.after(start), action=StepAction.ESCALATE) for span in self.escalations]
        steps = sorted((step for step in warnings if step.at < due_at), key=lambda step: step.at)
        found = _Run(start, due_at, (*steps, _miss(due_at)), self.about(state) if self.about else None)
        return self._opened(state, sequence, actor, role, found)

    def hand_over(self, state: Aggregate, clock: OpenClock, sequence: int, actor: Actor, role: Role) -> DeadlineOpened:
        """Return the fact that a running clock goes on as another's: due as it was, with the steps that are left.

        One that was missed is told to its new owner as missed.
        """
        left = clock.pending or (_miss(clock.due_at),)
        found = _Run(clock.counted_from or clock.due_at, clock.due_at, left, clock.about)
        return self._opened(state, sequence, actor, role, found)

    def _opened(self, state: Aggregate, sequence: int, actor: Actor, role: Role, run: _Run) -> DeadlineOpened:
        owner_role, owner_organisation, owner_person = self.owned_by(state)
        return DeadlineOpened(
            by=actor.person_ref,
            by_role=role,
            organisation=actor.organisation,
            deadline_id=deadline_id(state.id, self.kind, sequence),
            kind=self.kind,
            opening=state.opening,
            owner_role=owner_role,
            owner_organisation=owner_organisation,
            owner_person=owner_person,
            due_at=run.due_at,
            steps=run.steps,
            reason=DeadlineReason(
                unit=self.due.unit,
                amount=self.due.amount,
                counted_from=run.start,
                skipped=calendar.skipped(run.start, run.due_at) if self.due.unit is Unit.WORKING_DAYS else (),
            ),
            paragraph=self.paragraph,
            sourced=self.sourced,
            lasts=self.lasts,
            about=run.about,
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """When a clock began, when it is due, what SYSTEM does until then, and what it is about."""

    start: datetime
    due_at: datetime
    steps: tuple[Step, ...]
    about: UUID | None


def _miss(due_at: datetime) -> Step:
    return Step(at=due_at, action=StepAction.MISS)


def deadline_id(aggregate_id: UUID, kind: str, sequence: int) -> UUID:
    """Return the id of the clock that the fact at `sequence` starts; a repeat of the decision gives the same id."""
    return uuid5(aggregate_id, f"{kind}/{sequence}")
