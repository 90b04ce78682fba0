"""Break-glass as the table has it (`domain.md` R7): acute alone, by strangers alone, told at once, open until it is signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.assessment.domain.case import Stage
from services.assessment.domain.case_commands import OpenCase
from services.assessment.domain.case_table import CASE
from services.assessment.domain.glass import (
    CLOCKS,
    GLASS_KOMMUNE,
    GLASS_POLITI,
    GLASS_ROWS,
    LASTS,
    BreakGlass,
    ReviewGlass,
)
from shared.contracts.glass import GlassBroken
from shared.contracts.lifecycle import DeadlineOpened, StepAction
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule
from shared.web.console.words.clocks import CLOCKS as SAID
from tests.unit.assessment.assessment_builders import NOW, SAMPLES, Play, actor, arrival, ref, text

K, P, DPO = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.DPO
STRANGER = actor(K, "kommune:0461")
BREAK = BreakGlass(grounds=text())


def arrived(*, acute: bool = True) -> Play:
    play = Play(CASE, ref("case"))
    play.give(arrival(acute=acute), Role.SYSTEM)
    return play


def broken() -> Play:
    play = arrived()
    play.give(BREAK, STRANGER)
    return play


GUARDS = [
    ("not_acute", lambda: arrived(acute=False), BREAK, STRANGER),
    ("takes_part_already", arrived, BREAK, actor(K)),
    ("glass_waits_for_review", broken, BREAK, STRANGER),
    ("no_such_glass", broken, ReviewGlass(glass_id=ref("another"), finding="JUSTIFIED"), actor(DPO)),
]
"""Guards of break-glass: code, case, what is refused, to whom."""


@pytest.mark.parametrize(("code", "play", "command", "by"), GUARDS, ids=[code for code, *_ in GUARDS])
def test_a_guard_of_break_glass_refuses_and_changes_nothing(
    code: str, play: object, command: object, by: object
) -> None:
    stopped = play()  # type: ignore[operator]  # a builder
    before = stopped.state

    with pytest.raises(Invalid) as refused:
        stopped.give(command, by)

    assert refused.value.code == code
    assert stopped.state == before
    assert refused.value.rule == "domain.md R7"


def test_both_tovholdere_and_the_dpo_are_told_at_once() -> None:
    facts = arrived().give(BREAK, STRANGER)

    opened = {fact.kind: fact for fact in facts if isinstance(fact, DeadlineOpened)}
    assert set(opened) == {clock.kind for clock in CLOCKS}
    assert {fact.owner_role for fact in opened.values()} == {K, P, DPO}
    assert all(fact.steps[0].action is StepAction.REMIND and fact.steps[0].at == NOW for fact in opened.values())
    (glass,) = [fact for fact in facts if isinstance(fact, GlassBroken)]
    assert glass.until == NOW + LASTS == NOW + timedelta(hours=4)


def test_the_review_stays_until_the_dpo_signs_it_whatever_becomes_of_the_case() -> None:
    play = broken()
    play.give(SAMPLES[OpenCase], K)
    assert play.state.stage == Stage.TRIAGE
    assert {clock.kind for clock in CLOCKS} <= play.kinds()

    play.give(ReviewGlass(glass_id=play.state.glasses[0].id, finding="NOT_JUSTIFIED"), DPO)

    assert not {clock.kind for clock in CLOCKS} & play.kinds()
    assert play.state.glasses[0].finding == "NOT_JUSTIFIED"


def test_who_broke_a_glass_may_do_so_again_once_it_is_signed() -> None:
    play = broken()
    play.give(ReviewGlass(glass_id=play.state.glasses[0].id, finding="NOT_JUSTIFIED"), DPO)

    play.give(BREAK, STRANGER)

    assert [(glass.by, glass.finding) for glass in play.state.glasses] == [
        (STRANGER.person_ref, "NOT_JUSTIFIED"),
        (STRANGER.person_ref, None),
    ]


def test_a_glass_that_waits_for_review_stops_nobody_but_who_broke_it() -> None:
    play = broken()
    colleague = replace(STRANGER, person_ref=ref("colleague"))

    play.give(BREAK, colleague)

    assert [glass.by for glass in play.state.glasses] == [STRANGER.person_ref, colleague.person_ref]


def test_signing_one_glass_leaves_the_other_to_be_reviewed() -> None:
    play = broken()
    play.give(BREAK, actor(P, "politi:fyn"))
    first, second = play.state.glasses

    play.give(ReviewGlass(glass_id=first.id, finding="JUSTIFIED"), DPO)

    assert [glass.finding for glass in play.state.glasses] == ["JUSTIFIED", None]
    assert {clock.about for clock in play.state.clocks.values() if clock.kind == "review_glass"} == {second.id}


@pytest.mark.parametrize("rule", [GLASS_KOMMUNE, GLASS_POLITI], ids=lambda rule: rule.kind)
def test_an_item_that_only_the_officer_can_meet_says_so_to_its_owner(rule: DeadlineRule) -> None:
    answering = {role for row in GLASS_ROWS if rule.kind in row.meets for role in row.roles}

    assert answering == {Role.DPO}
    assert rule.owner not in answering
    assert "når databeskyttelsesrådgiveren har vurderet det" in SAID[f"case.{rule.kind}"].todo
