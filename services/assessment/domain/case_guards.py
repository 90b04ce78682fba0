"""Named conditions of the case's rows from arrival to the meeting. Pure: (state, command, context) -> bool."""

from __future__ import annotations

from typing import Any

from services.assessment.domain import case_commands as commands
from services.assessment.domain.case import OPEN_CASE, Case, Stage
from shared.contracts.assessment_codes import Party, ReferralBasis
from shared.contracts.codes import ClosingReason, Travel
from shared.lifecycle.table import Context, Guard

NO_ACTION = (ClosingReason.A1, ClosingReason.A2, ClosingReason.A3, ClosingReason.A4)
ELSEWHERE = (ClosingReason.B1, ClosingReason.B2, ClosingReason.B3, ClosingReason.B4, ClosingReason.B5)
ENDED = (ClosingReason.E1, ClosingReason.E2, ClosingReason.E3, ClosingReason.E4, ClosingReason.E5, ClosingReason.E6)


def _accepts(_: Case, command: commands.OpenCase, __: Context) -> bool:
    return command.accepts_responsibility


def _purpose(_: Case, command: commands.OpenCase, __: Context) -> bool:
    return command.purpose_plausible


def _same_subject(_: Case, command: commands.MergeConcern, __: Context) -> bool:
    return command.same_subject_confirmed


def _target_open(case: Case, command: commands.MergeConcern, context: Context) -> bool:
    owned = context.known.get("target_owner") == case.organisation
    return command.into != case.id and owned and context.known.get("target_stage") in OPEN_CASE


def _no_action_reason(_: Case, command: commands.CloseWithoutAction, __: Context) -> bool:
    return command.reason in NO_ACTION


def _returnee_cleared(case: Case, _: Any, __: Context) -> bool:
    return case.travel is not Travel.RETURNED


def _registers_add_nothing(_: Case, command: commands.CloseWithoutAction, __: Context) -> bool:
    return command.registers_add_nothing


def _short_assessment(case: Case, _: commands.CloseWithoutAction, __: Context) -> bool:
    return case.short_assessment is not None


def _elsewhere_reason(_: Case, command: commands.ReferElsewhere, __: Context) -> bool:
    return command.reason in ELSEWHERE


def _referral_basis(_: Case, command: commands.ReferElsewhere, __: Context) -> bool:
    return command.basis is not None


def _private_by_consent(_: Case, command: commands.ReferElsewhere, __: Context) -> bool:
    return command.reason is not ClosingReason.B5 or command.basis is ReferralBasis.CONSENT


def _child_for_child_unit(case: Case, command: commands.ReferElsewhere, __: Context) -> bool:
    child = command.reason is ClosingReason.B2 or command.basis is ReferralBasis.BL_UNDERRETNING
    return not child or case.may_be_minor


def _held_before_now(_: Case, command: commands.HoldMeeting, context: Context) -> bool:
    return command.held_at <= context.now


def _quorum(_: Case, command: commands.HoldMeeting, __: Context) -> bool:
    return {Party.MUNICIPALITY, Party.POLICE} <= set(command.present)


def _child_unit_invited(case: Case, command: commands.HoldMeeting, __: Context) -> bool:
    return not case.may_be_minor or Party.CHILD_UNIT in (*command.invited, *command.present)


def _psychiatry_invited(_: Case, command: commands.HoldMeeting, __: Context) -> bool:
    return not command.mental_vulnerability_suspected or Party.PSYCHIATRY in (*command.invited, *command.present)


def _concern_waits(case: Case, command: commands.ReopenCase, context: Context) -> bool:
    owned = context.known.get("concern_owner") == case.organisation
    return command.concern_case is not None and owned and context.known.get("concern_stage") == Stage.ARRIVED


def _was_opened(case: Case, _: Any, __: Context) -> bool:
    return not case.never_opened


def _reopen_asked(case: Case, command: commands.ReopenCase, _: Context) -> bool:
    return case.reopen_asked and command.concern_case is None


RESPONSIBILITY = Guard(
    "responsibility_not_accepted",
    _accepts,
    "a case is opened by accepting the responsibility for it",
    rule="domain.md 2.3 row 6",
    remedy="Accept it, or attach the concern to the case that it belongs to.",
    field="accepts_responsibility",
)
PURPOSE = Guard(
    "purpose_not_plausible",
    _purpose,
    "a case needs a plausible risk of criminal acts with an extremist motive over time",
    rule="domain.md 2.3 row 6",
    remedy="Without it this is no matter for Infohus: close without action or refer elsewhere, without opening a case.",
    field="purpose_plausible",
)
SAME_SUBJECT = Guard(
    "same_subject_not_confirmed",
    _same_subject,
    "a person confirms that both concerns are about the same person",
    rule="domain.md 2.3 row 7",
    remedy="Compare both; if in doubt, open a case of its own.",
    field="same_subject_confirmed",
)
TARGET_OPEN = Guard(
    "case_to_join_not_open",
    _target_open,
    "the case to attach to is not an open case of this municipality",
    rule="domain.md 2.3 row 7",
    remedy="Choose an open case of your own list; a closed one is reopened with this concern instead (row 39).",
    field="into",
)
NO_ACTION_REASON = Guard(
    "reason_not_for_no_action",
    _no_action_reason,
    "closing without action has a reason A1 to A4",
    rule="domain.md 2.5",
    remedy="Choose A1 to A4; for a referral use refer-elsewhere.",
    field="reason",
)
RETURNEE_CLEARED = Guard(
    "returnee_needs_clearance",
    _returnee_cleared,
    "somebody who has returned from a conflict zone is always cleared by the police first",
    rule="domain.md 2.4",
    remedy="Open the case if it is not open, and request clearance; it can be closed after that.",
    early=True,
)
REGISTERS_ADD_NOTHING = Guard(
    "registers_not_checked",
    _registers_add_nothing,
    "after clearance a case is closed only if the own registers add nothing",
    rule="domain.md 2.3 row 20",
    remedy="Check the registers and say so, or hold the meeting.",
    field="registers_add_nothing",
)
SHORT_ASSESSMENT = Guard(
    "short_assessment_missing",
    _short_assessment,
    "a short assessment is recorded also where the meeting finds no basis",
    rule="domain.md 2.3 row 46",
    remedy="Record it with record-short-assessment first.",
    early=True,
)
ELSEWHERE_REASON = Guard(
    "reason_not_for_referral",
    _elsewhere_reason,
    "a referral elsewhere has a reason B1 to B5",
    rule="domain.md 2.5",
    remedy="Choose B1 to B5; without a referral use close-without-action.",
    field="reason",
)
REFERRAL_BASIS = Guard(
    "referral_without_basis",
    _referral_basis,
    "a referral needs consent or a legal basis of its own",
    rule="domain.md 2.3 row 10, 4.2",
    remedy="Name the basis, or close without a referral.",
    field="basis",
)
PRIVATE_BY_CONSENT = Guard(
    "private_offer_needs_consent",
    _private_by_consent,
    "an offer outside the authorities receives nothing without consent",
    rule="domain.md 4.2 R4",
    remedy="Ask for consent; §115 never reaches private recipients.",
    field="basis",
)
CHILD_FOR_CHILD_UNIT = Guard(
    "child_unit_is_for_children",
    _child_for_child_unit,
    "the child unit is for a person who is, or may be, under 18",
    rule="domain.md 2.3 row 10, 4.2",
    remedy="Choose another reason or basis.",
    field="reason",
)
HELD_BEFORE_NOW = Guard(
    "meeting_in_future",
    _held_before_now,
    "the meeting lies in the future",
    rule="domain.md 2.3 row 19",
    remedy="Record it once it has been held.",
    field="held_at",
)
QUORUM = Guard(
    "no_quorum",
    _quorum,
    "police and municipality are both present",
    rule="domain.md 2.3 row 19",
    remedy="Hold the meeting with both.",
    field="present",
)
CHILD_UNIT_INVITED = Guard(
    "child_unit_not_invited",
    _child_unit_invited,
    "the child unit is invited when the person is, or may be, under 18",
    rule="domain.md 2.3 row 19",
    remedy="Invite CHILD_UNIT; unknown age counts as a child.",
    field="invited",
)
PSYCHIATRY_INVITED = Guard(
    "psychiatry_not_invited",
    _psychiatry_invited,
    "psychiatry is invited when mental vulnerability is suspected",
    rule="domain.md 2.3 row 19",
    remedy="Invite PSYCHIATRY.",
    field="invited",
)
CONCERN_WAITS = Guard(
    "new_concern_missing",
    _concern_waits,
    "a closed case is reopened on a new concern that waits in this municipality",
    rule="domain.md 2.3 row 39",
    remedy="Name the record of the new concern (stage C2).",
    field="concern_case",
)
WAS_OPENED = Guard(
    "case_was_never_opened",
    _was_opened,
    "the concern was closed before it became a case, so there is none to reopen",
    rule="domain.md 2.3 rows 6 and 39",
    remedy="Open the new concern as a case of its own, and say that there was an earlier concern.",
    early=True,
)
REOPEN_ASKED = Guard(
    "reopening_not_asked",
    _reopen_asked,
    "during follow-up a case is reopened when a review asked for it",
    rule="domain.md 2.3 row 49",
    remedy="Record the follow-up with the decision REOPEN_TASK; attach a new concern with merge-concern.",
    early=lambda case, _: case.reopen_asked,
)
