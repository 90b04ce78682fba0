"""What the forms of concerns, interventions, loans, underretninger and requests for insight let somebody choose is what their guards take.

Each code of each closed list is tried in every stage of its command, with every answer to the command's other closed questions: one that
a guard refuses whatever else is said is not offered, and one that it takes is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from pydantic import TypeAdapter

from services.assessment.domain.insight_commands import DecideInsight
from services.assessment.domain.insight_table import EXEMPTED
from services.assessment.domain.underretning_commands import MakeUnderretning
from services.assessment.domain.underretning_table import MAY_BE_CHILD
from services.assessment.pages import insights, underretninger
from services.corps.pages import interventions
from services.intake.pages import concerns
from shared.contracts.codes import Answer
from shared.contracts.disclosure_codes import Exemption, InsightDecision, InsightRegime
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.table import Command, Context, Transition
from shared.reference.calendar import local
from shared.web.console.commands import Open
from shared.web.console.fields import Asking, Field, asked
from tests.support.standing import kinds, now_of
from tests.unit.assessment.assessment_builders import KOMMUNE, NOW, actor, ref
from tests.unit.assessment.insight_builders import asked as insight_asked

OPEN: Mapping[str, Mapping[str, Open]] = {
    "concern": concerns.OPEN,
    "intervention": interventions.OPEN,
    "insight": insights.OPEN,
}
CASE = "case"
"""Compared in tests/unit/assessment/test_case_codes.py, where what is open hangs on more than the stage."""

CHOSEN = (Asking.CHOICE, Asking.CHOICES)


@dataclass(frozen=True)
class Tried:
    """A closed list of a command's form, in one stage of its record."""

    kind: str
    state: Any
    row: Transition[Any]
    context: Context
    sample: Command
    field: Field

    def offered(self) -> set[str]:
        """Return what the form offers."""
        found = OPEN.get(self.kind, {}).get(f"{self.row.command.code}.{self.field.name}")
        visit: Any = SimpleNamespace(actor=self.context.actor, now=self.context.now)
        codes = self.field.codes if found is None else map(str, found(visit, self.state))
        return set(codes) & set(self.field.codes)

    def taken(self) -> set[str]:
        """Return what the guards of the field take, for some answer to the other closed questions."""
        return {code for code in self.field.codes if any(map(self._takes, self._said(code)))}

    def _takes(self, said: dict[str, Any]) -> bool:
        command = self.sample.model_copy(update=said)
        mine = [each for each in self.row.guards if each.field == self.field.name]
        return all(each.holds(self.state, command, self.context) for each in mine)

    def _said(self, code: str) -> Iterator[dict[str, Any]]:
        others = [
            each for each in asked(self.row.command) if each.kind is Asking.CHOICE and each.name != self.field.name
        ]
        for codes in product(*(each.codes for each in others)):
            said = {each.name: one for each, one in zip(others, codes, strict=True)}
            said[self.field.name] = [code] if self.field.kind is Asking.CHOICES else code
            types = self.row.command.model_fields
            yield {name: TypeAdapter(types[name].annotation).validate_python(value) for name, value in said.items()}


@cache
def _tried() -> Mapping[str, Tried]:
    found = {}
    for store, states, samples, known in kinds():
        kind = store.lifecycle.kind
        for command in store.lifecycle.commands if kind != CASE else ():
            for row in store.lifecycle.rows_of(command):
                people = set(row.roles) - {Role.SYSTEM, Role.PUBLIC}
                for stage in row.sources if people and command in samples else ():
                    state, role = states(row, stage), min(people)
                    who = Actor(ref(role), KOMMUNE, frozenset({role}))
                    context = Context(actor=who, now=now_of(store), aggregate_id=state.id, known=known)
                    for field in asked(command):
                        if field.kind in CHOSEN:
                            name = f"{kind} {command.code}.{field.name} {stage}"
                            found[name] = Tried(kind, state, row, context, samples[command], field)
    return found


@pytest.mark.parametrize("name", _tried())
def test_a_code_is_offered_if_a_guard_takes_it(name: str) -> None:
    tried = _tried()[name]
    offered, taken = tried.offered(), tried.taken()
    assert offered <= taken, "always refused"
    assert not offered or taken <= offered, "a list that is asked has all that can be chosen"


def test_every_list_of_these_kinds_is_compared() -> None:
    compared = {name.partition(" ")[2].rpartition(" ")[0] for name in _tried()}
    assert {"end-intervention.criterion", "set-anonymity.anonymity", "decide-insight.exemption_basis"} <= compared
    assert {"decline-match.reason", "cancel-loan.reason", "decide-investigation.follow_up"} <= compared


def test_what_can_be_chosen_is_named_by_commands_and_fields_that_there_are() -> None:
    named = {f"{tried.kind} {tried.row.command.code}.{tried.field.name}" for tried in _tried().values()}
    ticks = {"concern complete-record.cross_over"}
    assert {f"{kind} {name}" for kind, each in OPEN.items() for name in each} - named <= ticks


@pytest.mark.parametrize("regime", InsightRegime)
def test_less_than_all_is_given_on_an_exemption_of_the_law_under_which_it_was_asked(regime: InsightRegime) -> None:
    state, visit = insight_asked(regime.value).state, SimpleNamespace()
    offered = set(OPEN["insight"]["decide-insight.exemption_basis"](visit, state))  # type: ignore[arg-type]  # it asks nobody
    context = Context(actor=actor(Role.DPO), now=NOW, aggregate_id=state.id)
    taken = {
        each
        for each in Exemption
        if EXEMPTED.holds(
            state,
            DecideInsight.model_construct(decision=InsightDecision.REFUSED, exemption_basis=(each,), held_back=()),
            context,
        )
    }
    assert offered == taken
    assert taken


@pytest.mark.parametrize("dropped", [0, 1, 2])
@pytest.mark.parametrize("days", [10, 364, 365, 400])
def test_an_intervention_ends_on_a_criterion_that_can_hold(dropped: int, days: int) -> None:
    (one,) = {name for name in _tried() if name.startswith("intervention end-intervention.criterion")} - {""} or {""}
    tried = _tried()[one]
    began = local(tried.context.now).date() - timedelta(days=days)
    changed = replace(tried, state=tried.state.model_copy(update={"goals_dropped": dropped, "started_on": began}))
    assert changed.offered() == changed.taken()


def test_an_underretning_is_about_somebody_who_may_be_a_child() -> None:
    context = Context(actor=actor(Role.TOVHOLDER_KOMMUNE), now=NOW, aggregate_id=uuid4())
    taken = [each for each in Answer if MAY_BE_CHILD.holds(None, MakeUnderretning.model_construct(minor=each), context)]
    assert set(underretninger.CHILD) == set(taken)
