"""Named conditions of the loan's rows. Pure: (state, command, context) -> bool.

`context.known` holds what the handler looked up: `lender`, `borrower` (municipality codes), `own_available` (the borrower has a
free member who fits), `broken` (hard constraints that the pair breaks), `hours_free` (of the member's contract), `in_matching`
and `intervention_active` (stage of the intervention).
"""

from __future__ import annotations

from typing import Any

from dateutil.relativedelta import relativedelta

from services.corps.domain import loan_commands as commands
from services.corps.domain.intervention_guards import FITS, today
from services.corps.domain.loan import Loan
from shared.contracts.corps_codes import Side
from shared.lifecycle.table import Context, Guard

LONGEST = relativedelta(months=12)
NOTICE = relativedelta(days=14)

__all__ = [
    "BORROWER_SIGNS_ONCE",
    "BORROWING",
    "DAY_REACHED",
    "EITHER_SIDE",
    "END_REACHED",
    "EXTENSION_BY_ANOTHER",
    "FITS",
    "HOURS_LEFT",
    "INTERVENTION_ACTIVE",
    "LENDER_DIFFERS",
    "LENDER_SIGNS_ONCE",
    "LENDING",
    "LONGER",
    "NOTICE_GIVEN",
    "OTHER_PERSON",
    "OWN_FIRST",
    "RESERVED",
    "SEEKS_A_MEMBER",
    "TERM_IN_ORDER",
    "UNSIGNED_IN_TIME",
]


def _differs(_: Loan | None, __: commands.DraftLoan, context: Context) -> bool:
    return context.known.get("lender") != context.known.get("borrower")


def _term_in_order(_: Loan | None, command: commands.DraftLoan, context: Context) -> bool:
    return today(context) <= command.starts_on < command.ends_on <= command.starts_on + LONGEST


def _seeks(_: Loan | None, __: Any, context: Context) -> bool:
    return bool(context.known.get("in_matching"))


def _borrowing(state: Loan, _: Any, context: Context) -> bool:
    return state.side_of(context.actor.organisation) is Side.BORROWER


def _lending(state: Loan, _: Any, context: Context) -> bool:
    return state.side_of(context.actor.organisation) is Side.LENDER


def _either(state: Loan, _: Any, context: Context) -> bool:
    return state.side_of(context.actor.organisation) is not None


def _own_first(state: Loan, _: commands.OfferLoan, context: Context) -> bool:
    return state.own_unfit is not None or not context.known.get("own_available")


def _hours_left(state: Loan, _: commands.OfferLoan, context: Context) -> bool:
    return bool(state.hours_per_week <= context.known.get("hours_free", 0))


def _reserved(state: Loan, _: Any, context: Context) -> bool:
    return state.held_until is not None and context.now < state.held_until


def _lapsed(state: Loan, _: Any, context: Context) -> bool:
    return state.held_until is not None and context.now >= state.held_until


def _lender_unsigned(state: Loan, _: Any, __: Context) -> bool:
    return state.signed_by_lender is None


def _borrower_unsigned(state: Loan, _: Any, __: Context) -> bool:
    return state.signed_by_borrower is None


def _other_person(state: Loan, _: Any, context: Context) -> bool:
    return context.actor.person_ref not in (state.signed_by_lender, state.signed_by_borrower)


def _other_proposer(state: Loan, _: Any, context: Context) -> bool:
    proposal = state.proposal
    mine = proposal is not None and state.side_of(context.actor.organisation) is proposal.side
    return proposal is None or mine or proposal.by != context.actor.person_ref


def _longer(state: Loan, command: commands.ExtendAsLender | commands.ExtendAsBorrower, _: Context) -> bool:
    return state.ends_on < command.ends_on <= state.starts_on + LONGEST


def _noticed(state: Loan, command: commands.RecallLoan, context: Context) -> bool:
    return today(context) + NOTICE <= command.ends_on < state.ends_on


def _day_reached(state: Loan, _: Any, context: Context) -> bool:
    return today(context) >= state.starts_on


def _end_reached(state: Loan, _: Any, context: Context) -> bool:
    return context.now >= state.ends_at


def _active(_: Loan, __: Any, context: Context) -> bool:
    return bool(context.known.get("intervention_active"))


LENDER_DIFFERS = Guard(
    "lender_is_borrower",
    _differs,
    "lender and borrower are the same municipality",
    rule="domain.md 3.9",
    remedy="Choose the own member without a loan.",
    field="member_ref",
)
TERM_IN_ORDER = Guard(
    "term_out_of_order",
    _term_in_order,
    "a loan starts today or later, ends after that, and within twelve months",
    rule="domain.md 3.9",
    remedy="Correct the dates; a longer loan is extended later by both.",
    field="ends_on",
)
SEEKS_A_MEMBER = Guard(
    "no_member_sought",
    _seeks,
    "the intervention seeks no member now, or has chosen one",
    rule="domain.md 3.9",
    remedy="Withdraw the choice first, or replace the member.",
    field="intervention_id",
)
BORROWING = Guard(
    "not_the_borrower",
    _borrowing,
    "this is for the borrowing municipality",
    rule="domain.md 3.9",
    remedy="Ask the borrower.",
    early=True,
)
LENDING = Guard(
    "not_the_lender",
    _lending,
    "this is for the lending municipality",
    rule="domain.md 3.9",
    remedy="Ask the lender.",
    early=True,
)
EITHER_SIDE = Guard(
    "not_a_party",
    _either,
    "this is for lender or borrower",
    rule="domain.md 3.9",
    remedy="Ask one of them.",
    early=True,
)
OWN_FIRST = Guard(
    "own_member_free",
    _own_first,
    "the borrower has a trained, free member who fits",
    rule="domain.md 3.9",
    remedy="Choose the own member, or draft the loan again and say with own_unfit why the own one does not fit.",
    field="own_unfit",
)
HOURS_LEFT = Guard(
    "hours_exceeded",
    _hours_left,
    "the hours of all loans of the member would exceed the contract",
    rule="domain.md 3.9",
    remedy="Draft a loan with fewer hours, or choose another member.",
    field="hours_per_week",
)
RESERVED = Guard(
    "reservation_lapsed",
    _reserved,
    "the reservation has lapsed",
    rule="domain.md 3.9",
    remedy="Draft and offer the loan again; the member may still be free.",
    early=True,
)
UNSIGNED_IN_TIME = Guard(
    "reservation_holds",
    _lapsed,
    "the reservation still holds",
    rule="domain.md 3.9",
    remedy="Wait until it lapses, or cancel the loan.",
)
LENDER_SIGNS_ONCE = Guard(
    "signed_already",
    _lender_unsigned,
    "the lender has signed",
    rule="domain.md 3.9",
    remedy="Wait for the borrower.",
    early=True,
)
BORROWER_SIGNS_ONCE = Guard(
    "signed_already",
    _borrower_unsigned,
    "the borrower has signed",
    rule="domain.md 3.9",
    remedy="Wait for the lender.",
    early=True,
)
OTHER_PERSON = Guard(
    "same_person_signs",
    _other_person,
    "signatures are by different people",
    rule="domain.md 3.9",
    remedy="The leader of the other municipality signs.",
    early=True,
)
EXTENSION_BY_ANOTHER = Guard(
    "same_person_signs",
    _other_proposer,
    "signatures are by different people",
    rule="domain.md 3.9",
    remedy="The leader of the other municipality signs.",
)
LONGER = Guard(
    "extension_out_of_reach",
    _longer,
    "a longer term ends after the present one and within twelve months of the start",
    rule="domain.md 3.9",
    remedy="Choose an earlier day.",
    field="ends_on",
)
NOTICE_GIVEN = Guard(
    "notice_too_short",
    _noticed,
    "a recall gives 14 days' notice and ends before the agreed day",
    rule="domain.md 3.9",
    remedy="Choose a later day.",
    field="ends_on",
)
DAY_REACHED = Guard(
    "loan_not_due",
    _day_reached,
    "the first day has not come",
    rule="domain.md 3.9",
    remedy="Wait for it.",
)
END_REACHED = Guard(
    "loan_not_over",
    _end_reached,
    "the last day is not over",
    rule="domain.md 3.9",
    remedy="Wait for it; the lender may recall with 14 days' notice.",
)
INTERVENTION_ACTIVE = Guard(
    "intervention_not_active",
    _active,
    "the intervention is not active",
    rule="domain.md 3.9",
    remedy="The match is accepted first.",
)
