"""Guards of interventions: what just fits is accepted, what just fails is refused by its code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.corps.domain import intervention_commands as ic
from shared.contracts.corps_codes import (
    ChoiceReason,
    EndCriterion,
    EndReason,
    Necessity,
    ReturnReason,
    SessionMode,
)
from shared.contracts.lifecycle import DeadlineMet, DeadlineOpened
from shared.lifecycle.actor import Role
from shared.lifecycle.text import Text
from shared.reference.calendar import add_working_days
from tests.unit.corps import builders as world
from tests.unit.corps.builders import TODAY, refused

YEAR = timedelta(days=365)


# --- matching and choice


def test_a_member_of_another_municipality_needs_a_loan() -> None:
    assert refused(world.intervention(), world.COORDINATOR, world.CHOOSE, employer=world.LENDER) == "loan_needed"


def test_a_pair_that_breaks_a_hard_constraint_is_not_chosen() -> None:
    assert refused(world.intervention(), world.COORDINATOR, world.CHOOSE, broken=("H9",)) == "member_does_not_fit"


def test_another_than_the_first_option_needs_a_reason() -> None:
    reasoned = ic.ChooseMember(member_ref=world.MEMBER, reason_code=ChoiceReason.CITIZEN_PREFERS)

    assert refused(world.intervention(), world.COORDINATOR, world.CHOOSE, option=2) == "choice_needs_reason"
    assert world.intervention().give(world.COORDINATOR, reasoned, option=2).state.member is not None


def test_a_second_choice_waits_until_the_first_is_withdrawn() -> None:
    assert refused(world.chosen(), world.COORDINATOR, world.CHOOSE) == "member_chosen_already"


def test_a_reservation_holds_five_working_days_and_not_a_second_longer() -> None:
    until = add_working_days(world.NOW, 5)
    early, late = world.chosen(), world.chosen()
    early.now, late.now = until - timedelta(seconds=1), until
    answer = ic.RecordCitizenAnswer(accepts=True)

    assert early.give(world.CASEWORKER, answer).state.member.citizen_accepted
    assert refused(late, world.CASEWORKER, answer) == "reservation_lapsed"


def test_a_choice_lapses_when_its_time_is_over_and_not_before() -> None:
    early, late = world.chosen(), world.chosen()
    late.now = add_working_days(world.NOW, 5)

    assert refused(early, world.SYSTEM, ic.LapseChoice()) == "reservation_holds"
    assert late.give(world.SYSTEM, ic.LapseChoice()).state.member is None


def test_the_citizen_may_decline_twice_without_grounds_and_then_gives_them() -> None:
    no = ic.RecordCitizenAnswer(accepts=False)
    history = world.intervention()
    for _ in range(2):
        history.give(world.COORDINATOR, world.CHOOSE).give(world.CASEWORKER, no)
    history.give(world.COORDINATOR, world.CHOOSE)

    assert refused(history, world.CASEWORKER, no) == "grounds_missing"
    grounded = no.model_copy(update={"grounds": Text(None, world.CASE)})
    assert history.give(world.CASEWORKER, grounded).state.declines == 3


def test_whom_the_citizen_declined_is_not_proposed_again() -> None:
    history = world.chosen().give(world.CASEWORKER, ic.RecordCitizenAnswer(accepts=False))

    assert history.state.declined == (world.MEMBER,)


def test_an_agreement_falls_away_with_the_choice() -> None:
    history = world.accepted().give(world.THE_MEMBER, world.ACCEPT)

    history.give(world.COORDINATOR, ic.WithdrawChoice(reason_code=ReturnReason.COORDINATOR_CHANGED))

    assert history.state.agreements == {}


def test_the_match_waits_for_the_citizen() -> None:
    assert refused(world.chosen(), world.THE_MEMBER, world.ACCEPT) == "citizen_not_asked"


def test_the_match_waits_for_both_signatures_under_the_loan() -> None:
    history = world.accepted(world.lent())

    assert refused(history, world.THE_MEMBER, world.ACCEPT) == "loan_not_signed"
    history.give(world.SYSTEM, ic.FollowSignature(loan_id=world.LOAN_ID, ends_on=world.DRAFT.ends_on))
    history.give(world.LENDING_MEMBER, world.ACCEPT).give(world.COORDINATOR, world.ACCEPT)
    assert history.state.stage == "K9"


def test_only_the_chosen_member_accepts_for_herself() -> None:
    stranger = world.Actor(world.OTHER_MEMBER, world.HOME, frozenset({Role.CORPS_MEMBER}))

    assert refused(world.accepted(), stranger, world.ACCEPT) == "not_the_member"


def test_a_coordinator_of_another_municipality_does_not_accept() -> None:
    assert refused(world.accepted(), world.LENDER_COORDINATOR, world.ACCEPT) == "not_the_member"


@pytest.mark.parametrize(("day", "fits"), [(YEAR, True), (YEAR + timedelta(days=1), False), (timedelta(0), False)])
def test_the_planned_end_lies_within_twelve_months(day: timedelta, fits: bool) -> None:
    command = world.ACCEPT.model_copy(update={"planned_end": TODAY + day})
    history = world.accepted()

    if fits:
        assert history.give(world.THE_MEMBER, command).state.agreements
    else:
        assert refused(history, world.THE_MEMBER, command) == "planned_end_out_of_reach"


def test_the_planned_end_lies_within_the_loan() -> None:
    history = world.accepted(world.lent())
    history.give(world.SYSTEM, ic.FollowSignature(loan_id=world.LOAN_ID, ends_on=TODAY + timedelta(days=60)))
    late = world.ACCEPT.model_copy(update={"planned_end": TODAY + timedelta(days=61)})
    fitting = world.ACCEPT.model_copy(update={"planned_end": TODAY + timedelta(days=60)})

    assert refused(history, world.LENDING_MEMBER, late) == "planned_end_out_of_reach"
    assert history.give(world.LENDING_MEMBER, fitting).state.agreements


# --- at work


@pytest.mark.parametrize(("minutes", "fits"), [(5, True), (480, True), (4, False), (481, False)])
def test_a_session_takes_five_minutes_to_eight_hours(minutes: int, fits: bool) -> None:
    body = {"held_on": TODAY, "minutes": minutes, "mode": SessionMode.PHONE, "attended": "YES"}

    if fits:
        assert ic.LogSession.model_validate(body).minutes == minutes
    else:
        with pytest.raises(ValidationError):
            ic.LogSession.model_validate(body)


@pytest.mark.parametrize(("length", "fits"), [(2_000, True), (2_001, False)])
def test_a_note_has_two_thousand_characters_at_most(length: int, fits: bool) -> None:
    body = {"citizen_progress": 0, "member_progress": 0, "note": "x" * length}

    if fits:
        assert ic.RecordProgression.model_validate(body).note is not None
    else:
        with pytest.raises(ValidationError):
            ic.RecordProgression.model_validate(body)


@pytest.mark.parametrize("progress", [-3, 3])
def test_progress_lies_between_minus_two_and_two(progress: int) -> None:
    with pytest.raises(ValidationError):
        ic.RecordProgression(citizen_progress=progress, member_progress=0)


def test_a_session_in_the_future_is_refused() -> None:
    tomorrow = world.SESSION.model_copy(update={"held_on": TODAY + timedelta(days=1)})

    assert refused(world.active(), world.THE_MEMBER, tomorrow) == "held_on_out_of_reach"


def test_contact_restarts_its_clock_and_a_missed_meeting_does_not() -> None:
    came, stayed_away = world.active(), world.active()
    kinds = [fact.kind for fact in came.give(world.THE_MEMBER, world.SESSION).facts[-2:]]  # type: ignore[attr-defined]
    before = len(stayed_away.facts)
    stayed_away.give(world.THE_MEMBER, world.SESSION.model_copy(update={"attended": "NO"}))

    assert kinds == ["contact", "contact"]
    assert isinstance(came.facts[-2], DeadlineMet)
    assert len(stayed_away.facts) == before + 1


def test_every_plan_review_opens_the_next_ninety_days() -> None:
    history = world.active()
    for _ in range(3):
        history.give(world.COORDINATOR, ic.ReviewPlan(necessity=Necessity.CONTINUE))

    opened = [fact for fact in history.facts if isinstance(fact, DeadlineOpened) and fact.kind == "plan_review"]
    assert len(opened) == 4


def test_a_pause_lasts_six_months_at_most() -> None:
    fitting = world.PAUSE.model_copy(update={"resume_on": TODAY.replace(month=5, year=2027)})
    long = world.PAUSE.model_copy(update={"resume_on": TODAY.replace(month=5, year=2027) + timedelta(days=1)})

    assert world.active().give(world.COORDINATOR, fitting).state.stage == "K10"
    assert refused(world.active(), world.COORDINATOR, long) == "resume_on_out_of_reach"


def test_an_ending_has_a_farewell_unless_the_relation_is_unsafe() -> None:
    bare = world.END.model_copy(update={"farewell_held": False})
    unsafe = bare.model_copy(update={"criterion": EndCriterion.UNSAFE, "end_reason": EndReason.E4})

    assert refused(world.active(), world.COORDINATOR, bare) == "parting_incomplete"
    assert world.active().give(world.COORDINATOR, unsafe).state.agreements


def test_goals_are_dropped_only_after_two_reviews_in_a_row() -> None:
    dropped = world.END.model_copy(update={"criterion": EndCriterion.GOALS_DROPPED})
    review = ic.ReviewPlan(necessity=Necessity.PREPARE_ENDING, goals_dropped=True)
    history = world.active().give(world.COORDINATOR, review)

    assert refused(history, world.COORDINATOR, dropped) == "end_criterion_not_met"
    assert history.give(world.COORDINATOR, review).give(world.COORDINATOR, dropped).state.agreements


def test_coordinator_and_caseworker_end_for_the_same_reason() -> None:
    history = world.active().give(world.COORDINATOR, world.END)

    other = world.END.model_copy(update={"end_reason": EndReason.E2})
    assert refused(history, world.CASEWORKER, other) == "terms_differ"
    assert history.give(world.CASEWORKER, world.END).state.stage == "K12"


def test_who_proposed_a_wrong_reason_alone_may_propose_another() -> None:
    other = world.END.model_copy(update={"end_reason": EndReason.E2})
    history = world.active().give(world.COORDINATOR, world.END)

    assert refused(history, world.COORDINATOR, world.END) == "already_agreed"
    history.give(world.COORDINATOR, other)
    assert refused(history, world.CASEWORKER, world.END) == "terms_differ"
    assert history.give(world.CASEWORKER, other).state.end_reason is EndReason.E2


def test_a_narrow_request_has_three_working_days() -> None:
    wide, narrow = (
        next(fact for fact in world.intervention(narrow=each).facts if isinstance(fact, DeadlineOpened))
        for each in (False, True)
    )

    assert wide.due_at == add_working_days(world.NOW, 10)
    assert narrow.due_at == add_working_days(world.NOW, 3)


def test_a_stop_is_neutral() -> None:
    stop = next(each for each in world.stopped().facts if each.type == "intervention.stopped.v1")

    assert set(stop.model_dump(exclude_none=True)) == {
        "stage", "by", "by_role", "organisation", "case_id", "member_ref", "employer_municipality",
    }  # fmt: skip
