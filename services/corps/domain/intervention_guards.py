"""Named conditions of the intervention's rows. Pure: (state, command, context) -> bool.

`context.known` holds what the handler looked up: `option` (place of the member in today's ranking, from 1), `broken` (codes of
hard constraints that the pair breaks), `employer` (of the member).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from services.corps.domain import intervention_commands as commands
from services.corps.domain.intervention import DECLINES_FREE, Intervention
from shared.contracts.corps_codes import ChoiceReason, EndCriterion, EndReason
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Guard
from shared.reference.calendar import local

LONGEST = relativedelta(months=12)
"""An intervention is planned for twelve months at most; more needs a new decision (`domain.md` 2.6 c)."""

LONGEST_PAUSE = relativedelta(months=6)

WITHOUT_FAREWELL = frozenset({EndReason.E4, EndReason.E5, EndReason.E6})
"""Endings in which a farewell may be impossible: broken off, moved abroad, deceased."""


def today(context: Context) -> date:
    """Return the Danish day of the command."""
    return local(context.now).date()


def _at_home(state: Intervention, _: Any, context: Context) -> bool:
    """Say whether the actor is of the municipality whose case it is, or the caseworker of another authority that decides on it."""
    actor = context.actor
    named = (actor.person_ref, actor.organisation) == (state.caseworker_ref, state.authority)
    return actor.is_system or named or actor.organisation == state.organisation


def _is_the_member(state: Intervention, _: Any, context: Context) -> bool:
    return state.member is not None and context.actor.person_ref == state.member.member_ref


def _is_member_or_at_home(state: Intervention, command: Any, context: Context) -> bool:
    """A person who is a member of the corps takes part as one, even if she coordinates as well."""
    if Role.CORPS_MEMBER in context.actor.roles:
        return _is_the_member(state, command, context)
    return _at_home(state, command, context)


def _desk_not_asked(state: Intervention, _: Any, __: Context) -> bool:
    return state.clock("broker") is None


def _nobody_chosen(state: Intervention, _: Any, __: Context) -> bool:
    return state.member is None


def _somebody_chosen(state: Intervention, _: Any, __: Context) -> bool:
    return state.member is not None


def _not_excluded_yet(state: Intervention, command: commands.ExcludeMember, _: Context) -> bool:
    chosen = state.member is not None and state.member.member_ref == command.member_ref
    return command.member_ref not in state.excluded and not chosen


def _own_member(state: Intervention, _: Any, context: Context) -> bool:
    return context.known.get("employer") == state.municipality


def _fits(_: Intervention, __: Any, context: Context) -> bool:
    return not context.known.get("broken")


def _first_or_reasoned(_: Intervention, command: commands.ChooseMember, context: Context) -> bool:
    return context.known.get("option") == 1 or command.reason_code is not ChoiceReason.FIRST_OPTION


def _holds(state: Intervention, _: Any, context: Context) -> bool:
    return state.member is not None and state.member.holds(context.now)


def _lapsed(state: Intervention, command: Any, context: Context) -> bool:
    return not _holds(state, command, context)


def _not_accepted_yet(state: Intervention, _: Any, __: Context) -> bool:
    return state.member is not None and not state.member.citizen_accepted


def _declined_freely(state: Intervention, command: commands.RecordCitizenAnswer, _: Context) -> bool:
    return state.declines < DECLINES_FREE or command.grounds is not None


def _citizen_accepted(state: Intervention, _: Any, __: Context) -> bool:
    return state.member is not None and state.member.citizen_accepted


def _loan_signed(state: Intervention, _: Any, __: Context) -> bool:
    return state.member is not None and (state.member.loan_id is None or state.member.loan_signed)


def _end_in_reach(state: Intervention, planned_end: date, context: Context) -> bool:
    start = state.started_on or today(context)
    latest = max(start, today(context)) + LONGEST
    loan_ends = state.member.loan_ends_on if state.member else None
    return today(context) < planned_end <= min(latest, local(state.valid_until).date(), loan_ends or latest)


def _planned_within_reach(state: Intervention, command: commands.AcceptMatch, context: Context) -> bool:
    return _end_in_reach(state, command.planned_end, context)


def _review_within_reach(state: Intervention, command: commands.ReviewPlan, context: Context) -> bool:
    return command.planned_end is None or _end_in_reach(state, command.planned_end, context)


def _ending_not_proposed(state: Intervention, _: Any, __: Context) -> bool:
    return state.ending_proposed is None


def _held_by_now(state: Intervention, command: Any, context: Context) -> bool:
    started = state.started_on or today(context)
    return bool(started <= command.held_on <= today(context))


def _pause_in_reach(_: Intervention, command: commands.PauseIntervention, context: Context) -> bool:
    return today(context) < command.resume_on <= today(context) + LONGEST_PAUSE


def _concern_waits(state: Intervention, _: Any, __: Context) -> bool:
    return state.clock("session_concern") is not None


def _criterion_met(state: Intervention, command: commands.EndIntervention, context: Context) -> bool:
    match command.criterion:
        case EndCriterion.GOALS_DROPPED:
            return state.goals_dropped >= 2
        case EndCriterion.TWELVE_MONTHS:
            return state.started_on is not None and today(context) >= state.started_on + LONGEST
    return True


def _parted_well(_: Intervention, command: commands.EndIntervention, __: Context) -> bool:
    excused = command.criterion is EndCriterion.UNSAFE or command.end_reason in WITHOUT_FAREWELL
    return excused or (command.farewell_held and command.handed_over and command.follow_ups_agreed)


AT_HOME = Guard(
    "not_your_municipality",
    _at_home,
    "this is for the municipality whose case it is",
    rule="domain.md 2.1, 3.9",
    remedy="Ask the coordinator of the borrowing municipality.",
    early=True,
)
IS_THE_MEMBER = Guard(
    "not_the_member",
    _is_the_member,
    "this is for the member who has the intervention",
    rule="domain.md 2.3 row 28",
    remedy="Ask the member, or the coordinator.",
    early=True,
)
MEMBER_OR_AT_HOME = Guard(
    "not_the_member",
    _is_member_or_at_home,
    "a member of the corps speaks for herself alone, a coordinator for the own municipality",
    rule="domain.md 2.3 rows 27, 28",
    remedy="Ask the chosen member, or the coordinator of the municipality.",
)
ENDING_NOT_PROPOSED = Guard(
    "ending_proposed_already",
    _ending_not_proposed,
    "an ending is proposed already, and waits for coordinator and caseworker",
    rule="domain.md 2.6",
    remedy="Wait for their decision, or ask the coordinator.",
    early=True,
)
DESK_NOT_ASKED = Guard(
    "desk_asked_already",
    _desk_not_asked,
    "the national desk has been asked and has not answered yet",
    rule="domain.md 5.3",
    remedy="Wait for the desk; its clock is on the request.",
    early=True,
)
NOBODY_CHOSEN = Guard(
    "member_chosen_already",
    _nobody_chosen,
    "a member is chosen already",
    rule="domain.md 2.3 row 27",
    remedy="Withdraw the choice first.",
    early=True,
)
SOMEBODY_CHOSEN = Guard(
    "no_member_chosen",
    _somebody_chosen,
    "no member is chosen",
    rule="domain.md 2.3 row 27",
    remedy="Choose one of the options first.",
    early=True,
)
NOT_EXCLUDED_YET = Guard(
    "member_excluded_already",
    _not_excluded_yet,
    "the member is excluded already, or is the one who is chosen",
    rule="domain.md 5.1 H3",
    remedy="Withdraw the choice first, if it is this member.",
    field="member_ref",
)
OWN_MEMBER = Guard(
    "loan_needed",
    _own_member,
    "the member is employed by another municipality",
    rule="domain.md 3.9",
    remedy="Draft a loan and offer it; that chooses and reserves the member.",
    field="member_ref",
)
FITS = Guard(
    "member_does_not_fit",
    _fits,
    "the pair breaks a hard constraint",
    rule="domain.md 5.1",
    remedy="Choose one of the options; they say which members fit and why the others do not.",
    field="member_ref",
)
FIRST_OR_REASONED = Guard(
    "choice_needs_reason",
    _first_or_reasoned,
    "this member is not the first option now",
    rule="domain.md 5.3",
    remedy="Say with reason_code why this member and not the first.",
    field="reason_code",
)
HOLDS = Guard(
    "reservation_lapsed",
    _holds,
    "the reservation of the member has lapsed",
    rule="domain.md 3.9",
    remedy="Look at the options again; the member may still be free.",
    early=True,
)
LAPSED = Guard(
    "reservation_holds",
    _lapsed,
    "the reservation still holds",
    rule="domain.md 3.9",
    remedy="Wait until it lapses, or withdraw the choice.",
)
NOT_ACCEPTED_YET = Guard(
    "citizen_has_accepted",
    _not_accepted_yet,
    "the citizen has accepted already",
    rule="domain.md 2.3 row 27",
    remedy="If the citizen has changed their mind, record that they do not accept.",
    field="accepts",
    early=True,
)
DECLINED_FREELY = Guard(
    "grounds_missing",
    _declined_freely,
    "the citizen has declined twice; a third time needs grounds, so that the next proposal can be better",
    rule="domain.md 5.3",
    remedy="Write down what the citizen says is needed.",
    field="grounds",
)
CITIZEN_ACCEPTED = Guard(
    "citizen_not_asked",
    _citizen_accepted,
    "the citizen has not accepted the member",
    rule="domain.md 2.3 row 27",
    remedy="Ask the citizen and record the answer first.",
    early=True,
)
LOAN_IS_SIGNED = Guard(
    "loan_not_signed",
    _loan_signed,
    "the loan of the member is not signed by both leaders",
    rule="domain.md 2.3 row 27",
    remedy="Wait for both signatures; the loan says who has not signed.",
    early=True,
)
PLANNED_WITHIN_REACH = Guard(
    "planned_end_out_of_reach",
    _planned_within_reach,
    "the planned end lies after today, within twelve months, the consent and the loan",
    rule="domain.md 2.6, 3.9",
    remedy="Choose an earlier day; consent and loan can be renewed later.",
    field="planned_end",
)
REVIEW_WITHIN_REACH = Guard(
    "planned_end_out_of_reach",
    _review_within_reach,
    "the planned end lies after today, within twelve months, the consent and the loan",
    rule="domain.md 2.6, 3.9",
    remedy="Choose an earlier day; consent and loan can be renewed later.",
    field="planned_end",
)
HELD_BY_NOW = Guard(
    "held_on_out_of_reach",
    _held_by_now,
    "it was held between the start of the intervention and today",
    rule="domain.md 3.10",
    remedy="Give the day on which it was held.",
    field="held_on",
)
PAUSE_IN_REACH = Guard(
    "resume_on_out_of_reach",
    _pause_in_reach,
    "the day to go on lies after today, within six months",
    rule="domain.md 2.3 row 30",
    remedy="Choose an earlier day; the pause can be renewed.",
    field="resume_on",
)
CONCERN_WAITS = Guard(
    "no_concern_waits",
    _concern_waits,
    "no session has raised a concern that waits to be looked at",
    rule="domain.md 3.10",
    remedy="There is nothing to do.",
    early=True,
)
CRITERION_MET = Guard(
    "end_criterion_not_met",
    _criterion_met,
    "goals are dropped at two reviews in a row, or twelve months have passed",
    rule="domain.md 2.6",
    remedy="Choose the criterion that holds.",
    field="criterion",
)
PARTED_WELL = Guard(
    "parting_incomplete",
    _parted_well,
    "an ending has a farewell session, a hand-over to ordinary contact and dates for the follow-up",
    rule="domain.md 2.6",
    remedy="Do what is missing; only an unsafe or broken-off relation ends without.",
    field="farewell_held",
)
