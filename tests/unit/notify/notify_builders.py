"""Deliveries, people and facts for the unit tests of notify."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from services.notify.domain.commands import (
    ConfirmSeen,
    GiveUp,
    PassOn,
    PlanDelivery,
    RecordSent,
    SettleDelivery,
    SkipAddress,
)
from services.notify.domain.delivery import Delivery, Stage
from services.notify.domain.roster import Person
from services.notify.domain.table import DELIVERY
from services.notify.domain.work import Source
from shared.contracts.lifecycle import (
    DeadlineCancelled,
    DeadlineEscalated,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReason,
    DeadlineReminded,
    Step,
    StepAction,
)
from shared.contracts.notify import Audience, FailureReason, Level, PassingReason, SettlingReason
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context

SPACE = UUID("7d6a4b57-6f0f-5f1e-8a10-0d3a5b1f5e01")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 11, 20, 21, tzinfo=UTC)
GREVE = "kommune:0253"
DELIVERY_REF = uuid5(SPACE, "delivery")
OWNER = uuid5(SPACE, "owner")


def plan(**changes: object) -> PlanDelivery:
    values = {
        "deadline_id": uuid5(SPACE, "deadline"),
        "deadline_kind": "open_or_merge",
        "service": "assessment",
        "about_kind": "case",
        "about_id": uuid5(SPACE, "case"),
        "action": StepAction.REMIND,
        "step_at": MONDAY,
        "audience": Audience.OWNER,
        "for_role": Role.TOVHOLDER_KOMMUNE,
        "for_organisation": GREVE,
        "due_at": MONDAY + timedelta(days=1),
        "acute": False,
        "send_at": MONDAY,
    }
    return PlanDelivery.model_validate({**values, **changes})


def sent(level: Level = Level.OWNER, person: UUID = OWNER) -> RecordSent:
    return RecordSent(person=person, person_organisation=GREVE, level=level)


def pass_on(because: PassingReason = PassingReason.SILENT, send_at: datetime = MONDAY) -> PassOn:
    return PassOn(because=because, level=Level.DEPUTY, send_at=send_at)


EVERY_COMMAND: tuple[Command, ...] = (
    plan(),
    sent(),
    SkipAddress(person=OWNER),
    pass_on(PassingReason.AWAY),
    ConfirmSeen(),
    SettleDelivery(reason=SettlingReason.MET),
    GiveUp(reason=FailureReason.ADDRESSES_REFUSED),
)


def actor(role: Role, organisation: str = GREVE, person: UUID = OWNER) -> Actor:
    return SYSTEM if role is Role.SYSTEM else Actor(person, organisation, frozenset({role}))


def give(state: Delivery | None, command: Command, who: Actor = SYSTEM, at: datetime = MONDAY) -> Delivery:
    context = Context(actor=who, now=at, aggregate_id=DELIVERY_REF)
    after, _ = decide(DELIVERY, state, command, context)
    assert after is not None
    return after


def in_stage(stage: Stage, **changes: object) -> Delivery:
    planned = give(None, plan(**changes))
    match stage:
        case Stage.PLANNED:
            return planned
        case Stage.SENT:
            return give(planned, sent())
        case Stage.HANDED_TO_DEPUTY:
            return give(planned, sent(Level.DEPUTY))
        case Stage.HANDED_TO_LEADER:
            return give(planned, sent(Level.LEADER))
        case Stage.SEEN:
            return give(give(planned, sent()), ConfirmSeen(), actor(Role.TOVHOLDER_KOMMUNE))
        case Stage.SETTLED:
            return give(planned, SettleDelivery(reason=SettlingReason.MET))
        case Stage.FAILED:
            return give(planned, GiveUp(reason=FailureReason.ADDRESSES_REFUSED))


def person(name: str, *roles: Role, deputy: str | None = None, order: int = 100, away: bool = False) -> Person:
    return Person(
        person_ref=uuid5(SPACE, name),
        organisation=GREVE,
        roles=tuple(roles),
        email=f"{name}@tovholder.example",
        away_from=MONDAY - timedelta(days=1) if away else None,
        away_to=MONDAY + timedelta(days=1) if away else None,
        deputy_ref=uuid5(SPACE, deputy) if deputy else None,
        duty_order=order,
    )


BY = {"by": SYSTEM.person_ref, "by_role": Role.SYSTEM, "organisation": SYSTEM.organisation}


def opened(deadline: UUID, **changes: object) -> DeadlineOpened:
    values = {
        **BY,
        "deadline_id": deadline,
        "kind": "open_or_merge",
        "opening": 1,
        "owner_role": Role.TOVHOLDER_KOMMUNE,
        "owner_organisation": GREVE,
        "due_at": MONDAY + timedelta(days=2),
        "steps": (Step(at=MONDAY + timedelta(days=2), action=StepAction.MISS),),
        "reason": DeadlineReason(unit="WORKING_DAYS", amount=2, counted_from=MONDAY),
        "paragraph": "domain.md 2.3 row 6",
        "sourced": False,
        "lasts": False,
    }
    return DeadlineOpened.model_validate({**values, **changes})


def reminded(deadline: UUID, at: datetime = MONDAY) -> DeadlineReminded:
    return DeadlineReminded(**BY, deadline_id=deadline, kind="open_or_merge", step_at=at)


def escalated(deadline: UUID, at: datetime = MONDAY) -> DeadlineEscalated:
    return DeadlineEscalated(**BY, deadline_id=deadline, kind="open_or_merge", step_at=at)


def missed(deadline: UUID, at: datetime = MONDAY) -> DeadlineMissed:
    return DeadlineMissed(**BY, deadline_id=deadline, kind="open_or_merge", step_at=at)


def met(deadline: UUID, late: bool = False) -> DeadlineMet:
    return DeadlineMet(**BY, deadline_id=deadline, kind="open_or_merge", late=late)


def cancelled(deadline: UUID) -> DeadlineCancelled:
    return DeadlineCancelled(**BY, deadline_id=deadline, kind="open_or_merge")


def source(sequence: int, aggregate: str = "case") -> Source:
    at = MONDAY + timedelta(minutes=sequence)
    return Source(
        service="assessment", aggregate_kind="case", aggregate_id=uuid5(SPACE, aggregate), sequence=sequence, at=at
    )
