"""What `possible` says and what `decide` does are one: nothing that can be given is held back, nothing that cannot is offered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from services.assessment.domain.case_table import CASE
from shared.errors import TovholderError
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.decide import Possible, decide, possible
from shared.lifecycle.table import Command, Context, Guard, Lifecycle
from tests.support import standing
from tests.unit.assessment import assessment_builders as cases


def found(lifecycle: Lifecycle[Any], state: Aggregate, context: Context) -> dict[str, Possible]:
    return {each.command: each for each in possible(lifecycle, state, context)}


def every_guard() -> Iterator[tuple[Lifecycle[Any], Guard]]:
    for store, _, _, _ in standing.kinds():
        for row in store.lifecycle.rows:
            for guard in row.guards:
                yield store.lifecycle, guard


def tried() -> Iterator[tuple[Lifecycle[Any], Aggregate, Command, Context]]:
    """Yield every sample of every row, in each of its states, by whoever may give it there."""
    for store, states, samples, known in standing.kinds():
        for row in (row for row in store.lifecycle.rows if not row.follows):
            for stage in row.sources:
                state = states(row, stage)
                for role in set(row.roles) - {Role.SYSTEM, Role.PUBLIC}:
                    ref = standing.MEMBER if role is Role.CORPS_MEMBER else cases.ref(role)
                    for place in standing.PLACES[store.lifecycle.kind]:
                        actor = Actor(ref, place, frozenset({role}))
                        context = Context(actor, standing.now_of(store), state.id, known)
                        yield store.lifecycle, state, samples[row.command], context


def test_what_can_be_given_is_offered() -> None:
    given = 0
    for lifecycle, state, command, context in tried():
        try:
            decide(lifecycle, state, command, context)
        except TovholderError:
            continue
        given += 1
        answer = found(lifecycle, state, context)[command.code]
        assert answer.allowed, (command.code, state.stage, context.actor.roles, answer.why_not)
    assert given > 100, "the samples fit their rows"


def test_what_is_not_offered_is_refused() -> None:
    held_back = 0
    for lifecycle, state, command, context in tried():
        answer = found(lifecycle, state, context)[command.code]
        if answer.guard is not None:
            held_back += 1
            with pytest.raises(TovholderError):
                decide(lifecycle, state, command, context)
    assert held_back > 20, "conditions of the state are met and missed"


def test_what_is_missing_is_told_of_every_state_without_a_command() -> None:
    told = set()
    for store, states, _, _ in standing.kinds():
        for row in store.lifecycle.rows:
            for stage in row.sources:
                state = states(row, stage)
                for role in row.roles:
                    context = Context(Actor(uuid4(), state.organisation, frozenset({role})), cases.NOW, state.id)
                    told |= {each.guard.code for each in possible(store.lifecycle, state, context) if each.guard}

    early = {guard.code for _, guard in every_guard() if guard.early is not None}
    assert told
    assert told <= early


def test_no_consent_is_withdrawn_where_none_was_given() -> None:
    state = cases.case_in(cases.Stage.TRIAGE)
    context = Context(Actor(uuid4(), cases.KOMMUNE, frozenset({Role.TOVHOLDER_KOMMUNE})), cases.NOW, state.id)
    answers = found(CASE, state, context)

    for code, missing in (("withdraw-consent", "consent_not_there"), ("answer-acute-task", "no_acute_task")):
        assert not answers[code].allowed, code
        assert answers[code].guard is not None
        assert answers[code].guard.code == missing
        assert answers[code].why_not == answers[code].guard.detail
