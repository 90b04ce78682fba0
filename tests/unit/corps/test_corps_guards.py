"""Guards of interventions and loans: what just fits is accepted, what just fails is refused by its code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.corps.domain import intervention_commands as ic
from services.corps.domain import loan_commands as lc
from shared.contracts.corps_codes import (
    ChoiceReason,
    EndCriterion,
    EndReason,
    Necessity,
    OwnUnfit,
    ReturnReason,
    SessionMode,
)
from shared.contracts.lifecycle import DeadlineMet, DeadlineOpened
from shared.errors import Conflict, Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import decide
from shared.lifecycle.text import Text
from shared.reference.calendar import add_working_days
from tests.unit.corps import builders as world
from tests.unit.corps.builders import TODAY

YEAR = timedelta(days=365)


def refused(history: world.History, who: Any, command: Any, **known: Any) -> str:
    """Return the code with which a command is refused."""
    with pytest.raises((Invalid, Conflict)) as caught:
        history.give(who, command, **known)
    return caught.value.code


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


# --- loans


def test_a_municipality_does_not_borrow_from_itself() -> None:
    history = world.History(world.LOAN, world.LOAN_ID)

    assert refused(history, world.COORDINATOR, world.DRAFT, lender=world.BORROWER) == "lender_is_borrower"


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [(0, 365, True), (0, 366, False), (-1, 100, False), (10, 10, False), (10, 11, True)],
)
def test_a_loan_starts_today_or_later_and_lasts_twelve_months_at_most(start: int, end: int, fits: bool) -> None:
    term = {"starts_on": TODAY + timedelta(days=start), "ends_on": TODAY + timedelta(days=end)}
    command, history = world.DRAFT.model_copy(update=term), world.History(world.LOAN, world.LOAN_ID)

    if fits:
        assert history.give(world.COORDINATOR, command).state.stage == "L1"
    else:
        assert refused(history, world.COORDINATOR, command) == "term_out_of_order"


def test_own_members_come_first_unless_it_is_said_why_not() -> None:
    said = world.DRAFT.model_copy(update={"own_unfit": OwnUnfit.SMALL_PLACE})
    reasoned = world.History(world.LOAN, world.LOAN_ID).give(world.COORDINATOR, said)

    assert refused(world.draft(), world.COORDINATOR, lc.OfferLoan(), own_available=True) == "own_member_free"
    assert reasoned.give(world.COORDINATOR, lc.OfferLoan(), own_available=True).state.stage == "L2"


@pytest.mark.parametrize(("free", "fits"), [(4, True), (3, False)])
def test_loans_do_not_exceed_contract_hours(free: int, fits: bool) -> None:
    if fits:
        assert world.draft().give(world.COORDINATOR, lc.OfferLoan(), hours_free=free).state.stage == "L2"
    else:
        assert refused(world.draft(), world.COORDINATOR, lc.OfferLoan(), hours_free=free) == "hours_exceeded"


def test_either_leader_may_sign_first() -> None:
    history = world.offered().give(world.BORROWER_LEADER, lc.SignAsBorrower())
    assert history.state.stage == "L2"

    assert history.give(world.LENDER_LEADER, lc.SignAsLender()).state.stage == "L3"


def test_a_leader_signs_for_the_own_side_only_and_once() -> None:
    history = world.offered()

    assert refused(history, world.LENDER_LEADER, lc.SignAsBorrower()) == "not_the_borrower"
    history.give(world.LENDER_LEADER, lc.SignAsLender())
    assert refused(history, world.LENDER_LEADER, lc.SignAsLender()) == "signed_already"


def test_one_person_does_not_sign_for_both_sides() -> None:
    both = world.Actor(world.LENDER_LEADER.person_ref, world.HOME, world.LENDER_LEADER.roles)
    history = world.offered().give(world.LENDER_LEADER, lc.SignAsLender())

    assert refused(history, both, lc.SignAsBorrower()) == "same_person_signs"


def test_a_signature_after_five_working_days_is_too_late() -> None:
    history = world.offered()
    history.now = add_working_days(world.NOW, 5)

    assert refused(history, world.LENDER_LEADER, lc.SignAsLender()) == "reservation_lapsed"
    assert history.give(world.SYSTEM, lc.LapseReservation()).state.stage == "L7"


def test_a_loan_is_active_from_its_first_day_if_the_intervention_is() -> None:
    early = world.History(world.LOAN, world.LOAN_ID).give(
        world.COORDINATOR, world.DRAFT.model_copy(update={"starts_on": TODAY + timedelta(days=3)})
    )
    early.give(world.COORDINATOR, lc.OfferLoan())
    early.give(world.LENDER_LEADER, lc.SignAsLender()).give(world.BORROWER_LEADER, lc.SignAsBorrower())

    assert refused(early, world.SYSTEM, lc.ActivateLoan()) == "loan_not_due"
    early.now += timedelta(days=3)
    assert refused(early, world.SYSTEM, lc.ActivateLoan(), intervention_active=False) == "intervention_not_active"
    assert early.give(world.SYSTEM, lc.ActivateLoan()).state.stage == "L4"


def test_a_loan_signed_after_its_first_day_is_not_late_at_once() -> None:
    history = world.offered()
    history.now += timedelta(days=2)
    history.give(world.LENDER_LEADER, lc.SignAsLender()).give(world.BORROWER_LEADER, lc.SignAsBorrower())

    assert history.last(DeadlineOpened).due_at == history.now + timedelta(days=1)


def test_what_system_carries_out_names_the_signers() -> None:
    history = world.active_loan()
    history.now = history.state.ends_at

    ended = history.give(world.SYSTEM, lc.EndLoan()).facts[-2]

    assert ended.type == "loan.ended.v1"
    assert (ended.signed_by_lender, ended.signed_by_borrower) == (  # type: ignore[attr-defined]
        world.LENDER_LEADER.person_ref,
        world.BORROWER_LEADER.person_ref,
    )


def test_a_loan_ends_with_its_last_day_and_not_before() -> None:
    history = world.active_loan()
    history.now = history.state.ends_at - timedelta(seconds=1)

    assert refused(history, world.SYSTEM, lc.EndLoan()) == "loan_not_over"


def test_another_longer_term_is_a_new_proposal_and_not_an_agreement() -> None:
    history = world.active_loan().give(world.LENDER_LEADER, lc.ExtendAsLender(ends_on=world.LONGER))
    shorter = world.LONGER - timedelta(days=10)

    assert history.give(world.BORROWER_LEADER, lc.ExtendAsBorrower(ends_on=shorter)).state.stage == "L4"
    assert history.give(world.LENDER_LEADER, lc.ExtendAsLender(ends_on=shorter)).state.stage == "L5"
    assert history.state.ends_on == shorter


def test_an_extension_stays_within_twelve_months_of_the_start() -> None:
    fitting = lc.ExtendAsLender(ends_on=TODAY + YEAR)
    long = lc.ExtendAsLender(ends_on=TODAY + YEAR + timedelta(days=1))

    assert refused(world.active_loan(), world.LENDER_LEADER, long) == "extension_out_of_reach"
    assert world.active_loan().give(world.LENDER_LEADER, fitting).state.proposal is not None


def test_a_recall_gives_fourteen_days_notice() -> None:
    short, fitting = (lc.RecallLoan(ends_on=TODAY + timedelta(days=days)) for days in (13, 14))

    assert refused(world.active_loan(), world.LENDER_COORDINATOR, short) == "notice_too_short"
    assert world.active_loan().give(world.LENDER_COORDINATOR, fitting).state.recalled


def test_the_borrower_does_not_recall() -> None:
    assert (
        refused(world.active_loan(), world.COORDINATOR, lc.RecallLoan(ends_on=TODAY + timedelta(days=20)))
        == "not_the_lender"
    )


def test_an_active_loan_is_not_cancelled() -> None:
    with pytest.raises(Conflict):
        decide(
            world.LOAN,
            world.active_loan().state,
            world.SAMPLES[lc.CancelLoan][0],
            world.context(world.COORDINATOR, of=world.LOAN_ID),
        )
