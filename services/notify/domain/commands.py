"""What can be asked of a delivery; one class a command. People give only `ConfirmSeen`."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.lifecycle import StepAction
from shared.contracts.notify import Audience, FailureReason, Level, PassingReason, SettlingReason
from shared.lifecycle.table import Command


class PlanDelivery(Command):
    """Tell somebody of a step of a deadline, from `send_at` on."""

    deadline_id: UUID
    deadline_kind: str
    service: str
    about_kind: str
    about_id: UUID
    action: StepAction
    step_at: AwareDatetime
    audience: Audience
    for_role: str
    for_organisation: str
    for_person: UUID | None = None
    due_at: AwareDatetime
    acute: bool
    send_at: AwareDatetime


class RecordSent(Command):
    """Record that the mail server took the message."""

    person: UUID
    person_organisation: str
    level: Level


class SkipAddress(Command):
    """Record that the mail server refuses this person's address for good."""

    person: UUID


class PassOn(Command):
    """Send it on to whoever stands in, or leads."""

    because: PassingReason
    level: Level
    send_at: AwareDatetime


class ConfirmSeen(Command):
    """Say that you have seen it. The deadline runs on."""


class SettleDelivery(Command):
    """Drop a message that has lost its meaning."""

    reason: SettlingReason


class GiveUp(Command):
    """Record that nobody could be reached."""

    reason: FailureReason
