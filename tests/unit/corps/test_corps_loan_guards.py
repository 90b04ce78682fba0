"""Guards of loans: what just fits is accepted, what just fails is refused by its code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.corps.domain import loan_commands as lc
from shared.contracts.corps_codes import (
    OwnUnfit,
)
from shared.contracts.lifecycle import DeadlineOpened
from shared.errors import Conflict
from shared.lifecycle.decide import decide
from shared.reference.calendar import add_working_days
from tests.unit.corps import builders as world
from tests.unit.corps.builders import TODAY, refused

YEAR = timedelta(days=365)


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
