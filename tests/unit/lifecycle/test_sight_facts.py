"""What others are told when somebody's sight of a record ends or comes back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from services.notify.domain.delivery import Delivery
from shared.contracts.lifecycle import SightChanged
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Outside
from shared.persistence.sight import AccessChange, sight_facts
from tests.unit.notify.notify_builders import MONDAY, give, plan

GREVE, LYNGBY = "kommune:0253", "kommune:0173"
ANN, BEN = uuid4(), uuid4()
ROLES = (Role.TOVHOLDER_KOMMUNE, Role.CASEWORKER)
CAUSE = SightChanged(by=ANN, by_role="SYSTEM", organisation=GREVE, of_organisation=GREVE, of_roles=(), sees=True)


def state(*outside: Outside) -> Delivery:
    return give(None, plan()).with_(outside=outside)


def told(before: Delivery, *sights: AccessChange) -> list[tuple[str, object, bool]]:
    return [(each.of_organisation, each.of_person, each.sees) for each in sight_facts(before, sights, ROLES, CAUSE)]


def test_who_gains_sight_for_the_first_time_is_no_news() -> None:
    assert told(state(), AccessChange(GREVE)) == []


def test_sight_that_ends_is_told_once() -> None:
    assert told(state(), AccessChange(GREVE, ends=True)) == [(GREVE, None, False)]
    assert told(state(Outside(organisation=GREVE)), AccessChange(GREVE, ends=True)) == []


def test_who_keeps_a_stub_has_no_work_behind_it() -> None:
    assert told(state(), AccessChange(GREVE, ends=True), AccessChange(GREVE, stub=True)) == [(GREVE, None, False)]


def test_sight_that_comes_back_is_told_of_the_organisation_and_its_people() -> None:
    gone = (Outside(organisation=GREVE), Outside(organisation=GREVE, person=ANN), Outside(organisation=LYNGBY))

    assert told(state(*gone), AccessChange(GREVE)) == [(GREVE, None, True), (GREVE, ANN, True)]


def test_another_person_who_gains_sight_brings_nobody_else_back() -> None:
    gone = (Outside(organisation=GREVE), Outside(organisation=GREVE, person=ANN))

    assert told(state(*gone), AccessChange(GREVE, person=BEN)) == [(GREVE, None, True)]


def test_one_persons_sight_ends_and_the_colleagues_keep_theirs() -> None:
    assert told(state(), AccessChange(GREVE, ends=True, person=ANN)) == [(GREVE, ANN, False)]


def test_a_look_for_a_while_brings_nobody_back() -> None:
    visit = AccessChange(GREVE, person=ANN, until=MONDAY + timedelta(hours=4))

    assert told(state(Outside(organisation=GREVE)), visit) == []


def test_the_fact_folds_into_the_state_and_names_the_roles_that_the_policy_gives() -> None:
    (fact,) = sight_facts(state(), [AccessChange(GREVE, ends=True)], ROLES, CAUSE)
    gone = state().after(fact)

    assert gone.outside == (Outside(organisation=GREVE),)
    assert gone.after(fact.model_copy(update={"sees": True})).outside == ()
    assert fact.of_roles == ("CASEWORKER", "TOVHOLDER_KOMMUNE")
