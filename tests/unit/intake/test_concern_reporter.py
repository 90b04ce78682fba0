"""What is kept of a reporter, what they add, and what they are asked."""

from __future__ import annotations

import pytest

from services.intake.domain import commands as c
from services.intake.domain.concern import Concern, Stage
from services.intake.domain.table import CONCERN
from shared.contracts.codes import Anonymity
from shared.contracts.lifecycle import DeadlineMet, DeadlineOpened
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from tests.unit.intake.concern_builders import (
    COMMANDS,
    CONCERN_ID,
    NOW,
    a_concern,
    actor,
    asked,
    context,
    received,
    sealed,
)


def a_call(anonymity: Anonymity) -> Concern:
    command = received(anonymity=anonymity)
    if anonymity is not Anonymity.ANONYMOUS:
        command = command.model_copy(update={"reporter": sealed()})
    concern, _ = decide(CONCERN, None, command, context(Role.HOTLINE_ADVISER))
    assert concern is not None
    return concern


def test_anonymity_that_is_lost_does_not_come_back() -> None:
    with pytest.raises(Invalid, match="anonymity_lost"):
        decide(
            CONCERN,
            a_call(Anonymity.CONFIDENTIAL),
            c.SetAnonymity(anonymity=Anonymity.ANONYMOUS),
            context(Role.HOTLINE_ADVISER),
        )


def test_an_anonymous_caller_may_give_a_name_later() -> None:
    call = a_call(Anonymity.ANONYMOUS)
    with pytest.raises(Invalid, match="reporter_missing"):
        decide(CONCERN, call, c.SetAnonymity(anonymity=Anonymity.CONFIDENTIAL), context(Role.HOTLINE_ADVISER))
    named = c.SetAnonymity(anonymity=Anonymity.CONFIDENTIAL, reporter=sealed())

    concern, _ = decide(CONCERN, call, named, context(Role.HOTLINE_ADVISER))

    assert concern is not None
    assert concern.anonymity is Anonymity.CONFIDENTIAL
    assert concern.reporter is not None


def test_a_reporter_is_never_made_anonymous_again_and_may_always_give_a_name() -> None:
    confidential = received(anonymity=Anonymity.CONFIDENTIAL, reporter="somebody").model_copy(
        update={"reporter": sealed()}
    )
    named, _ = decide(CONCERN, None, confidential, context(Role.HOTLINE_ADVISER))
    nameless = a_concern()

    with pytest.raises(Invalid) as refused:
        decide(CONCERN, named, c.SetAnonymity(anonymity=Anonymity.ANONYMOUS), context(Role.HOTLINE_ADVISER))
    after, _ = decide(CONCERN, nameless, COMMANDS[c.SetAnonymity], context(Role.HOTLINE_ADVISER))

    assert refused.value.code == "anonymity_lost"
    assert "§15" in str(refused.value.remedy)
    assert after is not None
    assert after.anonymity is Anonymity.CONFIDENTIAL
    assert after.reporter is not None


def test_nothing_of_a_nameless_concern_can_hold_a_reporter() -> None:
    nameless, facts = decide(CONCERN, None, received(), context(Role.PUBLIC))

    assert nameless is not None
    assert nameless.reporter is None
    assert all(getattr(fact, "reporter", None) is None for fact in facts)
    takers = {row.command for row in CONCERN.rows if "reporter" in row.command.model_fields}
    assert takers == {c.ReceiveConcern, c.SetAnonymity}  # the first refuses one, the second ends the namelessness
    with pytest.raises(Invalid, match="reporter_missing"):
        decide(CONCERN, nameless, c.SetAnonymity(anonymity=Anonymity.OPEN), context(Role.HOTLINE_ADVISER))


@pytest.mark.parametrize(
    ("stage", "owner"),
    [
        (Stage.RECEIVED, ("HOTLINE_ADVISER", "hotline:national")),
        (Stage.ACUTE, ("HOTLINE_ADVISER", "hotline:national")),
        (Stage.ROUTED, ("TOVHOLDER_KOMMUNE", "kommune:0253")),
        (Stage.MERGED, ("TOVHOLDER_KOMMUNE", "kommune:0253")),
    ],
)
def test_what_a_reporter_adds_is_a_task_of_who_has_the_concern_now(stage: Stage, owner: tuple[str, str]) -> None:
    after, facts = decide(CONCERN, a_concern(stage), COMMANDS[c.AddInformation], context(Role.PUBLIC))
    clock = next(fact for fact in facts if isinstance(fact, DeadlineOpened))

    assert (clock.kind, clock.owner_role, clock.owner_organisation) == ("new_information", *owner)
    assert after is not None
    assert len(after.information) == 1
    _, noted = decide(CONCERN, after, c.NoteInformation(), context(Role.TOVHOLDER_KOMMUNE))
    assert [fact.kind for fact in noted if isinstance(fact, DeadlineMet)] == ["new_information"]


def test_what_a_reporter_adds_is_the_polices_to_read_while_they_alone_have_the_case() -> None:
    """T08: the municipality cannot open it then, and would be told of a concern that it does not see."""
    owners = []
    concern = a_concern(Stage.ROUTED)
    for followed in (c.FollowTakeOver(), c.FollowReturn()):
        moved, _ = decide(CONCERN, concern, followed, context(Role.SYSTEM))
        assert moved is not None
        concern, facts = decide(CONCERN, moved, COMMANDS[c.AddInformation], context(Role.PUBLIC))  # type: ignore[assignment]
        owners += [(f.owner_role, f.owner_organisation) for f in facts if isinstance(f, DeadlineOpened)]

    assert owners == [("TOVHOLDER_POLITI", "politi:midt-og-vestsjaelland"), ("TOVHOLDER_KOMMUNE", "kommune:0253")]


def test_a_question_waits_ten_working_days_for_whoever_has_the_concern() -> None:
    waiting = asked().clock("question_open")
    handed = asked(Stage.ROUTED).clock("question_open")

    assert waiting is not None
    assert handed is not None
    assert (waiting.owner_role, waiting.owner_organisation) == ("HOTLINE_ADVISER", "hotline:national")
    assert (handed.owner_role, handed.owner_organisation) == ("TOVHOLDER_KOMMUNE", "kommune:0253")
    assert handed.due_at == waiting.due_at


def test_an_answer_meets_the_wait_and_is_a_task_to_read() -> None:
    after, facts = decide(CONCERN, asked(Stage.ROUTED), COMMANDS[c.AnswerQuestion], context(Role.PUBLIC))

    assert after is not None
    assert after.open_questions == ()
    assert [fact.kind for fact in facts if isinstance(fact, DeadlineMet)] == ["question_open"]
    assert [(fact.kind, fact.owner_role) for fact in facts if isinstance(fact, DeadlineOpened)] == [
        ("new_information", "TOVHOLDER_KOMMUNE")
    ]


@pytest.mark.parametrize("command", [c.AnswerQuestion, c.WithdrawQuestion])
def test_a_question_is_answered_or_taken_back_once(command: type[Command]) -> None:
    after, _ = decide(CONCERN, asked(), COMMANDS[command], context(Role.HOTLINE_ADVISER))

    assert after is not None
    assert after.clock("question_open") is None
    with pytest.raises(Invalid, match="question_not_open"):
        decide(CONCERN, after, COMMANDS[c.AnswerQuestion], context(Role.PUBLIC))


@pytest.mark.parametrize(
    ("stage", "role", "place"),
    [
        (Stage.RECEIVED, Role.TOVHOLDER_KOMMUNE, "kommune:0253"),
        (Stage.ROUTED, Role.HOTLINE_ADVISER, "hotline:national"),
        (Stage.ROUTED, Role.TOVHOLDER_POLITI, "politi:midt-og-vestsjaelland"),
        (Stage.ROUTED, Role.TOVHOLDER_KOMMUNE, "kommune:0751"),
    ],
)
def test_only_who_has_the_concern_now_asks_its_reporter(stage: Stage, role: Role, place: str) -> None:
    with pytest.raises(Invalid, match="question_not_yours"):
        decide(CONCERN, a_concern(stage), COMMANDS[c.AskQuestion], context(role, place=place))


def test_the_tovholder_asks_once_it_is_routed() -> None:
    context_there = context(Role.TOVHOLDER_KOMMUNE, place="kommune:0253")

    after, _ = decide(CONCERN, a_concern(Stage.ROUTED), COMMANDS[c.AskQuestion], context_there)

    assert after is not None
    assert len(after.open_questions) == 1


def test_who_was_given_no_code_is_asked_by_phone() -> None:
    first = Context(actor=actor(Role.HOTLINE_ADVISER), now=NOW, aggregate_id=CONCERN_ID)
    named, _ = decide(CONCERN, None, received(anonymity=Anonymity.CONFIDENTIAL, reporter=sealed()), first)

    with pytest.raises(Invalid, match="reporter_not_reachable"):
        decide(CONCERN, named, COMMANDS[c.AskQuestion], context(Role.HOTLINE_ADVISER))


def test_nothing_is_asked_any_more_once_it_is_closed_with_advice() -> None:
    after, _ = decide(CONCERN, asked(), c.GiveAdvice(), context(Role.HOTLINE_ADVISER))

    assert after is not None
    assert after.open_questions == ()
    assert after.clocks == {}
