"""One message about one step of one deadline: its state, and how facts change it.

It goes to the one on duty; to the deputy if that one is away or silent; to the leader if the deputy is silent too.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from shared.contracts.base import Fact
from shared.contracts.lifecycle import StepAction
from shared.contracts.notify import (
    DELIVERY_TOPIC,
    Audience,
    DeliveryAddressRefused,
    DeliveryPassedOn,
    DeliveryPlanned,
    DeliverySent,
    Level,
)
from shared.lifecycle.aggregate import Aggregate


class Stage(StrEnum):
    """States of a delivery."""

    PLANNED = "PLANNED"
    """Waits for office hours or for the mail server."""
    SENT = "SENT"
    """The one on duty was told."""
    HANDED_TO_DEPUTY = "HANDED_TO_DEPUTY"
    """Who stands in was told."""
    HANDED_TO_LEADER = "HANDED_TO_LEADER"
    """The leader was told, because the others are silent or away."""
    SEEN = "SEEN"
    SETTLED = "SETTLED"
    FAILED = "FAILED"


OPEN = (Stage.PLANNED, Stage.SENT, Stage.HANDED_TO_DEPUTY, Stage.HANDED_TO_LEADER)
TERMINAL = (Stage.SEEN, Stage.SETTLED, Stage.FAILED)


class Delivery(Aggregate):
    """A delivery as the fold of its facts.

    `organisation`, `role` and `person` (None: anybody of the role) are the audience's. `told` are the persons to whom it was
    sent, `refused` those without a good address. `level` is the lowest level that may be told next.
    """

    kind: ClassVar[str] = "delivery"
    topic: ClassVar[str] = DELIVERY_TOPIC

    deadline_id: UUID
    deadline_kind: str
    service: str
    about_kind: str
    about_id: UUID
    action: StepAction
    step_at: datetime
    audience: Audience
    role: str
    person: UUID | None = None
    due_at: datetime
    acute: bool
    send_at: datetime
    level: Level = Level.OWNER
    told: tuple[UUID, ...] = ()
    refused: tuple[UUID, ...] = ()

    @property
    def tried(self) -> tuple[UUID, ...]:
        """Return everybody to whom it shall not be sent again."""
        return (*self.told, *self.refused)


def delivery_id(deadline: UUID, action: StepAction, step_at: datetime, audience: Audience) -> UUID:
    """Return the id of the message about this step to this audience: the same step gives the same message."""
    return uuid5(deadline, f"{action}/{step_at.timestamp():.6f}/{audience}")


def begin(delivery: UUID, fact: Fact) -> Delivery:
    """Return the delivery that its first fact makes. Raises `LookupError` for any other first fact."""
    if not isinstance(fact, DeliveryPlanned):
        raise LookupError(f"a delivery does not begin with {fact.type}")
    return Delivery(
        id=delivery,
        stage=Stage.PLANNED,
        organisation=fact.for_organisation,
        deadline_id=fact.deadline_id,
        deadline_kind=fact.deadline_kind,
        service=fact.service,
        about_kind=fact.about_kind,
        about_id=fact.about_id,
        action=fact.action,
        step_at=fact.step_at,
        audience=fact.audience,
        role=fact.for_role,
        person=fact.for_person,
        due_at=fact.due_at,
        acute=fact.acute,
        send_at=fact.send_at,
    )


def apply(delivery: Delivery, fact: Fact) -> Delivery:
    """Return the delivery after what `fact` means to it alone."""
    match fact:
        case DeliverySent():
            return delivery.with_(told=(*delivery.told, fact.person), level=fact.level)
        case DeliveryPassedOn():
            return delivery.with_(level=fact.level, send_at=fact.send_at)
        case DeliveryAddressRefused():
            return delivery.with_(refused=(*delivery.refused, fact.person))
    return delivery
