"""What a form lets somebody choose is what the guard takes: no more, or people are sent round in circles; no less, or they are stuck."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from services.assessment.domain import assessment_guards, case_guards, consent_guards, disclosure_guards, help_guards
from services.assessment.domain import case_commands as c
from services.assessment.domain import disclosure_commands as d
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.case_table import CASE
from services.assessment.pages.case_codes import OPEN
from shared.contracts.assessment_codes import ConsentBy, DecisionOutcome, Measure, ReferralBasis
from shared.contracts.codes import Answer, ClosingReason
from shared.contracts.corps import Client
from shared.contracts.disclosure_codes import ConsentKind, Exemption
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Guard
from shared.web.console.commands import offered
from shared.web.console.fields import Field, asked
from tests.unit.assessment.assessment_builders import NOW, actor, case_in

CASEWORKER = actor(Role.CASEWORKER)
VISIT: Any = SimpleNamespace(actor=CASEWORKER, now=NOW)
CONTEXT = Context(actor=CASEWORKER, now=NOW, aggregate_id=case_in(Stage.TRIAGE).id)
MINORS = tuple(Answer)

Taken = Callable[[Case, Any], bool]


def guarded(guard: Guard, build: Callable[[Any], Any]) -> Taken:
    return lambda case, code: guard.holds(case, build(code), CONTEXT)


def some(command: Any, **said: Any) -> Any:
    """Return a command of which only this was said."""
    return command.model_construct(**said)


def reason(command: type, **more: Any) -> Callable[[Any], Any]:
    return lambda code: some(command, reason=code, **more)


CODES: tuple[tuple[str, Stage, Iterable[Any], Taken], ...] = (
    (
        "close-without-action.reason",
        Stage.TRIAGE,
        ClosingReason,
        guarded(case_guards.NO_ACTION_REASON, reason(c.CloseWithoutAction)),
    ),
    (
        "refer-elsewhere.reason",
        Stage.TRIAGE,
        ClosingReason,
        lambda case, code: all(
            guard.holds(case, c.ReferElsewhere(reason=code, basis=ReferralBasis.CONSENT), CONTEXT)
            for guard in (case_guards.ELSEWHERE_REASON, case_guards.CHILD_FOR_CHILD_UNIT)
        ),
    ),
    (
        "refer-elsewhere.basis",
        Stage.TRIAGE,
        ReferralBasis,
        guarded(case_guards.CHILD_FOR_CHILD_UNIT, lambda code: c.ReferElsewhere(reason=ClosingReason.B1, basis=code)),
    ),
    ("end-measure.reason", Stage.ACTIVE, ClosingReason, guarded(help_guards.END_REASON, reason(c.EndMeasure))),
    ("close-case.reason", Stage.FOLLOW_UP, ClosingReason, guarded(help_guards.END_REASON, reason(c.CloseCase))),
    (
        "decide-measure.reason",
        Stage.DECISION_PENDING,
        ClosingReason,
        guarded(assessment_guards.REFUSAL_HAS_REASON, reason(c.DecideMeasure, outcome=DecisionOutcome.NONE)),
    ),
    (
        "decide-measure.measures",
        Stage.DECISION_PENDING,
        Measure,
        guarded(
            assessment_guards.SOMETHING_GRANTED,
            lambda code: some(c.DecideMeasure, outcome=DecisionOutcome.GRANT_OTHER, measures=(code,)),
        ),
    ),
    (
        "postpone-telling.exemption",
        Stage.TRIAGE,
        Exemption,
        guarded(disclosure_guards.SECTION_22, lambda code: some(d.PostponeTelling, exemption=code)),
    ),
    (
        "record-consent.given_by",
        Stage.OFFERED,
        ConsentBy,
        lambda case, code: any(
            consent_guards.RIGHT_PERSON.holds(case, some(d.RecordConsent, client=client, given_by=code), CONTEXT)
            for client in Client
        ),
    ),
)


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize(("name", "stage", "codes", "taken"), CODES, ids=[each[0] for each in CODES])
def test_a_code_is_offered_if_its_guard_takes_it(
    name: str, stage: Stage, codes: Iterable[Any], taken: Taken, minor: Answer
) -> None:
    case = case_in(stage).with_(minor=minor)
    assert {str(code) for code in OPEN[name](VISIT, case)} == {str(code) for code in codes if taken(case, code)}


def test_a_recommendation_of_nothing_can_be_decided_otherwise_and_not_granted() -> None:
    case = case_in(Stage.DECISION_PENDING)
    nothing = case.assessments[-1].model_copy(update={"measures": (Measure.NONE,)})
    assert DecisionOutcome.GRANT in OPEN["decide-measure.outcome"](VISIT, case)
    assert DecisionOutcome.GRANT not in OPEN["decide-measure.outcome"](VISIT, case.with_(assessments=(nothing,)))


@pytest.mark.parametrize(
    ("stage", "role", "taken"),
    [
        (Stage.OFFERED, Role.CASEWORKER, True),
        (Stage.OFFERED, Role.TOVHOLDER_KOMMUNE, False),
        (Stage.ACTIVE, Role.CASEWORKER, True),
        (Stage.GATHERING, Role.CASEWORKER, False),
    ],
)
def test_the_offer_is_taken_where_it_stands_by_the_caseworker(stage: Stage, role: Role, taken: bool) -> None:
    visit: Any = SimpleNamespace(actor=actor(role), now=NOW)
    assert (ConsentKind.OFFER in OPEN["record-consent.kind"](visit, case_in(stage))) is taken


def test_what_can_be_chosen_is_named_by_commands_and_fields_that_there_are() -> None:
    fields = {row.command.code: asked(row.command) for row in CASE.rows}
    for name in OPEN:
        command, _, path = name.partition(".")
        assert _codes(fields[command], path), name


def test_a_field_shows_what_is_open_of_it_also_inside_a_group() -> None:
    (group,) = (each for each in asked(d.RecordConsent) if each.name == "requirements")
    (narrowed,) = offered((group,), {"requirements.kind": ("MENTOR",)})
    assert _codes((narrowed,), "requirements.kind") == ("MENTOR",)
    assert _codes((group,), "requirements.kind") == ("MENTOR", "PARENT_COACH"), "what was sent is read by all of them"


def _codes(fields: tuple[Field, ...], path: str) -> tuple[str, ...]:
    head, _, rest = path.partition(".")
    found = next(each for each in fields if each.name == head)
    return _codes(found.parts, rest) if rest else found.codes
