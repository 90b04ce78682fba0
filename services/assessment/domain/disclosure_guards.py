"""Named conditions of shares and the citizen's rights (`domain.md` 4.2 R1-R4, 4.6 R22, R23). Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from services.assessment.domain import disclosure_commands as commands
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.disclosure import live_consent
from shared.contracts.assessment_codes import AuthorityUnit
from shared.contracts.disclosure_codes import Exemption, SharingBasis
from shared.errors import Invalid
from shared.lifecycle.table import Context, Guard
from shared.reference import sharing
from shared.reference.calendar import local
from shared.reference.organisations import organisation

LATEST_REVIEW = timedelta(days=90)
BEFORE_CLEARANCE = frozenset({SharingBasis.ACUTE_112, SharingBasis.BL_UNDERRETNING})
"""Danger to life and the duty towards a child wait for nobody; all other sharing waits for the police (2.3 row 11)."""

Share = commands.ShareInformation


def rule_of(command: Share, context: Context) -> sharing.SharingRule:
    """Return the rule that holds for the command's basis today. Raises `Invalid` where none does."""
    return sharing.rule_on(command.basis, local(context.now).date())


def _own_part(_: Case, command: Share, context: Context) -> bool:
    return context.actor.organisation in (command.from_authority, command.to_authority)


def _own_refusal(_: Case, command: commands.RefuseSharing, context: Context) -> bool:
    return context.actor.organisation == command.from_authority


def _asker_is_authority(_: Case, command: commands.RefuseSharing, __: Context) -> bool:
    try:
        return organisation(command.to_authority) != organisation(command.from_authority)
    except Invalid:
        return False


def _minimised(_: Case, command: Share, __: Context) -> bool:
    return command.minimisation_checked


def _purpose(_: Case, command: Share, context: Context) -> bool:
    return command.purpose is rule_of(command, context).purpose


def _recipient(case: Case, command: Share, context: Context) -> bool:
    reporters = {each.reporter for each in case.concerns}
    return command.recipient_person not in reporters and sharing.recipient_may_receive(
        rule_of(command, context), command.recipient_kind
    )


def _cleared_first(case: Case, command: Share, __: Context) -> bool:
    asked_in_vain = case.stage in (Stage.TRIAGE, Stage.POLICE_CLEARANCE)
    return not asked_in_vain or command.basis in BEFORE_CLEARANCE


def _consented(case: Case, command: Share, context: Context) -> bool:
    kind = rule_of(command, context).consent
    return kind is None or live_consent(case.consents, kind, context.now, command.to_authority) is not None


def _to_child_unit(_: Case, command: Share, context: Context) -> bool:
    limited = sharing.Limit.CHILD_UNIT_ONLY in rule_of(command, context).limits
    return not limited or command.to_unit is AuthorityUnit.CHILDREN_AND_FAMILIES


def _about_minor(case: Case, command: Share, context: Context) -> bool:
    return sharing.Limit.MAY_BE_MINOR not in rule_of(command, context).limits or case.may_be_minor


def _time_of_share(_: Case, command: Share, context: Context) -> bool:
    if command.happened_at is None:
        return True
    afterwards = sharing.Limit.LOGGED_AFTERWARDS in rule_of(command, context).limits
    return afterwards and command.happened_at <= context.now


def _told_before_now(_: Case, command: commands.RecordCitizenTold, context: Context) -> bool:
    return command.told_at <= context.now


def _review_in_reach(_: Case, command: commands.PostponeTelling, context: Context) -> bool:
    today = local(context.now).date()
    return today < command.review_on <= today + LATEST_REVIEW


def _section_22(_: Case, command: commands.PostponeTelling, __: Context) -> bool:
    return command.exemption in (Exemption.DBL22_PRIVATE, Exemption.DBL22_CRIME)


def _not_told_yet(case: Case, _: Any, __: Context) -> bool:
    return case.told_at is None


def _fact_exists(case: Case, command: commands.DisputeFact, _: Context) -> bool:
    return command.disputed <= case.version


def review_at(command: commands.PostponeTelling) -> datetime:
    """Return the moment of the review: the morning of its day."""
    return datetime.combine(command.review_on, time(8), UTC)


def _pair(basis: SharingBasis) -> Guard:
    """Return the guard of one rule's parties; its refusal names the rule (R1)."""
    rule = sharing.rule_on(basis, max(each.valid_from for each in sharing.RULES if each.basis is basis))

    def holds(_: Case, command: Share, context: Context) -> bool:
        listed = sharing.pair_is_listed(rule_of(command, context), command.from_authority, command.to_authority)
        return command.basis is not basis or listed

    return Guard(
        f"pair_not_in_{basis.lower()}",
        holds,
        f"{basis} lists no such sender and receiver; it lists {rule.parties}",
        rule=rule.name,
        remedy="Choose a basis that lists both, or do not share.",
        field="to_authority",
    )


PAIRS = tuple(_pair(basis) for basis in SharingBasis)

OWN_PART = Guard(
    "not_your_share",
    _own_part,
    "you record what your own authority gives or receives",
    rule="domain.md R1, R5",
    remedy="Ask the authority that shares to record it.",
    field="from_authority",
)

OWN_REFUSAL = Guard(
    "not_your_refusal",
    _own_refusal,
    "only the authority that was asked can refuse",
    rule="domain.md R3",
    remedy="Name your own authority.",
    field="from_authority",
)

ASKER_IS_AUTHORITY = Guard(
    "asker_unknown",
    _asker_is_authority,
    "a refusal names the other authority that asked",
    rule="domain.md R3",
    remedy="Name it as an organisation, such as politi:fyn.",
    field="to_authority",
)

MINIMISED = Guard(
    "not_minimised",
    _minimised,
    "nobody has checked that only what is necessary is shared",
    rule="domain.md 3.13, R1",
    remedy="Leave out what the receiver does not need, then say minimisation_checked.",
    field="minimisation_checked",
)

PURPOSE_FITS = Guard(
    "purpose_not_of_basis",
    _purpose,
    "each basis has one purpose, and none of them is a criminal investigation",
    rule="domain.md 4.2, R2",
    remedy="Give the purpose of the basis; police who investigate use their own systems.",
    field="purpose",
)

RECIPIENT_FITS = Guard(
    "recipient_may_not_receive",
    _recipient,
    "private persons, reporters, volunteers and companies do not receive on this basis",
    rule="domain.md R4",
    remedy="Share with the employee whose task it is, or ask for consent.",
    field="recipient_kind",
)

CLEARED_FIRST = Guard(
    "police_not_asked_first",
    _cleared_first,
    "before the police have answered, only danger to life and the notification of a child are shared",
    rule="domain.md 2.3 row 11",
    remedy="Ask for clearance and wait for the answer.",
    field="basis",
)

CONSENT_LIVE = Guard(
    "no_live_consent",
    _consented,
    "there is no consent that holds now and names this receiver",
    rule="domain.md 4.2 CONSENT, GANG_EXIT_CONSENT, 3.13",
    remedy="Ask the citizen, or share on another basis if there is one.",
    field="basis",
)

TO_CHILD_UNIT = Guard(
    "only_the_child_unit",
    _to_child_unit,
    "a notification of a child goes to the municipality's child unit and to nobody else",
    rule="domain.md 4.2 BL_UNDERRETNING",
    remedy="Say to_unit CHILDREN_AND_FAMILIES.",
    field="to_unit",
)

ABOUT_MINOR = Guard(
    "not_about_a_child",
    _about_minor,
    "this basis is for families with children; the person is of age",
    rule="domain.md 4.2 BL_UNDERRETNING, FLYTNING",
    remedy="Ask for consent, or choose another basis.",
    field="basis",
)

TIME_OF_SHARE = Guard(
    "share_not_recorded_at_once",
    _time_of_share,
    "a share is recorded before it is made; only danger to life is logged afterwards",
    rule="domain.md R1, 4.2 ACUTE_112",
    remedy="Leave happened_at out.",
    field="happened_at",
)

TOLD_BEFORE_NOW = Guard(
    "told_in_the_future",
    _told_before_now,
    "telling is recorded when it is done",
    rule="domain.md R22",
    remedy="Correct the time.",
    field="told_at",
)

NOT_TOLD_YET = Guard(
    "citizen_knows",
    _not_told_yet,
    "the citizen has been told",
    rule="domain.md R22",
    remedy="Nothing is to be done.",
    early=True,
)

REVIEW_IN_REACH = Guard(
    "review_too_late",
    _review_in_reach,
    "a reason not to tell is looked at again within 90 days",
    rule="domain.md R22",
    remedy="Choose an earlier day.",
    field="review_on",
)
SECTION_22 = Guard(
    "not_a_section_22_reason",
    _section_22,
    "telling waits only for decisive private or public interests (databeskyttelsesloven section 22)",
    rule="domain.md R22 [W36]",
    remedy="Choose DBL22_PRIVATE or DBL22_CRIME, or tell.",
    field="exemption",
)

FACT_EXISTS = Guard(
    "no_such_fact",
    _fact_exists,
    "the case has no fact with this number",
    rule="domain.md R23",
    remedy="Take the number (sequence) from the case's timeline.",
    field="disputed",
)
