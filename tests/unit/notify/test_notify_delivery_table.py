"""Every (state, command, role) of the delivery's table, and what its clocks mean."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notify.domain import commands
from services.notify.domain.delivery import OPEN, Stage
from services.notify.domain.table import DELIVERY
from shared.contracts.notify import Audience, Level, PassingReason
from shared.errors import Conflict, Forbidden, Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from shared.reference.paragraphs import PARAGRAPHS
from tests.unit.notify.notify_builders import (
    EVERY_COMMAND,
    FRIDAY_NIGHT,
    MONDAY,
    actor,
    give,
    in_stage,
    pass_on,
    plan,
    sent,
)

TARGETS: dict[type[Command], dict[Stage | None, Stage]] = {
    commands.PlanDelivery: {None: Stage.PLANNED},
    commands.RecordSent: {Stage.PLANNED: Stage.SENT},
    commands.SkipAddress: {Stage.PLANNED: Stage.PLANNED},
    commands.PassOn: {Stage.SENT: Stage.PLANNED, Stage.HANDED_TO_DEPUTY: Stage.PLANNED},
    commands.ConfirmSeen: dict.fromkeys(OPEN, Stage.SEEN),
    commands.SettleDelivery: dict.fromkeys(OPEN, Stage.SETTLED),
    commands.GiveUp: {Stage.PLANNED: Stage.FAILED},
}
"""Written down apart from the table: where each command leads from where."""


def _may(role: Role, command: Command) -> bool:
    if isinstance(command, commands.ConfirmSeen):
        return role not in (Role.SYSTEM, Role.PUBLIC)
    if isinstance(command, commands.PlanDelivery):
        return role in (Role.SYSTEM, Role.OPERATOR)
    return role is Role.SYSTEM


def test_the_expectation_names_every_command_of_the_table() -> None:
    assert set(TARGETS) == set(DELIVERY.commands)
    assert {type(command) for command in EVERY_COMMAND} == set(DELIVERY.commands)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("command", EVERY_COMMAND, ids=lambda command: command.code)
@pytest.mark.parametrize("stage", [None, *Stage])
def test_each_command_does_what_the_table_says_and_nothing_else(
    stage: Stage | None, command: Command, role: Role
) -> None:
    state = in_stage(stage) if stage else None
    target = TARGETS[type(command)].get(stage)

    if not _may(role, command):
        with pytest.raises(Forbidden):
            give(state, command, actor(role))
    elif target is None:
        with pytest.raises(Conflict):
            give(state, command, actor(role))
    elif isinstance(command, commands.ConfirmSeen) and stage is Stage.PLANNED and role is not Role.TOVHOLDER_KOMMUNE:
        with pytest.raises(Invalid):
            give(state, command, actor(role))
    else:
        assert give(state, command, actor(role)).stage == target


def test_system_cannot_say_that_somebody_has_seen_it() -> None:
    with pytest.raises(Forbidden):
        give(in_stage(Stage.SENT), commands.ConfirmSeen())


@pytest.mark.parametrize(
    ("level", "audience", "stage", "waits"),
    [
        (Level.OWNER, Audience.OWNER, Stage.SENT, True),
        (Level.DEPUTY, Audience.OWNER, Stage.HANDED_TO_DEPUTY, True),
        (Level.LEADER, Audience.OWNER, Stage.HANDED_TO_LEADER, False),
        (Level.OWNER, Audience.LEADER, Stage.SENT, True),
        (Level.DEPUTY, Audience.LEADER, Stage.HANDED_TO_DEPUTY, False),
        (Level.LEADER, Audience.LEADER, Stage.HANDED_TO_LEADER, False),
    ],
)
@pytest.mark.parametrize("acute", [True, False])
def test_silence_is_clocked_while_somebody_else_could_hear(
    level: Level, audience: Audience, stage: Stage, waits: bool, acute: bool
) -> None:
    state = give(in_stage(Stage.PLANNED, audience=audience, acute=acute), sent(level))

    clock = state.clock("silence")
    assert state.stage == stage
    assert (clock is not None) is waits
    if clock is not None:
        assert clock.due_at == MONDAY + (timedelta(hours=1) if acute else timedelta(days=1))


def test_a_message_planned_for_later_waits_with_its_reminder_at_that_moment() -> None:
    state = give(None, plan(send_at=MONDAY), at=FRIDAY_NIGHT)

    clock = state.clock("send_mail")
    assert clock is not None
    assert [step.action for step in clock.pending] == ["REMIND", "MISS"]
    assert clock.pending[0].at == MONDAY


def test_a_message_that_may_go_now_has_only_the_hour_after_which_it_is_late() -> None:
    clock = in_stage(Stage.PLANNED).clock("send_mail")

    assert clock is not None
    assert [step.action for step in clock.pending] == ["MISS"]


def test_nobody_is_passed_over_for_silence_before_their_time_is_up() -> None:
    state = in_stage(Stage.SENT)

    with pytest.raises(Invalid, match="not_silent_yet"):
        give(state, pass_on(), at=MONDAY + timedelta(hours=23))
    assert give(state, pass_on(), at=MONDAY + timedelta(days=1)).stage == Stage.PLANNED
    assert give(state, pass_on(PassingReason.AWAY)).stage == Stage.PLANNED


def test_what_was_told_to_somebody_else_cannot_be_confirmed() -> None:
    stranger = actor(Role.TOVHOLDER_KOMMUNE, organisation="kommune:0265", person=in_stage(Stage.PLANNED).about_id)

    with pytest.raises(Invalid, match="not_told_to_you"):
        give(in_stage(Stage.SENT), commands.ConfirmSeen(), stranger)


def test_every_clock_has_its_paragraph() -> None:
    paragraphs = {rule.paragraph for row in DELIVERY.rows for rule in row.opens}

    assert paragraphs <= {f"domain.md {code}" for code in PARAGRAPHS} | {"domain.md 2.7"}
