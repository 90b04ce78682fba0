"""Every (state, command, role) of the case and the underretning, against `domain.md` 2.3 written out once more."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from services.assessment.domain import case_commands as c
from services.assessment.domain import described as q
from services.assessment.domain import disclosure_commands as d
from services.assessment.domain import glass as g
from services.assessment.domain import underretning_commands as u
from services.assessment.domain.case import Stage
from services.assessment.domain.case_table import CASE
from services.assessment.domain.subject import CorrectSubject
from services.assessment.domain.underretning import Stage as UStage
from services.assessment.domain.underretning_table import PUBLIC_SERVICE, UNDERRETNING
from shared.errors import Conflict, Forbidden, Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context, Lifecycle
from tests.unit.assessment.assessment_builders import KNOWN, NOW, SAMPLES, actor, case_in, ref, underretning_in

K, P, S, W, SYS = (
    Role.TOVHOLDER_KOMMUNE,
    Role.TOVHOLDER_POLITI,
    Role.SECRETARIAT,
    Role.CASEWORKER,
    Role.SYSTEM,
)
OPEN = {"K0", "K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9", "K10", "K12"}
ALL = {*OPEN, "C2", "C4", "K13"}

CASE_ROWS: dict[type[Command], list[tuple[set[str], set[Role]]]] = {
    c.RegisterConcern: [],
    c.OpenCase: [({"C2"}, {K})],
    c.MergeConcern: [({"C2"}, {K})],
    CorrectSubject: [({*OPEN, "K13"} - {"K2"}, {K, P})],
    c.AttachConcern: [(OPEN, {K})],
    c.CloseWithoutAction: [({"C2", "K0", "K3", "K4"}, {K, P})],
    c.ReferElsewhere: [({"C2", "K0"}, {K})],
    c.RequestClearance: [({"K0"}, {K})],
    c.TakeOver: [({"K1"}, {P})],
    c.ClearCase: [({"K1"}, {P})],
    c.ReturnCase: [({"K2"}, {P})],
    c.RevokeClearance: [({"K3", "K4", "K5", "K6", "K7", "K8", "K9", "K10", "K12"}, {P})],
    c.HoldMeeting: [({"K3"}, {S})],
    c.RecordShortAssessment: [({"K4"}, {K})],
    c.CompleteAssessment: [({"K4"}, {K})],
    c.AnswerAcuteTask: [({*OPEN, "K13"}, {K, P})],
    c.SendRecommendation: [({"K5"}, {K})],
    c.NameCaseworker: [({"K6", "K7", "K8", "K9", "K10", "K12"}, {K, Role.LEADER})],
    c.DecideMeasure: [({"K6"}, {W})],
    d.RecordConsent: [(OPEN - {"K2"}, {W, K})],
    d.WithdrawConsent: [({*OPEN, "K13"} - {"K2"}, {W, K}), ({"K2"}, {P, K})],
    d.RecordPartiesTold: [({*OPEN, "K13"}, {W, K, P})],
    d.ShareInformation: [(OPEN - {"K2"}, {W, K, P}), ({"K2"}, {P})],
    d.RefuseSharing: [(OPEN - {"K2"}, {W, K, P}), ({"K2"}, {P})],
    d.RecordCitizenTold: [(OPEN - {"K2"}, {W, K})],
    d.PostponeTelling: [(OPEN - {"K2"}, {W, K})],
    q.DescribeSubject: [(OPEN - {"K2"}, {K})],
    g.BreakGlass: [({*OPEN, "C2"} - {"K2"}, {K, P})],
    g.ReviewGlass: [(ALL, {Role.DPO})],
    d.DisputeFact: [({*OPEN, "K13"} - {"K2"}, {W, K})],
    c.RecordDecline: [({"K7"}, {W})],
    c.ReviewMeasure: [({"K9"}, {W})],
    c.EndMeasure: [({"K9"}, {W})],
    c.HoldFollowUp: [({"K12"}, {W})],
    c.CloseCase: [({"K12"}, {K, P})],
    c.ReopenCase: [({"K12", "K13"}, {K})],
    c.FollowIntervention: [(ALL, {SYS})],
}
"""Who may give which command in which states: rows 6, 7, 9-14, 19-26, 29, 36-39, 42, 43, 46, 49, and the corps' facts."""

U_ROWS: dict[type[Command], list[tuple[set[str], set[Role]]]] = {
    u.MakeUnderretning: [],
    u.RegisterUnderretning: [],
    u.NoteRouting: [({"U1", "U2", "U3", "U4"}, {SYS})],
    u.AssessUnderretning: [({"U1"}, {Role.CHILD_UNIT})],
    u.SendReceipt: [({"U1", "U2", "U3", "U4"}, {Role.CHILD_UNIT})],
    u.DecideInvestigation: [({"U2"}, {Role.CHILD_UNIT})],
    u.CloseUnderretning: [({"U3"}, {Role.CHILD_UNIT})],
}
CREATORS: dict[type[Command], set[Role]] = {
    c.RegisterConcern: {SYS},
    u.RegisterUnderretning: {SYS},
    u.MakeUnderretning: set(PUBLIC_SERVICE),
}


def test_the_tables_have_no_command_that_is_not_written_out_here() -> None:
    assert set(CASE.commands) == set(CASE_ROWS)
    assert set(UNDERRETNING.commands) == set(U_ROWS)


def _answer(lifecycle: Lifecycle[Any], state: Any, command: Command, role: Role) -> str:
    context = Context(actor=actor(role), now=NOW + timedelta(minutes=1), aggregate_id=ref("case"), known=KNOWN)
    try:
        decide(lifecycle, state, command, context)
    except Forbidden:
        return "forbidden"
    except Conflict as error:
        return "conflict" if error.code == "wrong_state" else "possible"
    except Invalid:
        return "possible"
    return "possible"


def _expected(
    rows: dict[type[Command], list[tuple[set[str], set[Role]]]], command: type, stage: str, role: Role
) -> str:
    roles = {each for _, allowed in rows[command] for each in allowed} | CREATORS.get(command, set())
    if role not in roles:
        return "forbidden"
    here = [allowed for stages, allowed in rows[command] if stage in stages]
    if not here:
        return "conflict"
    return "possible" if any(role in allowed for allowed in here) else "forbidden"


@pytest.mark.parametrize("stage", list(Stage))
def test_every_command_by_every_role_to_a_case_does_what_the_domain_says(stage: Stage) -> None:
    state = case_in(stage)

    for command, role in product(CASE_ROWS, Role):
        found = _answer(CASE, state, SAMPLES[command], role)

        assert found == _expected(CASE_ROWS, command, stage, role), (stage, command.code, role)


@pytest.mark.parametrize("stage", list(UStage))
def test_every_command_by_every_role_to_an_underretning_does_what_the_domain_says(stage: UStage) -> None:
    state = underretning_in(stage)

    for command, role in product(U_ROWS, Role):
        found = _answer(UNDERRETNING, state, SAMPLES[command], role)

        assert found == _expected(U_ROWS, command, stage, role), (stage, command.code, role)


@pytest.mark.parametrize("lifecycle", [CASE, UNDERRETNING], ids=lambda each: each.kind)
def test_only_creators_create(lifecycle: Lifecycle[Any]) -> None:
    for command, role in product(lifecycle.commands, Role):
        expected = "possible" if role in CREATORS.get(command, set()) else ("forbidden", "conflict")

        assert _answer(lifecycle, None, SAMPLES[command], role) in expected, (command.code, role)


@pytest.mark.parametrize("lifecycle", [CASE, UNDERRETNING], ids=lambda each: each.kind)
def test_system_is_refused_for_every_deciding_row(lifecycle: Lifecycle[Any]) -> None:
    deciding = {row.command for row in lifecycle.rows if row.deciding}
    states = [None, *(case_in(s) if lifecycle is CASE else underretning_in(s) for s in lifecycle.stages)]
    assert deciding

    for command, state in product(deciding, states):
        assert _answer(lifecycle, state, SAMPLES[command], Role.SYSTEM) == "forbidden", command.code


@pytest.mark.parametrize("lifecycle", [CASE, UNDERRETNING], ids=lambda each: each.kind)
def test_what_system_may_follow_is_closed_to_everybody_else(lifecycle: Lifecycle[Any]) -> None:
    for row in lifecycle.rows:
        if Role.SYSTEM in row.roles:
            assert (row.deciding, row.follows, row.roles) == (False, True, (Role.SYSTEM,)), row.rule


@pytest.mark.parametrize("lifecycle", [CASE, UNDERRETNING], ids=lambda each: each.kind)
def test_every_clock_that_a_row_opens_has_a_row_that_answers_it(lifecycle: Lifecycle[Any]) -> None:
    opened = {rule.kind for row in lifecycle.rows for rule in row.opens}
    met = {kind for row in lifecycle.rows for kind in row.meets}

    assert opened == met


@pytest.mark.parametrize("lifecycle", [CASE, UNDERRETNING], ids=lambda each: each.kind)
def test_every_stage_is_reached_by_a_row_and_every_row_names_its_paragraph(lifecycle: Lifecycle[Any]) -> None:
    reached = {row.target for row in lifecycle.rows if row.target}

    assert reached == set(lifecycle.stages)
    assert all(row.rule.startswith("domain.md ") for row in lifecycle.rows)
