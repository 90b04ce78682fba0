"""Facts that notify publishes, on `notify.delivery.v1`: who was told what, when. References and closed codes only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.lifecycle import StepAction

DELIVERY_TOPIC = "notify.delivery.v1"


class Audience(StrEnum):
    """Why somebody is told of a step of a deadline."""

    OWNER = "OWNER"
    """The deadline is theirs."""
    LEADER = "LEADER"
    """They lead the organisation whose deadline was escalated or missed."""


class Level(StrEnum):
    """How far a message has gone up: the one on duty, who stands in, who leads."""

    OWNER = "OWNER"
    DEPUTY = "DEPUTY"
    LEADER = "LEADER"


class PassingReason(StrEnum):
    """Why a message goes on to somebody else."""

    SILENT = "SILENT"
    AWAY = "AWAY"


class SettlingReason(StrEnum):
    """Why a message has lost its meaning."""

    MET = "MET"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"
    SIGHT_ENDED = "SIGHT_ENDED"
    """The organisation sees the record no longer."""


class FailureReason(StrEnum):
    """Why a message reached nobody."""

    ADDRESSES_REFUSED = "ADDRESSES_REFUSED"


class DeliveryPlanned(Fact):
    """A step of a deadline is to be told to somebody; `about_kind` and `about_id` name the aggregate of `service`."""

    type: ClassVar[str] = "delivery.planned.v1"

    deadline_id: UUID
    deadline_kind: str
    service: str
    about_kind: str
    about_id: UUID
    action: StepAction
    step_at: datetime
    audience: Audience
    for_role: str
    for_organisation: str
    for_person: UUID | None = None
    due_at: datetime
    acute: bool
    send_at: datetime


class DeliverySent(Fact):
    """The mail server took the message to this person."""

    type: ClassVar[str] = "delivery.sent.v1"

    person: UUID
    person_organisation: str
    level: Level


class DeliveryPassedOn(Fact):
    """Whoever was told is silent or away: the message goes on to `level`."""

    type: ClassVar[str] = "delivery.passed_on.v1"

    because: PassingReason
    level: Level
    send_at: datetime


class DeliveryAddressRefused(Fact):
    """The mail server refused this person's address for good; somebody else is asked."""

    type: ClassVar[str] = "delivery.address_refused.v1"

    person: UUID


class DeliverySeen(Fact):
    """A person has said that they have seen it. This decides nothing: the deadline runs on."""

    type: ClassVar[str] = "delivery.seen.v1"


class DeliverySettled(Fact):
    """The deadline was met or cancelled, or a later message of it replaces this one."""

    type: ClassVar[str] = "delivery.settled.v1"

    reason: SettlingReason


class DeliveryFailed(Fact):
    """No address of anybody who could be told was accepted."""

    type: ClassVar[str] = "delivery.failed.v1"

    reason: FailureReason


DELIVERY_FACTS: tuple[type[Fact], ...] = (
    DeliveryPlanned,
    DeliverySent,
    DeliveryPassedOn,
    DeliveryAddressRefused,
    DeliverySeen,
    DeliverySettled,
    DeliveryFailed,
)
