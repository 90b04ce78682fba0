"""The concern's table, cell by cell, and its guards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.intake.domain import commands as c
from services.intake.domain.concern import Concern, Stage
from services.intake.domain.table import CONCERN
from shared.contracts.codes import Anonymity, Answer, Channel, SubjectKnown, Travel
from shared.contracts.lifecycle import DeadlineMet, DeadlineOpened
from shared.errors import Conflict, Forbidden, Invalid, TovholderError
from shared.lifecycle.actor import PUBLIC, SYSTEM, Actor, Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from shared.lifecycle.text import Text
from tests.unit.lifecycle import every_cell

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CONCERN_ID = UUID("00000000-0000-4000-8000-000000000001")


QUESTION = UUID("00000000-0000-4000-8000-000000000002")


def sealed() -> Text:
    return Text(None, uuid4())


def actor(role: Role, place: str = "hotline:national") -> Actor:
    if role is Role.SYSTEM:
        return SYSTEM
    return Actor(uuid4(), place, frozenset({role}))


def context(role: Role, *, now: datetime = NOW, place: str = "hotline:national") -> Context:
    return Context(actor=actor(role, place), now=now, aggregate_id=CONCERN_ID, known={"coded": True})


def received(**changes: object) -> c.ReceiveConcern:
    values = {"anonymity": Anonymity.ANONYMOUS, "channel": Channel.HOTLINE, **changes}
    return c.ReceiveConcern.model_validate(values)


def a_concern(stage: Stage = Stage.RECEIVED) -> Concern:
    concern, _ = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))
    assert concern is not None
    path: dict[Stage, list[Command]] = {
        Stage.RECEIVED: [],
        Stage.ADVISED_CLOSED: [c.GiveAdvice()],
        Stage.ACUTE: [c.RaiseAcute()],
        Stage.ROUTED: [c.RouteConcern(municipality="0253", grounds=sealed())],
        Stage.MERGED: [c.RouteConcern(municipality="0253", grounds=sealed()), c.AttachConcern(case_id=uuid4())],
    }
    for command in path[stage]:
        role = Role.SYSTEM if isinstance(command, c.AttachConcern) else Role.HOTLINE_ADVISER
        concern, _ = decide(CONCERN, concern, command, context(role))
        assert concern is not None
    return concern


def asked(stage: Stage = Stage.RECEIVED) -> Concern:
    """A concern whose reporter was asked `QUESTION` before it was sent on."""
    first, _ = decide(CONCERN, a_concern(), c.AskQuestion(question=Text(None, QUESTION)), context(Role.HOTLINE_ADVISER))
    assert first is not None
    if stage is Stage.ROUTED:
        first, _ = decide(CONCERN, first, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))
        assert first is not None
    return first


COMMANDS: dict[type[Command], Command] = {
    c.ReceiveConcern: received(),
    c.GiveAdvice: c.GiveAdvice(),
    c.PointOutHelp: c.PointOutHelp(offers=(uuid4(),)),
    c.RaiseAcute: c.RaiseAcute(),
    c.LogHandover: c.LogHandover(called=c.Called.ALARM_112, handed_over_at=NOW),
    c.CompleteRecord: c.CompleteRecord(subject_known=SubjectKnown.PARTIAL),
    c.SetAnonymity: c.SetAnonymity(anonymity=Anonymity.CONFIDENTIAL, reporter=sealed()),
    c.AddInformation: c.AddInformation(information=sealed()),
    c.NoteInformation: c.NoteInformation(),
    c.AskQuestion: c.AskQuestion(question=sealed()),
    c.AnswerQuestion: c.AnswerQuestion(question=QUESTION, answer=sealed()),
    c.WithdrawQuestion: c.WithdrawQuestion(question=QUESTION),
    c.RouteConcern: c.RouteConcern(municipality="0253", grounds=sealed()),
    c.CloseAcute: c.CloseAcute(),
    c.AttachConcern: c.AttachConcern(case_id=uuid4()),
    c.FollowTakeOver: c.FollowTakeOver(),
    c.FollowReturn: c.FollowReturn(),
}


@pytest.mark.parametrize(
    "cell", list(every_cell.cells(CONCERN)), ids=lambda cell: f"{cell[0]}-{cell[1].code}-{cell[2]}"
)
def test_every_cell_of_the_table_does_what_the_table_says(cell: tuple[str, type[Command], Role]) -> None:
    stage, command, role = cell
    state = None if stage == "-" else a_concern(Stage(stage))
    rows = every_cell.rows_for(CONCERN, cell)

    try:
        _, facts = decide(CONCERN, state, COMMANDS[command], context(role))
    except TovholderError as error:
        refused_by_a_guard = isinstance(error, Invalid)
        assert refused_by_a_guard if rows else isinstance(error, (Forbidden, Conflict))
    else:
        assert rows
        assert any(isinstance(fact, row.fact) for row in rows for fact in facts)


@pytest.mark.parametrize("row", [row for row in CONCERN.rows if row.deciding], ids=lambda row: row.rule)
def test_system_is_refused_for_every_deciding_row(row: object) -> None:
    command = COMMANDS[row.command]  # type: ignore[attr-defined]
    state = None if row.creates else a_concern(Stage(row.sources[0]))  # type: ignore[attr-defined]

    with pytest.raises(Forbidden):
        decide(CONCERN, state, command, context(Role.SYSTEM))


def test_facts_in_order_give_the_state_that_decide_returned() -> None:
    concern, facts = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))
    after, more = decide(
        CONCERN, concern, c.RaiseAcute(minor=Answer.YES, travel=Travel.PLAN), context(Role.HOTLINE_ADVISER)
    )

    assert CONCERN.replay(CONCERN_ID, [*facts, *more]) == after


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reporter": "somebody"}, "reporter_does_not_fit_mode"),
        ({"anonymity": Anonymity.CONFIDENTIAL}, "reporter_does_not_fit_mode"),
        ({"subject_known": SubjectKnown.IDENTIFIED}, "residence_missing"),
        ({"subject_municipality": "0411"}, "municipality_unknown"),
        ({"observed_to": NOW + timedelta(minutes=1)}, "observation_in_future"),
        ({"observed_from": NOW - timedelta(days=1), "observed_to": NOW - timedelta(days=2)}, "observation_in_future"),
        ({"observed_from": NOW.replace(year=2016) - timedelta(days=1)}, "observation_too_old"),
    ],
)
def test_a_concern_that_breaks_a_rule_is_refused_with_its_code(changes: dict[str, object], code: str) -> None:
    command = received(**changes)
    if command.reporter is not None:
        command = command.model_copy(update={"reporter": sealed()})

    with pytest.raises(Invalid) as refused:
        decide(CONCERN, None, command, context(Role.HOTLINE_ADVISER))

    assert refused.value.code == code
    assert refused.value.rule
    assert refused.value.remedy


def test_an_observation_of_ten_years_ago_is_just_accepted() -> None:
    command = received(observed_from=NOW.replace(year=2016))

    concern, _ = decide(CONCERN, None, command, context(Role.HOTLINE_ADVISER))

    assert concern is not None


def test_an_identified_person_is_not_closed_with_advice_alone() -> None:
    command = received(subject_known=SubjectKnown.IDENTIFIED, subject_municipality="0253")
    concern, _ = decide(CONCERN, None, command, context(Role.HOTLINE_ADVISER))

    with pytest.raises(Invalid, match="subject_identified"):
        decide(CONCERN, concern, c.GiveAdvice(), context(Role.HOTLINE_ADVISER))
    closed, _ = decide(CONCERN, concern, c.GiveAdvice(not_about_extremism=True), context(Role.HOTLINE_ADVISER))

    assert closed is not None
    assert closed.stage == Stage.ADVISED_CLOSED


def test_an_acute_concern_keeps_its_hand_over_clock_when_it_is_routed() -> None:
    acute = a_concern(Stage.ACUTE)

    routed, _ = decide(CONCERN, acute, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))

    assert routed is not None
    assert {clock.kind for clock in routed.clocks.values()} == {"hand_over", "complete_record"}


def test_an_alarm_keeps_what_was_known_of_the_child() -> None:
    concern, _ = decide(CONCERN, None, received(minor=Answer.YES), context(Role.HOTLINE_ADVISER))

    acute, _ = decide(CONCERN, concern, c.RaiseAcute(), context(Role.TOVHOLDER_POLITI))

    assert acute is not None
    assert acute.minor is Answer.YES


def test_a_concern_at_night_says_that_it_came_out_of_hours() -> None:
    night = NOW.replace(hour=21, minute=30)  # 22:30 in Copenhagen

    _, facts = decide(CONCERN, None, received(), context(Role.PUBLIC, now=night))

    assert getattr(facts[0], "out_of_hours") is True  # noqa: B009  # the fact is known by its place


def clocks_of(
    command: c.ReceiveConcern, role: Role, *, now: datetime = NOW, at: str = "hotline:national"
) -> dict[str, DeadlineOpened]:
    who = PUBLIC if role is Role.PUBLIC else Actor(uuid4(), at, frozenset({role}))
    _, facts = decide(CONCERN, None, command, Context(actor=who, now=now, aggregate_id=CONCERN_ID))
    return {fact.kind: fact for fact in facts if isinstance(fact, DeadlineOpened)}


def test_a_public_concern_at_night_is_a_task_of_the_hotline_at_half_past_eight() -> None:
    night = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)  # a Friday, 22:30 in Copenhagen

    clock = clocks_of(received(channel=Channel.WEB_FORM), Role.PUBLIC, now=night)["next_morning"]

    assert clock.due_at == datetime(2026, 11, 21, 7, 30, tzinfo=UTC)  # the hotline is open on Saturdays
    assert (clock.owner_role, clock.owner_organisation) == ("HOTLINE_ADVISER", "hotline:national")
    assert "next_morning" not in clocks_of(received(), Role.HOTLINE_ADVISER)
    assert "next_morning" not in clocks_of(received(), Role.PRO_REPORTER, now=night, at="school:koege-01")


def test_a_concern_before_the_hotline_opens_is_a_task_of_the_same_morning() -> None:
    clock = clocks_of(received(), Role.PUBLIC, now=datetime(2026, 11, 20, 2, 0, tzinfo=UTC))["next_morning"]

    assert clock.due_at == datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "at", "owner"),
    [
        (Role.PUBLIC, "public:web", ("HOTLINE_ADVISER", "hotline:national")),
        (Role.PRO_REPORTER, "school:koege-01", ("PRO_REPORTER", "school:koege-01")),
        (Role.TOVHOLDER_KOMMUNE, "kommune:0253", ("TOVHOLDER_KOMMUNE", "kommune:0253")),
        (Role.CHILD_UNIT, "kommune:0253", ("CHILD_UNIT", "kommune:0253")),
    ],
)
def test_the_clock_of_a_concern_belongs_to_somebody_who_can_hear_it(
    role: Role, at: str, owner: tuple[str, str]
) -> None:
    clock = clocks_of(received(), role, at=at)["route_or_close"]

    assert (clock.owner_role, clock.owner_organisation) == owner


@pytest.mark.parametrize(("ahead", "acute"), [(timedelta(hours=71), True), (timedelta(hours=72), False)])
def test_a_departure_in_less_than_72_hours_is_an_acute_task(ahead: timedelta, acute: bool) -> None:
    opened = clocks_of(received(travel=Travel.PLAN, departs_at=NOW + ahead), Role.HOTLINE_ADVISER)

    assert ("acute_travel" in opened) is acute
    if acute:
        assert opened["acute_travel"].due_at == NOW + timedelta(minutes=15)


def test_the_acute_task_of_a_journey_outlives_routing_and_is_met_by_the_alarm_or_the_hand_over() -> None:
    soon = received(travel=Travel.PLAN, departs_at=NOW + timedelta(hours=9))
    concern, _ = decide(CONCERN, None, soon, context(Role.HOTLINE_ADVISER))
    routed, _ = decide(CONCERN, concern, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))
    handed, _ = decide(CONCERN, routed, COMMANDS[c.LogHandover], context(Role.HOTLINE_ADVISER))
    alarmed, _ = decide(CONCERN, concern, c.RaiseAcute(), context(Role.HOTLINE_ADVISER))

    assert routed is not None
    assert routed.clock("acute_travel") is not None
    assert handed is not None
    assert handed.clock("acute_travel") is None
    assert alarmed is not None
    assert alarmed.clock("acute_travel") is None


def test_an_acute_concern_is_routed_within_one_working_day() -> None:
    concern, _ = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))
    acute, facts = decide(CONCERN, concern, c.RaiseAcute(), context(Role.HOTLINE_ADVISER))
    _, more = decide(CONCERN, acute, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))

    clock = next(fact for fact in facts if isinstance(fact, DeadlineOpened) and fact.kind == "route_acute")
    assert clock.due_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert {fact.kind for fact in more if isinstance(fact, DeadlineMet)} == {"route_acute", "close_acute"}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.RaiseAcute(subject_municipality="0411"), "municipality_unknown"),
        (c.CompleteRecord(subject_municipality="0999"), "municipality_unknown"),
        (c.PointOutHelp(offers=(uuid4(),), municipality="0411"), "municipality_unknown"),
        (c.CompleteRecord(subject_known=SubjectKnown.IDENTIFIED), "residence_missing"),
    ],
)
def test_a_later_command_is_checked_like_the_first_one(command: Command, code: str) -> None:
    concern, _ = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))

    with pytest.raises(Invalid, match=code):
        decide(CONCERN, concern, command, context(Role.HOTLINE_ADVISER))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"observed_to": NOW.replace(year=2016) - timedelta(days=1)}, "observation_too_old"),
        ({"departs_at": NOW + timedelta(days=9)}, "departure_without_plan"),
    ],
)
def test_dates_that_do_not_fit_are_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        decide(CONCERN, None, received(**changes), context(Role.HOTLINE_ADVISER))


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
