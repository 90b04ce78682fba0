"""Named conditions of consents: who says yes to what, for how long, and who hears it taken back (`domain.md` 3.13). Pure."""

from __future__ import annotations

from uuid import UUID

from dateutil.relativedelta import relativedelta

from services.assessment.domain import disclosure_commands as commands
from services.assessment.domain.case import Case
from services.assessment.domain.disclosure import consent_of, consent_of_kind
from shared.contracts.assessment_codes import ConsentBy
from shared.contracts.codes import Answer
from shared.contracts.corps import Client
from shared.contracts.disclosure_codes import ConsentKind
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Guard
from shared.reference.organisations import organisation

LONGEST_CONSENT = relativedelta(months=12)
WITH_PARTIES = frozenset({ConsentKind.SHARE, ConsentKind.GANG_EXIT})


def _informed(_: Case, command: commands.RecordConsent, __: Context) -> bool:
    return command.specific_informed_revocable


def _right_person(case: Case, command: commands.RecordConsent, _: Context) -> bool:
    if command.client is Client.RELATIVE:
        return command.given_by is ConsentBy.RELATIVE
    return command.given_by is (ConsentBy.SUBJECT if case.minor is Answer.NO else ConsentBy.CUSTODY_HOLDER)


def _consent_period(_: Case, command: commands.RecordConsent, context: Context) -> bool:
    begun = command.given_at <= context.now < command.valid_until
    return begun and command.valid_until <= command.given_at + LONGEST_CONSENT


def _parties_named(_: Case, command: commands.RecordConsent, __: Context) -> bool:
    try:
        named = [organisation(party) for party in command.parties]
    except Invalid:
        return False
    return bool(named) is (command.kind in WITH_PARTIES)


def _in_writing(_: Case, command: commands.RecordConsent, __: Context) -> bool:
    return command.kind is not ConsentKind.GANG_EXIT or command.in_writing


def _nothing_of_the_offer(_: Case, command: commands.RecordConsent, __: Context) -> bool:
    return not command.needs_corps_member and command.requirements is None


def _replaces(case: Case, command: commands.RecordConsent, _: Context) -> bool:
    if command.replaces is None:
        return True
    former = consent_of(case.consents, command.replaces)
    return former is not None and (former.kind, former.withdrawn_at) == (command.kind, None)


def consent_named(case: Case, command: commands.WithdrawConsent) -> UUID | None:
    """Return the reference of the consent that a withdrawal names, by it or by its kind; None if there is none of the kind."""
    if command.kind is None:
        return command.consent_id
    found = consent_of_kind(case.consents, command.kind)
    return found.id if found else None


def _heard(case: Case, _: commands.WithdrawConsent, context: Context) -> bool:
    here, roles = context.actor.organisation, context.actor.roles
    addressed = Role.CASEWORKER in roles and here == case.authority
    return addressed or (Role.TOVHOLDER_KOMMUNE in roles and here == case.organisation)


def _not_withdrawn(case: Case, command: commands.WithdrawConsent, _: Context) -> bool:
    consent = consent_of(case.consents, consent_named(case, command))
    return consent is not None and consent.withdrawn_at is None


def _to_be_told(case: Case, command: commands.RecordPartiesTold, _: Context) -> bool:
    return any(clock.kind == "tell_parties" and clock.about == command.consent_id for clock in case.clocks.values())


INFORMED = Guard(
    "consent_not_informed",
    _informed,
    "consent is specific, informed and revocable",
    rule="domain.md 2.3 row 25",
    remedy="Tell what it is for and that it can be withdrawn, then record it.",
    field="specific_informed_revocable",
)

RIGHT_PERSON = Guard(
    "consent_by_another",
    _right_person,
    "consent is the relative's own for a relative, the custody holder's for a child, else the person's own",
    rule="domain.md 2.3 row 25",
    remedy="Ask who must consent; unknown age counts as a child.",
    field="given_by",
)

CONSENT_PERIOD = Guard(
    "consent_period",
    _consent_period,
    "consent was given before now and holds for 12 months at most",
    rule="domain.md 3.13",
    remedy="Correct the times.",
    field="valid_until",
)

PARTIES_NAMED = Guard(
    "consent_parties",
    _parties_named,
    "consent to SHARE or GANG_EXIT names the authorities that may receive; other consent names none",
    rule="domain.md 3.13, 4.2 CONSENT",
    remedy="Name them as organisations, such as politi:fyn.",
    field="parties",
)

IN_WRITING = Guard(
    "consent_not_in_writing",
    _in_writing,
    "consent to a gang exit is given in writing, as the first step",
    rule="domain.md 4.2 GANG_EXIT_CONSENT [W51]",
    remedy="Have it signed, then record it.",
    field="in_writing",
)

NOTHING_OF_THE_OFFER = Guard(
    "consent_is_not_to_the_offer",
    _nothing_of_the_offer,
    "a corps member is asked for with the consent that takes the offer, and with no other",
    rule="domain.md 2.3 rows 25 and 43",
    remedy="Leave needs_corps_member and requirements out.",
    field="needs_corps_member",
)

REPLACES = Guard(
    "consent_to_replace_not_there",
    _replaces,
    "a consent renews one of its own kind that was not withdrawn",
    rule="domain.md 3.13",
    remedy="Record it without replaces.",
    field="replaces",
)

HEARD = Guard(
    "not_the_addressed_authority",
    _heard,
    "the withdrawal is recorded by the addressed authority's caseworker or by the municipality's tovholder",
    rule="domain.md 2.3 row 44",
    remedy="Tell one of them what the citizen said.",
    early=True,
)

NOT_WITHDRAWN = Guard(
    "consent_not_there",
    _not_withdrawn,
    "there is no such consent in this case that could still be withdrawn",
    rule="domain.md 3.13",
    remedy="Look at the case's consents.",
    field="consent_id",
    early=lambda case, _: any(consent.withdrawn_at is None for consent in case.consents),
)

TO_BE_TOLD = Guard(
    "nobody_to_tell",
    _to_be_told,
    "no withdrawal of this consent waits for somebody to be told",
    rule="domain.md 3.13 withdrawal",
    remedy="Nothing is to be done.",
    field="consent_id",
    early=lambda case, _: case.clock("tell_parties") is not None,
)
