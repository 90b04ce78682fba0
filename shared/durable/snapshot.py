"""What passes between a service and its workflows: references and closed codes, held by types.

Pure: workflows import this module. A payload can hold no free text, because a `Code` has no spaces and few characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.contracts.lifecycle import StepAction

Code = Annotated[str, StringConstraints(pattern=r"^(?:[A-Z][A-Z0-9_]{0,63}|[a-z][a-z0-9_.]{0,63})$")]
"""A closed code: a kind, a stage, a service, in one case throughout. Never text that a person wrote: a name has a capital."""

WORKFLOW_ID = re.compile(r"^(?P<kind>.+)-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<opening>\d+)$")


class Payload(BaseModel):
    """Base of everything in a workflow's history. Unknown fields pass: an older worker may read them."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ClockView(Payload):
    """An open clock as its workflow sees it. Without `next_step_at` all its steps are taken and it waits to be met."""

    deadline_id: UUID
    kind: Code
    due_at: datetime
    next_step_at: datetime | None = None
    next_action: StepAction | None = None


class Snapshot(Payload):
    """An aggregate and its open clocks as Postgres had them, and how far domain time was ahead of wall time.

    `ended` says that the stage is terminal and no clock is open: nothing is left to keep. `version` is the sequence
    of the aggregate's latest fact, so of two snapshots the one with the higher version is newer, whichever came
    first.
    """

    aggregate_kind: Code
    aggregate_id: UUID
    opening: int
    stage: Code
    version: int
    ended: bool
    clocks: tuple[ClockView, ...] = ()
    offset_seconds: float = 0.0

    @property
    def workflow_id(self) -> str:
        """Return `<kind>-<id>-<opening>`: a reopened aggregate has another workflow."""
        return workflow_id(self.aggregate_kind, self.aggregate_id, self.opening)

    @property
    def offset(self) -> timedelta:
        """Return how far domain time was ahead of wall time."""
        return timedelta(seconds=self.offset_seconds)

    def joined(self, other: Snapshot) -> Snapshot:
        """Return what is known after both, in whatever order they came: the newer state, and the later clock.

        Domain time never runs backwards, so the larger offset holds even if it came with an older state.
        """
        newer = other if other.version > self.version else self
        ahead = max(self.offset_seconds, other.offset_seconds)
        return newer if newer.offset_seconds == ahead else newer.model_copy(update={"offset_seconds": ahead})


class Reference(Payload):
    """Names an aggregate to an activity."""

    aggregate_kind: Code
    aggregate_id: UUID
    opening: int


class TakeStep(Payload):
    """Asks for one step of one clock. The same step asked for twice has one effect: the domain takes it once."""

    aggregate_kind: Code
    aggregate_id: UUID
    deadline_id: UUID
    action: StepAction
    step_at: datetime


class Ended(Payload):
    """How a workflow ended."""

    stage: Code
    version: int


@dataclass(frozen=True, slots=True)
class WorkflowId:
    """The parts of a workflow's id."""

    kind: str
    aggregate_id: UUID
    opening: int

    @classmethod
    def parse(cls, text: str) -> WorkflowId | None:
        """Return the parts, or None if this is no workflow of an aggregate."""
        found = WORKFLOW_ID.match(text)
        return cls(found["kind"], UUID(found["id"]), int(found["opening"])) if found else None


def workflow_id(kind: str, aggregate_id: UUID, opening: int) -> str:
    """Return the workflow id of one opening of an aggregate."""
    return f"{kind}-{aggregate_id}-{opening}"
