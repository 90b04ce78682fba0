"""Who is named on a case as caseworker, by whom, and whose the clocks are (`domain.md` R5, 3.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.assessment.access import case_changes
from services.assessment.domain import case_commands as c
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.case_table import CASE
from services.assessment.participants import participants_of
from shared.contracts.lifecycle import DeadlineCancelled, DeadlineOpened
from shared.errors import Conflict, Forbidden, Invalid
from shared.lifecycle.actor import Actor, Role
from shared.persistence.store import AccessChange
from tests.unit.assessment.assessment_builders import (
    ACTIVE,
    GATHERING,
    KOMMUNE,
    NOW,
    PENDING,
    POLITI,
    RECOMMENDED,
    Play,
    actor,
    assessment,
    consent_to,
    decision,
    in_follow_up,
    meeting,
    played,
    ref,
    worry,
)

K, P, S, W, L = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.SECRETARIAT, Role.CASEWORKER, Role.LEADER
NEIGHBOUR = "kommune:0269"
HER, COLLEAGUE = ref(W), ref("a colleague")


def send(addressed_to: str = KOMMUNE, caseworker: UUID | None = None) -> c.SendRecommendation:
    return c.SendRecommendation(addressed_to=addressed_to, unit="ADULTS", caseworker=caseworker)


def name(person: UUID = COLLEAGUE, reason: str = "ALLOCATED") -> c.NameCaseworker:
    return c.NameCaseworker(person=person, reason=reason)


def unnamed(addressed_to: str = KOMMUNE) -> Play:
    """Return a case that was sent to an authority where nobody is named yet."""
    play = played(RECOMMENDED)
    play.give(send(addressed_to), K)
    return play


def refused(play: Play, command: Any, by: Role | Actor) -> str:
    with pytest.raises((Invalid, Forbidden, Conflict)) as found:
        play.give(command, by)
    return found.value.code


def owners(play: Play) -> dict[str, tuple[str, str, UUID | None]]:
    """Return whose each running clock is."""
    return {
        clock.kind: (clock.owner_role, clock.owner_organisation, clock.owner_person)
        for clock in play.state.clocks.values()
    }


def changes(play: Play, made: list[Any]) -> list[AccessChange]:
    return [change for fact in made for change in case_changes(play.state, fact)]


def test_a_recommendation_names_the_caseworker_of_the_own_authority() -> None:
    play = played(PENDING)

    assert play.state.caseworker_ref == HER
    assert owners(play) == {"decide": (W, KOMMUNE, HER)}


def test_without_a_name_the_leader_is_asked_for_one_and_hears_of_the_decision_that_waits() -> None:
    play = unnamed(NEIGHBOUR)

    assert play.state.caseworker_ref is None
    assert owners(play) == {"decide": (L, NEIGHBOUR, None), "name_caseworker": (L, NEIGHBOUR, None)}
    assert play.state.clock("name_caseworker").pending[0].at == NOW


def test_who_is_named_is_given_the_clocks_as_they_run() -> None:
    play = unnamed()
    before = play.state.clock("decide")
    play.let_pass(timedelta(days=3))

    made = play.give(name(), L)

    after = play.state.clock("decide")
    assert owners(play) == {"decide": (W, KOMMUNE, COLLEAGUE)}
    assert (after.due_at, after.pending) == (before.due_at, before.pending)
    assert after.id != before.id
    assert before.id in {fact.deadline_id for fact in made if isinstance(fact, DeadlineCancelled)}
    (opened,) = [fact for fact in made if isinstance(fact, DeadlineOpened)]
    assert opened.reason.counted_from == NOW


def test_a_clock_that_was_missed_is_told_to_its_next_owner_as_missed() -> None:
    play = played(PENDING)
    clock = play.state.clock("decide")
    missed = clock.model_copy(update={"pending": ()})
    play.state = play.state.with_(clocks={clock.id: missed})

    play.give(name(), L)

    assert [step.action for step in play.state.clock("decide").pending] == ["MISS"]


def test_the_next_one_takes_the_place_at_once_and_both_are_on_record() -> None:
    play = played(ACTIVE).let_pass(timedelta(days=1))

    play.give(name(reason="ILLNESS"), K)

    assert play.state.caseworker_ref == COLLEAGUE
    assert owners(play)["consent_expires"] == (W, KOMMUNE, COLLEAGUE)
    people = [line for line in participants_of(play.state) if line["person_ref"]]
    assert [(line["person_ref"], line["to"], line["reason"]) for line in people] == [
        (str(HER), play.now.isoformat(), "ALLOCATED"),
        (str(COLLEAGUE), None, "ILLNESS"),
    ]


def test_both_tovholdere_and_the_secretariat_take_part_by_function() -> None:
    lines = participants_of(played(GATHERING).state)

    assert [(line["organisation"], line["role"], line["person_ref"], line["reason"]) for line in lines] == [
        (KOMMUNE, K, None, "FUNCTION"),
        (POLITI, P, None, "FUNCTION"),
        (POLITI, S, None, "FUNCTION"),
    ]


@pytest.mark.parametrize("role", [W, P, S, Role.DPO, Role.LOCAL_COORDINATOR])
def test_no_other_role_names(role: Role) -> None:
    assert refused(unnamed(), name(), role) == "role_may_not"


def test_nobody_names_themselves() -> None:
    play = unnamed()
    both = Actor(ref("leads and decides"), KOMMUNE, frozenset({L, W}))
    tovholder = actor(K)

    assert refused(play, name(both.person_ref), both) == "names_themselves"
    assert refused(play, name(tovholder.person_ref), tovholder) == "names_themselves"
    assert refused(played(RECOMMENDED), send(caseworker=tovholder.person_ref), tovholder) == "names_themselves"
    assert play.give(name(both.person_ref), L)


def test_only_the_addressed_authority_names_its_own() -> None:
    play = unnamed(NEIGHBOUR)

    assert refused(play, name(), K) == "naming_not_yours"
    assert refused(play, name(), L) == "naming_not_yours"
    assert refused(played(RECOMMENDED), send(NEIGHBOUR, HER), K) == "caseworker_of_another_authority"
    assert play.give(name(), actor(L, NEIGHBOUR))


def test_who_is_named_is_not_named_again() -> None:
    assert refused(played(PENDING), name(HER), L) == "named_already"


def test_with_the_police_alone_nobody_is_named() -> None:
    play = played(PENDING)
    play.give(c.RevokeClearance(), P)

    assert refused(play, name(), L) == "wrong_state"


def test_what_the_police_return_has_the_same_caseworker_where_it_goes_to_the_same_authority() -> None:
    play = _returned()
    play.give(send(), K)

    assert play.state.caseworker_ref == HER
    assert [each.until for each in play.state.caseworkers] == [None]
    assert owners(play) == {"decide": (W, KOMMUNE, HER)}


def test_another_authority_begins_with_nobody_and_the_former_has_no_part() -> None:
    play = unnamed(NEIGHBOUR)
    play.give(name(), actor(L, NEIGHBOUR))
    play.give(c.RevokeClearance(), P)
    made = _again(play, send(KOMMUNE))

    assert play.state.caseworker_ref is None
    assert play.state.caseworkers[0].until == play.now
    assert changes(play, made) == [
        AccessChange(NEIGHBOUR, ends=True, person=COLLEAGUE),
        AccessChange(NEIGHBOUR, ends=True),
        AccessChange(KOMMUNE),
    ]


def test_a_reopened_case_has_no_caseworker_and_its_lasting_clocks_are_the_tovholders() -> None:
    play = in_follow_up()
    until = play.now + timedelta(days=90)
    play.give(consent_to("SHARE", given_at=play.now, valid_until=until), W)
    play.give(worry(), W)

    made = play.give(c.ReopenCase(), K)

    assert play.state.stage == Stage.TRIAGE
    assert play.state.caseworker_ref is None
    assert owners(play)["consent_expires"] == (K, KOMMUNE, None)
    assert changes(play, made) == [AccessChange(KOMMUNE, ends=True, person=HER)]


def test_leave_is_given_to_the_person_and_taken_from_the_person() -> None:
    play = unnamed()
    first = changes(play, play.give(name(HER), L))
    second = changes(play, play.give(name(), L))

    assert [(change.person, change.ends, bool(change.opens)) for change in first] == [(HER, False, True)]
    assert [(change.person, change.ends, bool(change.opens)) for change in second] == [
        (HER, True, False),
        (COLLEAGUE, False, True),
    ]


def test_a_return_by_the_police_gives_leave_back_to_who_is_named() -> None:
    play = played(PENDING)
    play.give(c.RevokeClearance(), P)

    found = changes(play, play.give(c.ReturnCase(), P))

    assert (KOMMUNE, HER) in {(change.organisation, change.person) for change in found}


def test_a_record_from_before_names_were_kept_has_nobody_and_can_be_named_on() -> None:
    body = played(PENDING).state.model_dump(mode="json")
    del body["caseworkers"]
    play = Play(CASE, ref("case"), state=Case.model_validate(body))

    assert play.state.caseworker_ref is None
    play.give(name(), L)

    assert owners(play) == {"decide": (W, KOMMUNE, COLLEAGUE)}
    assert play.give(decision(), actor(W, person="a colleague"))


def _returned() -> Play:
    play = played(PENDING)
    play.give(c.RevokeClearance(), P)
    _back_to_recommended(play)
    return play


def _again(play: Play, command: c.SendRecommendation) -> list[Any]:
    _back_to_recommended(play)
    return play.give(command, K)


def _back_to_recommended(play: Play) -> None:
    for command, role in ((c.ReturnCase(), P), (meeting(), S), (assessment(), K)):
        play.give(command, role)
