"""A work item: one deadline of one aggregate of any service, as the fold of its deadline facts.

The fold does not depend on the order in which the facts come: each fact fills its own fields, and a close wins over an
opening. A close that comes first stays as a tombstone.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Fact
from shared.contracts.lifecycle import (
    DeadlineCancelled,
    DeadlineEscalated,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReason,
    DeadlineReminded,
)


class WorkState(StrEnum):
    """Whether something waits to be done; overdue is judged when it is asked."""

    OPEN = "OPEN"
    DONE = "DONE"
    GONE = "GONE"


class Source(BaseModel):
    """Where a fact came from: the aggregate of a service, the fact's sequence and its time."""

    model_config = ConfigDict(frozen=True)

    service: str
    aggregate_kind: str
    aggregate_id: UUID
    sequence: int
    at: datetime


class WorkItem(BaseModel):
    """One deadline. Without `due_at` its opening has not come yet, and nobody sees it."""

    model_config = ConfigDict(frozen=True)

    deadline_id: UUID
    service: str
    aggregate_kind: str
    aggregate_id: UUID
    kind: str
    sequence: int
    state: WorkState = WorkState.OPEN
    opening: int | None = None
    owner_role: str | None = None
    owner_organisation: str | None = None
    owner_person: UUID | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    reason: DeadlineReason | None = None
    paragraph: str | None = None
    sourced: bool = False
    late: bool = False
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    missed_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Say whether it waits to be done and its owner is known."""
        return self.state is WorkState.OPEN and self.due_at is not None

    def after(self, fact: Fact, source: Source) -> WorkItem:
        """Return the item after a fact of its deadline; the same fact twice changes nothing."""
        changes = {"sequence": max(self.sequence, source.sequence), **self._changes(fact, source)}
        return self.model_copy(update=changes)

    def _changes(self, fact: Fact, source: Source) -> dict[str, object]:
        match fact:
            case DeadlineOpened():
                return {
                    "opening": fact.opening,
                    "owner_role": fact.owner_role,
                    "owner_organisation": fact.owner_organisation,
                    "owner_person": fact.owner_person,
                    "opened_at": source.at,
                    "due_at": fact.due_at,
                    "reason": fact.reason,
                    "paragraph": fact.paragraph,
                    "sourced": fact.sourced,
                }
            case DeadlineMet():
                return {"state": WorkState.DONE, "late": fact.late, "closed_at": source.at}
            case DeadlineCancelled():
                return {"state": WorkState.GONE, "closed_at": source.at}
            case DeadlineReminded():
                return {"reminded_at": _latest(self.reminded_at, fact.step_at)}
            case DeadlineEscalated():
                return {"escalated_at": _latest(self.escalated_at, fact.step_at)}
            case DeadlineMissed():
                return {"missed_at": _latest(self.missed_at, fact.step_at)}
        return {}


DeadlineFact = DeadlineOpened | DeadlineMet | DeadlineCancelled | DeadlineReminded | DeadlineEscalated | DeadlineMissed


def folded(item: WorkItem | None, fact: DeadlineFact, source: Source) -> WorkItem:
    """Return the item after `fact`, which may be the first one seen of its deadline."""
    current = item or WorkItem(
        deadline_id=fact.deadline_id,
        service=source.service,
        aggregate_kind=source.aggregate_kind,
        aggregate_id=source.aggregate_id,
        kind=fact.kind,
        sequence=source.sequence,
    )
    return current.after(fact, source)


def _latest(known: datetime | None, moment: datetime) -> datetime:
    return moment if known is None else max(known, moment)
