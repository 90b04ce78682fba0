"""Every (state, command, role) of interventions and loans, made from the tables themselves."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from services.corps.domain.intervention_table import INTERVENTION
from services.corps.domain.loan_table import LOAN
from shared.contracts.lifecycle import AgreementRecorded
from shared.errors import Conflict, Forbidden
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import decide, possible
from shared.lifecycle.table import Command, Context, Lifecycle, Transition
from tests.unit.corps import builders as world

LIFECYCLES = (INTERVENTION, LOAN)
EVERY = [
    pytest.param(lifecycle, stage, command, role, id=f"{stage}-{command.code}-{role}")
    for lifecycle in LIFECYCLES
    for stage, command, role in product((None, *lifecycle.stages), lifecycle.commands, Role)
]
ROWS = [
    pytest.param(lifecycle, row, stage, id=f"{stage}-{row.command.code}-{number}")
    for lifecycle in LIFECYCLES
    for number, row in enumerate(lifecycle.rows)
    for stage in (row.sources or (None,))
]
DECIDING = [
    pytest.param(lifecycle, row, id=f"{row.command.code}-{number}")
    for lifecycle in LIFECYCLES
    for number, row in enumerate(lifecycle.rows)
    if row.deciding
]


def test_samples_cover_every_command() -> None:
    assert {command for lifecycle in LIFECYCLES for command in lifecycle.commands} == set(world.SAMPLES)


def allowed_roles(row: Transition[Any]) -> set[Role]:
    return {role for role in row.roles if role is not Role.SYSTEM or not row.deciding}


def sample_for(row: Transition[Any], state: Any, context: Context) -> Command:
    """Return the sample that picks this row of its command."""
    fitting = [each for each in world.SAMPLES[row.command] if row.when is None or row.when(state, each, context)]
    assert fitting, f"no sample takes {row.rule}"
    return fitting[0]


@pytest.mark.parametrize(("lifecycle", "stage", "command", "role"), EVERY)
def test_only_the_table_opens_a_way(
    lifecycle: Lifecycle[Any], stage: str | None, command: type[Command], role: Role
) -> None:
    rows = lifecycle.rows_of(command)
    here = [row for row in rows if (stage is None and row.creates) or stage in row.sources]
    if any(role in allowed_roles(row) for row in here):
        return  # taken below, row by row
    anywhere = any(role in allowed_roles(row) for row in rows)
    state = None if stage is None else {**world.INTERVENTIONS, **world.LOANS}[stage]().state  # type: ignore[index]
    with pytest.raises(Conflict if anywhere and not here else Forbidden):
        decide(lifecycle, state, world.SAMPLES[command][0], world.context(world.actor(role)))


@pytest.mark.parametrize(("lifecycle", "row", "stage"), ROWS)
def test_a_row_is_taken_by_its_roles_and_no_other(lifecycle: Lifecycle[Any], row: Transition[Any], stage: str) -> None:
    for role in Role:
        state = world.ready(row, stage)
        who = world.fitting_actor(row, role, lifecycle)
        known = {**world.FITTING, "fitting": 0} if row.opens and row.creates else world.FITTING
        context = world.context(who, world.moment(row.command), known)
        command = sample_for(row, state, context)
        if role not in allowed_roles(row):
            with pytest.raises((Forbidden, Conflict)):
                decide(lifecycle, state, command, context)
            continue
        after, facts = decide(lifecycle, state, command, context)
        if row.together:
            assert isinstance(facts[0], AgreementRecorded)
            assert after.stage == stage
            continue
        assert isinstance(facts[0], row.fact)
        assert facts[0].stage == row.target
        assert after.stage == (row.target or stage)
        assert after.version == (state.version if state else 0) + len(facts)


@pytest.mark.parametrize(("lifecycle", "row"), DECIDING)
def test_system_decides_nothing(lifecycle: Lifecycle[Any], row: Transition[Any]) -> None:
    for stage in row.sources or (None,):
        state = world.ready(row, stage)  # type: ignore[arg-type]
        context = world.context(world.SYSTEM, world.moment(row.command))
        with pytest.raises(Forbidden):
            decide(lifecycle, state, sample_for(row, state, context), context)


@pytest.mark.parametrize(
    ("build", "lifecycle"),
    [(each, INTERVENTION) for each in (*world.INTERVENTIONS.values(), world.chosen, world.lent, world.accepted)]
    + [(each, LOAN) for each in world.LOANS.values()],
)
def test_replay_of_the_facts_gives_the_state(build: Any, lifecycle: Lifecycle[Any]) -> None:
    history = build()

    assert lifecycle.replay(history.id, history.facts) == history.state


def test_every_fact_of_an_intervention_carries_the_case() -> None:
    for row in INTERVENTION.rows:
        assert "case_id" in row.fact.model_fields


def test_no_fact_of_a_loan_carries_the_case_or_a_text() -> None:
    for row in LOAN.rows:
        assert "case_id" not in row.fact.model_fields
        assert not {"note", "text", "description", "grounds"} & set(row.fact.model_fields)


def test_possible_lists_what_the_coordinator_may_do() -> None:
    found = {
        each.command: each for each in possible(INTERVENTION, world.active().state, world.context(world.COORDINATOR))
    }

    assert found["replace-member"].allowed
    assert not found["choose-member"].allowed
    assert found["log-session"].why_not == "for CORPS_MEMBER"
