"""Whatever people and facts do in whatever order, the case is the fold of its facts and keeps its invariants."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.assessment.domain import case_commands as c
from services.assessment.domain import disclosure_commands as d
from services.assessment.domain import glass as g
from services.assessment.domain.case import Stage
from services.assessment.domain.case_table import CASE
from shared.contracts.lifecycle import (
    DeadlineCancelled,
    DeadlineMet,
    DeadlineOpened,
    StepAction,
)
from shared.errors import TovholderError
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import TakeDeadlineStep
from shared.lifecycle.table import Command
from tests.unit.assessment.assessment_builders import (
    PATHS,
    SAMPLES,
    Play,
    arrival,
    assessment,
    consent,
    consent_to,
    decision,
    evidence,
    follow,
    meeting,
    nine,
    played,
    ref,
    review,
    share,
    text,
    worry,
)

ACUTE = nine(VIOLENCE={"risk_level": "ACUTE", "evidence": [evidence()]})
COMMANDS: list[Command] = [
    *(SAMPLES[command] for command in CASE.commands if command is not c.RegisterConcern),
    assessment(ratings=ACUTE),
    assessment(measures=["NONE"]),
    c.RecordShortAssessment(assessment=text()),
    *(consent_to(kind) for kind in ("SHARE", "GANG_EXIT", "FOLLOW_UP")),
    share(basis="CONSENT", purpose="AS_CONSENTED"),
    consent(needs_corps_member=False, requirements=None),
    decision(outcome="NONE", reason="A4", grounds=text()),
    worry(),
    review(contact="DECLINED", wellbeing={}, decision="CLOSE"),
    c.ReopenCase(concern_case=ref("other case")),
    *(follow(happened) for happened in ("STARTED", "PAUSED", "RESUMED", "REPLACING", "ENDED", "STOPPED")),
]
ROLES = [Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.SECRETARIAT, Role.CASEWORKER, Role.SYSTEM]


class CaseMachine(RuleBasedStateMachine):
    """A case in the hands of people who try everything."""

    start: ClassVar[Stage] = Stage.ARRIVED
    """Where it begins: from arrival alone, late stages are seldom reached by chance."""

    @initialize(minor=st.sampled_from(["YES", "NO", "UNKNOWN"]), travel=st.sampled_from(["NONE", "PLAN", "RETURNED"]))
    def begin(self, minor: str, travel: str) -> None:
        if self.start is Stage.ARRIVED:
            self.play = Play(CASE, ref("case"))
            self.play.give(arrival(minor=minor, travel=travel), Role.SYSTEM)
        else:
            self.play = played(PATHS[self.start])

    def _at(self, command: Command) -> Command:
        """Give what is dated the time of now."""
        dated = {c.HoldMeeting: {"held_at"}, d.RecordConsent: {"given_at"}, c.FollowIntervention: {"happened_at"}}
        changes: dict[str, object] = dict.fromkeys(dated.get(type(command), ()), self.play.now)
        if isinstance(command, d.RecordConsent):
            changes["valid_until"] = self.play.now + timedelta(days=100)
        if isinstance(command, (d.WithdrawConsent, d.RecordPartiesTold)) and self.play.state.consents:
            changes["consent_id"] = self.play.state.consents[-1].id
        if isinstance(command, g.ReviewGlass) and self.play.state.glasses:
            changes["glass_id"] = self.play.state.glasses[-1].id
        if isinstance(command, d.PostponeTelling):
            changes["review_on"] = (self.play.now + timedelta(days=60)).date()
        return command.model_copy(update=changes)

    @rule(command=st.sampled_from(COMMANDS), role=st.sampled_from(ROLES))
    def somebody_tries(self, command: Command, role: Role) -> None:
        before = self.play.state
        try:
            self.play.give(self._at(command), role)
        except TovholderError:
            assert self.play.state is before, "what is refused changes nothing"

    @rule(data=st.data())
    def the_right_one_does_what_is_possible(self, data: st.DataObject) -> None:
        """Go on along a row that exists, so that late stages are reached too."""
        rows = [row for row in CASE.rows if self.play.state.stage in row.sources]
        if not rows:
            return
        row = data.draw(st.sampled_from(rows))
        command = data.draw(st.sampled_from([each for each in COMMANDS if isinstance(each, row.command)]))
        for role in row.roles:
            with suppress(TovholderError):
                self.play.give(self._at(command), role)

    @rule(days=st.sampled_from([0, 1, 7, 40, 170, 400]))
    def time_passes(self, days: int) -> None:
        self.play.let_pass(timedelta(days=days))

    @rule(action=st.sampled_from(list(StepAction)))
    def a_clock_takes_a_step(self, action: StepAction) -> None:
        for clock in list(self.play.state.clocks.values()):
            stage = self.play.state.stage
            self.play.give(TakeDeadlineStep(deadline_id=clock.id, action=action), Role.SYSTEM)
            assert self.play.state.stage == stage, "a clock decides nothing"

    @invariant()
    def the_facts_replay_to_the_state(self) -> None:
        assert CASE.replay(self.play.id, self.play.facts) == self.play.state

    @invariant()
    def versions_count_facts(self) -> None:
        assert self.play.state.version == len(self.play.facts)

    @invariant()
    def every_clock_is_open_met_or_cancelled_once(self) -> None:
        opened = [fact.deadline_id for fact in self.play.facts if isinstance(fact, DeadlineOpened)]
        closed = [fact.deadline_id for fact in self.play.facts if isinstance(fact, (DeadlineMet, DeadlineCancelled))]
        assert len(set(opened)) == len(opened)
        assert len(set(closed)) == len(closed)
        assert set(opened) - set(closed) == set(self.play.state.clocks)

    @invariant()
    def a_case_at_rest_has_no_clock_but_an_acute_task(self) -> None:
        if self.play.state.stage in (Stage.MERGED, Stage.CLOSED, Stage.POLICE_ONLY):
            told = {"tell_parties"} if self.play.state.stage == Stage.CLOSED else set()
            assert self.play.kinds() <= {"acute_task"} | told

    @invariant()
    def what_is_closed_says_why_and_how_long_it_is_kept(self) -> None:
        case = self.play.state
        closed = case.stage == Stage.CLOSED
        assert (case.closing_reason is not None, case.retention_class is not None) == (closed, closed)

    @invariant()
    def system_never_decided(self) -> None:
        deciding = {row.fact for row in CASE.rows if row.deciding}
        assert not [fact for fact in self.play.facts if type(fact) in deciding and fact.by_role == Role.SYSTEM]

    @invariant()
    def no_fact_shares_a_stage_after_the_police_took_over(self) -> None:
        """From K2 only the police lead on (row 14)."""
        stages = [(fact.stage, fact.type) for fact in self.play.facts if fact.stage is not None]
        for (before, _), (_, kind) in itertools.pairwise(stages):
            assert before != Stage.POLICE_ONLY or kind == "case.police_returned.v1"


EACH = settings(max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("start", [Stage.ARRIVED, Stage.GATHERING, Stage.OFFERED, Stage.ACTIVE, Stage.FOLLOW_UP])
def test_whatever_people_do_from_there_the_invariants_hold(start: Stage) -> None:
    machine = type(f"From{start}", (CaseMachine,), {"start": start})

    run_state_machine_as_test(machine, settings=EACH)


def test_the_machine_knows_every_command_of_the_table() -> None:
    assert {type(command) for command in COMMANDS} | {c.RegisterConcern} == set(CASE.commands)
    assert meeting() in COMMANDS
