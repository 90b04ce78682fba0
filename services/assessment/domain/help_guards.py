"""Named conditions from consent to the end of follow-up (`domain.md` 2.3 rows 25, 26, 36-38, 43; 3.13)."""

from __future__ import annotations

from datetime import datetime

from services.assessment.domain import case_commands as commands
from services.assessment.domain.assessment_guards import WELLBEING
from services.assessment.domain.case import Case
from services.assessment.domain.case_guards import ENDED
from services.assessment.domain.disclosure import live_consent
from services.assessment.domain.disclosure_commands import RecordConsent
from shared.contracts.assessment_codes import FollowUpContact, FollowUpDecision, Measure
from shared.contracts.codes import InterventionKind
from shared.contracts.corps import Client
from shared.contracts.disclosure_codes import ConsentKind
from shared.lifecycle.table import Context, Guard
from shared.reference.calendar import add_months

EARLIEST_REVIEWS = (5, 11)
"""Months after the end before which the first and the second review are no reviews at 6 and 12 months [P]."""

MEASURES_OF = {
    InterventionKind.MENTOR: frozenset({Measure.MENTOR, Measure.EXIT, Measure.GANG_EXIT}),
    InterventionKind.PARENT_COACH: frozenset({Measure.PARENT_COACH}),
}
"""Mentor support can be part of an exit (note to row 43, [S1])."""

CORPS_ALONE = frozenset({Measure.NONE, Measure.MENTOR, Measure.PARENT_COACH})
"""What cannot begin without a corps member; all else can, EXIT and GANG_EXIT too (row 43 and the note to it)."""

CLIENT_OF = {InterventionKind.MENTOR: Client.SUBJECT, InterventionKind.PARENT_COACH: Client.RELATIVE}


def _requirements_fit(_: Case, command: RecordConsent, __: Context) -> bool:
    wanted = command.requirements
    if not command.needs_corps_member or wanted is None:
        return not command.needs_corps_member and wanted is None
    return CLIENT_OF[wanted.kind] is command.client


def _granted(case: Case, command: RecordConsent, _: Context) -> bool:
    return command.requirements is None or bool(MEASURES_OF[command.requirements.kind] & set(case.granted))


def _goes_without_corps(case: Case, command: RecordConsent, _: Context) -> bool:
    return command.needs_corps_member or not set(case.granted) <= CORPS_ALONE


def _without_corps(case: Case, _: commands.ReviewMeasure | commands.EndMeasure, __: Context) -> bool:
    return case.offer is not None and not case.offer.needs_corps_member


def _end_reason(_: Case, command: commands.EndMeasure | commands.CloseCase, __: Context) -> bool:
    return command.reason in ENDED


def _tried(_: Case, command: commands.HoldFollowUp, __: Context) -> bool:
    return command.contact is not FollowUpContact.NOT_REACHED or command.attempts == 3


def _wellbeing(_: Case, command: commands.HoldFollowUp, __: Context) -> bool:
    wanted = set(WELLBEING) if command.contact is FollowUpContact.REACHED else set()
    return set(command.wellbeing) == wanted


def _basis_there(case: Case, command: commands.HoldFollowUp, context: Context) -> bool:
    if command.contact is not FollowUpContact.REACHED or command.legal_basis is not None:
        return True
    return live_consent(case.consents, ConsentKind.FOLLOW_UP, context.now) is not None


def _reopen_has_worry(_: Case, command: commands.HoldFollowUp, __: Context) -> bool:
    return command.decision is not FollowUpDecision.REOPEN_TASK or command.new_concern


def _not_early(case: Case, command: commands.HoldFollowUp, context: Context) -> bool:
    """A worry does not wait for its month, and declining needs none."""
    waits_not = command.contact is FollowUpContact.DECLINED or command.decision is FollowUpDecision.REOPEN_TASK
    return waits_not or context.now >= earliest_review(case)


def earliest_review(case: Case) -> datetime:
    """Return the moment from which the next review counts."""
    number = min(len(case.reviews), len(EARLIEST_REVIEWS) - 1)
    return add_months(case.follow_up_began, EARLIEST_REVIEWS[number])


def _second_follows(case: Case, command: commands.HoldFollowUp, __: Context) -> bool:
    first = not case.reviews and command.contact is FollowUpContact.REACHED
    return not first or command.decision is not FollowUpDecision.CLOSE


def _followed_up(case: Case, _: commands.CloseCase, __: Context) -> bool:
    return len(case.reviews) >= 2 or any(review.contact is not FollowUpContact.REACHED for review in case.reviews)


REQUIREMENTS_FIT = Guard(
    "requirements_do_not_fit",
    _requirements_fit,
    "a corps member needs requirements: MENTOR for the person, PARENT_COACH for a relative; else there are none",
    rule="domain.md 2.3 rows 25 and 43",
    remedy="Give requirements of the right kind, or none.",
    field="requirements",
)
GRANTED = Guard(
    "measure_not_granted",
    _granted,
    "the authority did not grant this kind of help",
    rule="domain.md 2.3 rows 23 and 25",
    remedy="Ask for what was granted.",
    field="requirements",
)
GOES_WITHOUT_CORPS = Guard(
    "measure_needs_corps_member",
    _goes_without_corps,
    "nothing was granted that can begin without a corps member",
    rule="domain.md 2.3 row 43",
    remedy="Say that a corps member is needed, and give the requirements.",
    field="needs_corps_member",
)
WITHOUT_CORPS = Guard(
    "corps_carries_it",
    _without_corps,
    "the corps carries this intervention: it is reviewed and ended there",
    rule="domain.md 2.3 rows 29 and 36",
    remedy="Ask the local coordinator.",
    early=True,
)
END_REASON = Guard(
    "reason_not_for_ending",
    _end_reason,
    "an ending has a reason E1 to E6",
    rule="domain.md 2.5",
    remedy="Choose one.",
    field="reason",
)
TRIED = Guard(
    "contact_not_tried_enough",
    _tried,
    "NOT_REACHED is recorded after three attempts",
    rule="domain.md 3.13",
    remedy="Try again; three attempts at most.",
    field="attempts",
)
WELLBEING_RATED = Guard(
    "wellbeing_incomplete",
    _wellbeing,
    "with the citizen reached, the five dimensions of well-being are compared; else none",
    rule="domain.md 3.13",
    remedy="Give BETTER, SAME or WORSE for each of the five.",
    field="wellbeing",
)
BASIS_THERE = Guard(
    "follow_up_without_basis",
    _basis_there,
    "follow-up needs consent to it that still holds, or a legal basis",
    rule="domain.md 2.3 row 37",
    remedy="Record a consent of kind FOLLOW_UP first, or the legal basis; a citizen may decline.",
    field="legal_basis",
)
REOPEN_HAS_WORRY = Guard(
    "reopen_without_worry",
    _reopen_has_worry,
    "a reopening is asked for because of a new worry",
    rule="domain.md 2.3 row 49",
    remedy="Say new_concern, or decide otherwise.",
    field="new_concern",
)
NOT_EARLY = Guard(
    "follow_up_too_early",
    _not_early,
    "a review is held at the earliest one month before it is due",
    rule="domain.md 2.3 row 37",
    remedy="Hold it at 6 and at 12 months after the end.",
)
SECOND_FOLLOWS = Guard(
    "second_review_follows",
    _second_follows,
    "after the first review comes the second, unless the citizen declines",
    rule="domain.md 2.3 rows 37 and 38",
    remedy="Decide CONTINUE; closing waits for the second review.",
    field="decision",
)
FOLLOWED_UP = Guard(
    "follow_up_not_done",
    _followed_up,
    "a case is closed when the second review was held, or follow-up was declined or never reached",
    rule="domain.md 2.3 row 38",
    remedy="Hold the review at 12 months.",
    early=True,
)
