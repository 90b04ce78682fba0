"""The delivery's transition table. SYSTEM tells and passes on, which decides nothing; only a person can say "seen"."""

from __future__ import annotations

from services.notify.domain import commands, deadlines
from services.notify.domain.delivery import OPEN, Delivery, Stage, apply, begin
from shared.contracts import notify as facts
from shared.contracts.notify import Audience, Level
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule
from shared.lifecycle.table import Context, Guard, Lifecycle, Transition

RULE = "domain.md 2.7"
PEOPLE = tuple(role for role in Role if role not in (Role.SYSTEM, Role.PUBLIC))
SYSTEM = (Role.SYSTEM,)

Sending = commands.PlanDelivery | commands.PassOn


def _later(_: Delivery | None, command: Sending, context: Context) -> bool:
    return command.send_at > context.now


def _now(_: Delivery | None, command: Sending, context: Context) -> bool:
    return command.send_at <= context.now


def _to_owner(delivery: Delivery, command: commands.RecordSent, _: Context) -> bool:
    return command.level is Level.OWNER and not delivery.acute


def _to_owner_acute(delivery: Delivery, command: commands.RecordSent, _: Context) -> bool:
    return command.level is Level.OWNER and delivery.acute


def _to_deputy(delivery: Delivery, command: commands.RecordSent, _: Context) -> bool:
    return command.level is Level.DEPUTY and not delivery.acute and delivery.audience is Audience.OWNER


def _to_deputy_acute(delivery: Delivery, command: commands.RecordSent, _: Context) -> bool:
    return command.level is Level.DEPUTY and delivery.acute and delivery.audience is Audience.OWNER


def _to_deputy_of_leader(delivery: Delivery, command: commands.RecordSent, _: Context) -> bool:
    return command.level is Level.DEPUTY and delivery.audience is Audience.LEADER


def _to_leader(_: Delivery, command: commands.RecordSent, __: Context) -> bool:
    return command.level is Level.LEADER


def _told_or_of_the_unit(delivery: Delivery, _: commands.ConfirmSeen, context: Context) -> bool:
    actor = context.actor
    anybody = delivery.person is None
    of_the_unit = anybody and delivery.role in actor.roles and delivery.organisation == actor.organisation
    return actor.person_ref in delivery.told or of_the_unit


def _silent_or_away(delivery: Delivery, command: commands.PassOn, context: Context) -> bool:
    clock = delivery.clock(deadlines.SILENCE.kind)
    return command.because is facts.PassingReason.AWAY or (clock is not None and clock.due_at <= context.now)


TOLD_OR_OF_THE_UNIT = Guard(
    "not_told_to_you",
    _told_or_of_the_unit,
    "this was told to somebody else",
    rule=RULE,
    remedy="The person who was told, or a colleague on the same duty, says that it was seen.",
)
SILENT_OR_AWAY = Guard(
    "not_silent_yet",
    _silent_or_away,
    "whoever was told still has time to look",
    rule=RULE,
    remedy="Wait until the silence clock has run out.",
)


def _sent(source: Stage, target: Stage, when: object, *clocks: DeadlineRule) -> Transition[Delivery]:
    assert callable(when)
    return Transition(
        rule=RULE,
        command=commands.RecordSent,
        fact=facts.DeliverySent,
        sources=(source,),
        target=target,
        roles=SYSTEM,
        when=when,
        opens=clocks,
        meets=(deadlines.SEND_NOW.kind,),
        deciding=False,
    )


def _planned(when: object, clock: DeadlineRule) -> Transition[Delivery]:
    assert callable(when)
    return Transition(
        rule=RULE,
        command=commands.PlanDelivery,
        fact=facts.DeliveryPlanned,
        target=Stage.PLANNED,
        roles=(*SYSTEM, Role.OPERATOR),
        when=when,
        opens=(clock,),
        deciding=False,
    )


def _passed_on(when: object, clock: DeadlineRule) -> Transition[Delivery]:
    assert callable(when)
    return Transition(
        rule=RULE,
        command=commands.PassOn,
        fact=facts.DeliveryPassedOn,
        sources=(Stage.SENT, Stage.HANDED_TO_DEPUTY),
        target=Stage.PLANNED,
        roles=SYSTEM,
        guards=(SILENT_OR_AWAY,),
        when=when,
        opens=(clock,),
        deciding=False,
    )


DELIVERY: Lifecycle[Delivery] = Lifecycle(
    state=Delivery,
    stages=tuple(Stage),
    begin=begin,
    apply=apply,
    rows=(
        _planned(_now, deadlines.SEND_NOW),
        _planned(_later, deadlines.SEND_LATER),
        _sent(Stage.PLANNED, Stage.SENT, _to_owner, deadlines.SILENCE),
        _sent(Stage.PLANNED, Stage.SENT, _to_owner_acute, deadlines.SILENCE_ACUTE),
        _sent(Stage.PLANNED, Stage.HANDED_TO_DEPUTY, _to_deputy, deadlines.SILENCE),
        _sent(Stage.PLANNED, Stage.HANDED_TO_DEPUTY, _to_deputy_acute, deadlines.SILENCE_ACUTE),
        _sent(Stage.PLANNED, Stage.HANDED_TO_DEPUTY, _to_deputy_of_leader),
        _sent(Stage.PLANNED, Stage.HANDED_TO_LEADER, _to_leader),
        _passed_on(_now, deadlines.SEND_NOW),
        _passed_on(_later, deadlines.SEND_LATER),
        Transition(
            rule=RULE,
            command=commands.SkipAddress,
            fact=facts.DeliveryAddressRefused,
            sources=(Stage.PLANNED,),
            roles=SYSTEM,
            deciding=False,
        ),
        Transition(
            rule=RULE,
            command=commands.ConfirmSeen,
            fact=facts.DeliverySeen,
            sources=OPEN,
            target=Stage.SEEN,
            roles=PEOPLE,
            guards=(TOLD_OR_OF_THE_UNIT,),
            meets=(deadlines.SILENCE.kind,),
        ),
        Transition(
            rule=RULE,
            command=commands.SettleDelivery,
            fact=facts.DeliverySettled,
            sources=OPEN,
            target=Stage.SETTLED,
            roles=SYSTEM,
            deciding=False,
        ),
        Transition(
            rule=RULE,
            command=commands.GiveUp,
            fact=facts.DeliveryFailed,
            sources=(Stage.PLANNED,),
            target=Stage.FAILED,
            roles=SYSTEM,
            deciding=False,
        ),
    ),
)
