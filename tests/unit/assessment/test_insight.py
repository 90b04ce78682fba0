"""The request for insight: every (state, command, role), its clocks and guards (`domain.md` 3.13, 4.6 R21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from services.assessment.domain import insight_commands as i
from services.assessment.domain.insight import Stage
from services.assessment.domain.insight_table import INSIGHT
from shared.contracts.insight import InsightDecided
from shared.errors import Conflict, Forbidden, Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from tests.unit.assessment.assessment_builders import KOMMUNE, NOW, POLITI, Play, actor, ref
from tests.unit.assessment.insight_builders import (
    HAND_OVER,
    HELD,
    KNOWN,
    SAMPLES,
    TOLD,
    asked,
    handed_over,
    insight_in,
    partial,
    request,
)

D, W, K, P = Role.DPO, Role.CASEWORKER, Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI
ROWS: dict[type[Command], tuple[set[str], set[Role]]] = {
    i.RequestInsight: ({"-"}, {D, K, P}),
    i.HandOverInsight: ({"I1"}, {D, K, P}),
    i.DecideInsight: ({"I1", "I2"}, {D}),
}
"""Who may give which command in which states; "-" is before the beginning."""


def _answer(stage: str, command: Command, role: Role) -> str:
    state = None if stage == "-" else insight_in(Stage(stage))
    context = Context(actor=actor(role), now=NOW, aggregate_id=ref("insight"), known=KNOWN)
    try:
        decide(INSIGHT, state, command, context)
    except Forbidden:
        return "forbidden"
    except Conflict as error:
        return "conflict" if error.code == "wrong_state" else "possible"
    except Invalid:
        return "possible"
    return "possible"


def test_every_state_command_and_role_is_as_written_out_here() -> None:
    assert set(ROWS) == set(INSIGHT.commands) == set(SAMPLES)
    for command, stage, role in product(ROWS, ("-", *INSIGHT.stages), Role):
        stages, roles = ROWS[command]
        expected = "possible" if stage in stages else "conflict"
        assert _answer(stage, SAMPLES[command], role) == (expected if role in roles else "forbidden"), (
            command.code,
            stage,
            role,
        )


def test_the_facts_replay_to_the_state_and_every_clock_is_answered() -> None:
    play = handed_over()
    play.give(i.DecideInsight(decision="FULL"), actor(D, POLITI), **KNOWN)

    assert INSIGHT.replay(play.id, play.facts) == play.state
    opened = {rule.kind for row in INSIGHT.rows for rule in row.opens}
    assert opened == {kind for row in INSIGHT.rows for kind in row.meets}
    assert play.kinds() == set()
    assert play.state.decided_by == actor(D, POLITI).person_ref


DUE = [
    ("FORVALTNINGSLOV", "answer_insight", datetime(2026, 11, 13, 10, tzinfo=UTC), True),
    ("GDPR15", "answer_insight", datetime(2026, 12, 4, 10, tzinfo=UTC), True),
    ("LED", "hand_over_insight", datetime(2026, 11, 6, 10, tzinfo=UTC), False),
]


@pytest.mark.parametrize(("regime", "kind", "due", "sourced"), DUE, ids=[regime for regime, *_ in DUE])
def test_each_law_has_its_clock(regime: str, kind: str, due: datetime, sourced: bool) -> None:
    play = asked(regime)

    (clock,) = play.state.clocks.values()

    assert (clock.kind, clock.due_at, clock.owner_role, clock.owner_organisation) == (kind, due, "DPO", KOMMUNE)
    assert next(fact for fact in play.facts if fact.type == "deadline.opened.v1").sourced is sourced  # type: ignore[attr-defined]


def test_the_clock_runs_from_the_moment_it_was_received() -> None:
    play = Play(INSIGHT, ref("insight"), now=NOW + timedelta(days=3))

    play.give(request(regime="FORVALTNINGSLOV"), actor(D), **KNOWN)

    assert play.state.clock("answer_insight").due_at == datetime(2026, 11, 13, 10, tzinfo=UTC)


def test_what_is_handed_over_is_answered_there_and_nowhere_else() -> None:
    play = handed_over()
    assert (play.state.answering, play.state.controller) == (POLITI, POLITI)
    assert play.state.clock("answer_led_insight").owner_organisation == POLITI

    with pytest.raises(Invalid) as refused:
        play.give(i.DecideInsight(decision="FULL"), actor(D), **KNOWN)

    assert refused.value.code == "insight_not_yours"
    assert play.give(i.DecideInsight(decision="FULL"), actor(D, POLITI), **KNOWN)


LAWS = [("FORVALTNINGSLOV", "FVL15"), ("GDPR15", "DBL22_PRIVATE"), ("GDPR15", "DBL22_CRIME")]


@pytest.mark.parametrize(("regime", "exemption"), LAWS)
@pytest.mark.parametrize("decision", ["PARTIAL", "REFUSED"])
def test_less_than_all_names_an_exemption_of_its_own_law(regime: str, exemption: str, decision: str) -> None:
    held = {"held_back": [{"text": HELD, "basis": exemption}] if decision == "PARTIAL" else []}
    other = "FVL15" if exemption != "FVL15" else "DBL22_CRIME"

    assert asked(regime).give(partial(decision=decision, exemption_basis=[exemption], **held), actor(D), **KNOWN)
    for wrong in ([other], [exemption, other]):
        with pytest.raises(Invalid) as refused:
            asked(regime).give(partial(decision=decision, exemption_basis=wrong, **held), actor(D), **KNOWN)
        assert refused.value.code == "exemption_missing"
    if decision == "REFUSED":
        with pytest.raises(Invalid, match="exemption_missing"):
            asked(regime).give(partial(decision=decision, exemption_basis=[], **held), actor(D), **KNOWN)


def test_each_text_is_held_back_on_its_own_basis_and_they_are_what_the_decision_rests_on() -> None:
    play = asked()
    held = [{"text": HELD, "basis": "DBL22_CRIME"}, {"text": TOLD, "basis": "DBL22_PRIVATE"}]

    (fact, *_) = play.give(partial(exemption_basis=[], held_back=held), actor(D), **KNOWN)

    assert isinstance(fact, InsightDecided)
    assert fact.exemption_basis == ("DBL22_CRIME", "DBL22_PRIVATE")
    assert fact.held_back == (HELD, TOLD)
    assert [(each.text, each.basis) for each in fact.held_back_on] == [(HELD, "DBL22_CRIME"), (TOLD, "DBL22_PRIVATE")]


def test_what_is_released_is_told_with_its_concern() -> None:
    play = asked()

    (fact, *_) = play.give(FULL_AND_RELEASED, actor(D), **KNOWN)

    assert isinstance(fact, InsightDecided)
    assert [(each.concern_id, each.text) for each in fact.released] == [(ref("the concern"), TOLD)]
    assert fact.reveals_no_reporter


def test_a_decision_from_before_texts_had_bases_is_still_read() -> None:
    play = asked()
    old = {"decision": "PARTIAL", "exemption_basis": ["DBL22_CRIME"], "held_back": [str(HELD)], "decided_at": NOW}
    fact = InsightDecided.model_validate(
        {**old, "by": ref("x"), "by_role": "DPO", "organisation": KOMMUNE, "stage": "I3"}
    )

    state = INSIGHT.evolve(play.state, play.id, fact)

    assert (state.held_back, state.held_back_on, state.released) == ((HELD,), (), ())


FULL_AND_RELEASED = i.DecideInsight(decision="FULL", released=[TOLD], reveals_no_reporter=True)
HELD_TWICE = [{"text": HELD, "basis": "DBL22_CRIME"}, {"text": HELD, "basis": "DBL22_PRIVATE"}]
FULL = i.DecideInsight(decision="FULL")
GUARDED: list[tuple[str, Callable[[], Play], Command, Command]] = [
    ("insight_not_yours", asked, FULL, FULL),
    ("exemption_missing", asked, FULL, i.DecideInsight(decision="FULL", exemption_basis=["DBL22_CRIME"])),
    ("grounds_missing", asked, partial(), partial(grounds=None)),
    (
        "held_back_unknown",
        asked,
        partial(),
        partial(held_back=[{"text": ref("of another case"), "basis": "DBL22_CRIME"}]),
    ),
    ("held_back_unknown", asked, partial(), partial(held_back=HELD_TWICE)),
    (
        "held_back_unknown",
        asked,
        FULL,
        i.DecideInsight(decision="FULL", held_back=[{"text": HELD, "basis": "DBL22_CRIME"}]),
    ),
    ("nothing_held_back", asked, partial(), partial(held_back=[])),
    (
        "released_unknown",
        asked,
        FULL_AND_RELEASED,
        i.DecideInsight(decision="FULL", released=[HELD], reveals_no_reporter=True),
    ),
    (
        "released_unknown",
        asked,
        partial(released=[TOLD], reveals_no_reporter=True),
        partial(
            held_back=[{"text": TOLD, "basis": "DBL22_CRIME"}],
            released=[TOLD],
            reveals_no_reporter=True,
        ),
    ),
    ("reporter_not_ruled_out", asked, FULL_AND_RELEASED, i.DecideInsight(decision="FULL", released=[TOLD])),
    ("reporter_not_ruled_out", asked, FULL, i.DecideInsight(decision="FULL", reveals_no_reporter=True)),
    ("not_under_led", lambda: asked("LED"), HAND_OVER, HAND_OVER),
    ("not_law_enforcement", lambda: asked("LED"), HAND_OVER, i.HandOverInsight(to_authority="kommune:0265")),
]


@pytest.mark.parametrize(("code", "world", "fits", "fails"), GUARDED)
def test_a_guard_refuses_what_just_fails_it(
    code: str, world: Callable[[], Play], fits: Command, fails: Command
) -> None:
    assert world().give(fits, actor(D), **KNOWN)
    play = asked() if code == "not_under_led" else world()
    who = actor(D, "kommune:0265") if code == "insight_not_yours" else actor(D)

    with pytest.raises(Invalid) as refused:
        play.give(fails, who, **KNOWN)

    assert refused.value.code == code


def test_a_caseworker_releases_nothing_of_a_concern() -> None:
    with pytest.raises(Forbidden, match="role_may_not"):
        asked().give(FULL_AND_RELEASED, actor(Role.CASEWORKER), **KNOWN)


CREATION = [
    ("no_case_for_insight", request(), {}),
    ("identity_not_checked", request(identity_checked=False), KNOWN),
    ("received_in_the_future", request(received_at=NOW + timedelta(minutes=1)), KNOWN),
]


@pytest.mark.parametrize(("code", "command", "known"), CREATION, ids=[code for code, *_ in CREATION])
def test_a_request_is_about_a_case_one_takes_part_in_from_somebody_who_was_checked(
    code: str, command: Command, known: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        decide(INSIGHT, None, command, Context(actor=actor(D), now=NOW, aggregate_id=ref("insight"), known=known))

    assert refused.value.code == code


def test_every_guard_of_the_table_is_tested_here() -> None:
    tested = {code for code, *_ in (*GUARDED, *CREATION)}

    assert {guard.code for row in INSIGHT.rows for guard in row.guards} == tested
