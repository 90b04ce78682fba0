"""The case's rows on consents, shares and the citizen's rights: `domain.md` 2.3 row 44, 3.13, 4.2, 4.6 R22 and R23."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from services.assessment.domain import assessment_guards, consent_guards
from services.assessment.domain import case_deadlines as deadlines
from services.assessment.domain import disclosure_commands as commands
from services.assessment.domain import disclosure_guards as guards
from services.assessment.domain.case import OPEN_CASE, Case, Stage
from services.assessment.domain.disclosure import consent_of, live_consent
from shared.contracts import assessment as facts
from shared.contracts import disclosures
from shared.contracts.disclosure_codes import ConsentKind
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Transition

WITH_INFOHUS = tuple(stage for stage in OPEN_CASE if stage is not Stage.POLICE_ONLY)
KEPT = (*OPEN_CASE, Stage.CLOSED)
HELPED = (Stage.MATCHING, Stage.ACTIVE, Stage.PAUSED, Stage.FOLLOW_UP)
"""Stages in which help rests on the consent to the offer (row 44)."""

MUNICIPAL = (Role.CASEWORKER, Role.TOVHOLDER_KOMMUNE)
HANDLERS = (*MUNICIPAL, Role.TOVHOLDER_POLITI)


def _plain(_: Case, command: commands.RecordConsent, __: Context) -> bool:
    return command.kind is not ConsentKind.OFFER


def _renews(case: Case, command: commands.RecordConsent, _: Context) -> bool:
    offer = case.offer.consent_id if case.offer else None
    return command.kind is ConsentKind.OFFER and command.replaces is not None and command.replaces == offer


def _recorded(case: Case, _: commands.RecordConsent, __: Context) -> Mapping[str, Any]:
    return {"municipality": case.municipality, "consent_id": uuid5(case.id, f"consent/{case.version}")}


def _of_offer(case: Case, command: commands.WithdrawConsent, _: Context) -> bool:
    return case.offer is not None and case.offer.consent_id == consent_guards.consent_named(case, command)


def _withdrawn(case: Case, command: commands.WithdrawConsent, context: Context) -> Mapping[str, Any]:
    consent = consent_of(case.consents, consent_guards.consent_named(case, command))
    assert consent is not None, "the guard has found it"
    return {
        "consent_id": consent.id,
        "kind": consent.kind,
        "parties": consent.parties,
        "stops_help": _of_offer(case, command, context),
        "withdrawn_at": context.now,
    }


def _names_parties(case: Case, command: commands.WithdrawConsent, _: Context) -> bool:
    consent = consent_of(case.consents, consent_guards.consent_named(case, command))
    return consent is not None and bool(consent.parties)


def _shared(case: Case, command: commands.ShareInformation, context: Context) -> Mapping[str, Any]:
    rule = guards.rule_of(command, context)
    consent = live_consent(case.consents, rule.consent, context.now, command.to_authority) if rule.consent else None
    return {
        "share_id": uuid5(case.id, f"share/{case.version}"),
        "rule_from": rule.valid_from,
        "consent_id": consent.id if consent else None,
        "shared_at": command.happened_at or context.now,
    }


def _refused(case: Case, _: commands.RefuseSharing, context: Context) -> Mapping[str, Any]:
    return {"refusal_id": uuid5(case.id, f"refusal/{case.version}"), "refused_at": context.now}


def _postponed(_: Case, command: commands.PostponeTelling, __: Context) -> Mapping[str, Any]:
    return {"review_at": guards.review_at(command)}


def _disputed(_: Case, __: commands.DisputeFact, context: Context) -> Mapping[str, Any]:
    return {"disputed_at": context.now}


def _consent_id(case: Case, command: commands.WithdrawConsent | commands.RecordPartiesTold) -> Any:
    return (
        consent_guards.consent_named(case, command)
        if isinstance(command, commands.WithdrawConsent)
        else command.consent_id
    )


def _replaced(_: Case, command: commands.RecordConsent) -> Any:
    return command.replaces


def _aside(case: Case, command: commands.WithdrawConsent, context: Context) -> bool:
    """Say whether no help rests on the consent now; where help does, row 44 alone is the way."""
    return case.stage not in HELPED or not _of_offer(case, command, context)


def _withdrawal(
    rule: str, sources: tuple[Stage, ...], roles: tuple[Role, ...], when: Any, *, tell: bool
) -> Transition[Case]:
    return Transition(
        rule=rule,
        command=commands.WithdrawConsent,
        fact=disclosures.ConsentWithdrawn,
        sources=sources,
        roles=roles,
        when=when,
        guards=(consent_guards.NOT_WITHDRAWN,),
        fills=_withdrawn,
        opens=(deadlines.TELL_PARTIES,) if tell else (),
        meets=("consent_expires",),
        about=_consent_id,
    )


CONSENT_GUARDS = (
    consent_guards.INFORMED,
    consent_guards.RIGHT_PERSON,
    consent_guards.CONSENT_PERIOD,
    consent_guards.PARTIES_NAMED,
    consent_guards.IN_WRITING,
    consent_guards.NOTHING_OF_THE_OFFER,
    consent_guards.REPLACES,
)

CONSENT_ROWS: tuple[Transition[Case], ...] = (
    Transition(
        rule="domain.md 3.13 consent",
        command=commands.RecordConsent,
        fact=facts.ConsentGiven,
        sources=WITH_INFOHUS,
        roles=MUNICIPAL,
        when=_plain,
        guards=CONSENT_GUARDS,
        fills=_recorded,
        opens=(deadlines.CONSENT_EXPIRES,),
        meets=("consent_expires",),
        about=_replaced,
    ),
    Transition(
        rule="domain.md 3.13 consent (renewed)",
        command=commands.RecordConsent,
        fact=facts.ConsentGiven,
        sources=HELPED,
        roles=(Role.CASEWORKER,),
        when=_renews,
        guards=(assessment_guards.ADDRESSED, *CONSENT_GUARDS),
        fills=_recorded,
        opens=(deadlines.CONSENT_EXPIRES,),
        meets=("consent_expires",),
        about=_replaced,
    ),
    Transition(
        rule="domain.md 2.3 row 44",
        command=commands.WithdrawConsent,
        fact=disclosures.ConsentWithdrawn,
        sources=HELPED,
        target=Stage.DECISION_PENDING,
        # The citizen is heard by whoever they tell; what follows is assessed by the caseworker, whose clock it opens.
        roles=MUNICIPAL,
        when=_of_offer,
        guards=(consent_guards.HEARD, consent_guards.NOT_WITHDRAWN),
        fills=_withdrawn,
        opens=(deadlines.ASSESS_WITHOUT_CONSENT,),
        meets=("consent_expires",),
        about=_consent_id,
    ),
    _withdrawal("domain.md 3.13 withdrawal (parties)", WITH_INFOHUS, MUNICIPAL, _names_parties, tell=True),
    _withdrawal("domain.md 3.13 withdrawal", (*WITH_INFOHUS, Stage.CLOSED), MUNICIPAL, _aside, tell=False),
    # The citizen calls who took the consent, also while the police have the case: that is recorded, and shows nothing of it.
    _withdrawal(
        "domain.md 3.13 withdrawal (police alone)",
        (Stage.POLICE_ONLY,),
        (Role.TOVHOLDER_POLITI, Role.TOVHOLDER_KOMMUNE),
        None,
        tell=False,
    ),
    Transition(
        rule="domain.md 3.13 withdrawal (told, T23)",
        command=commands.RecordPartiesTold,
        fact=disclosures.PartiesTold,
        sources=KEPT,
        roles=HANDLERS,
        guards=(consent_guards.TO_BE_TOLD,),
        meets=("tell_parties",),
        about=_consent_id,
    ),
)

SHARING_GUARDS = (
    guards.OWN_PART,
    *guards.PAIRS,
    guards.PURPOSE_FITS,
    guards.RECIPIENT_FITS,
    guards.MINIMISED,
    guards.TIME_OF_SHARE,
    guards.CLEARED_FIRST,
    guards.CONSENT_LIVE,
    guards.TO_CHILD_UNIT,
    guards.ABOUT_MINOR,
)


def _sharing(rule: str, sources: tuple[Stage, ...], roles: tuple[Role, ...]) -> Transition[Case]:
    return Transition(
        rule=rule,
        command=commands.ShareInformation,
        fact=disclosures.InformationShared,
        sources=sources,
        roles=roles,
        guards=SHARING_GUARDS,
        fills=_shared,
    )


def _refusing(rule: str, sources: tuple[Stage, ...], roles: tuple[Role, ...]) -> Transition[Case]:
    """A refusal opens no clock and meets none: nobody hears of it as of a fault (R3)."""
    return Transition(
        rule=rule,
        command=commands.RefuseSharing,
        fact=disclosures.SharingRefused,
        sources=sources,
        roles=roles,
        guards=(guards.OWN_REFUSAL, guards.ASKER_IS_AUTHORITY),
        fills=_refused,
    )


ALONE = ((Stage.POLICE_ONLY,), (Role.TOVHOLDER_POLITI,))

SHARING_ROWS: tuple[Transition[Case], ...] = (
    _sharing("domain.md 4.2", WITH_INFOHUS, HANDLERS),
    _sharing("domain.md 4.2 (police alone)", *ALONE),
    _refusing("domain.md 4.2 R3", WITH_INFOHUS, HANDLERS),
    _refusing("domain.md 4.2 R3 (police alone)", *ALONE),
)

RIGHTS_ROWS: tuple[Transition[Case], ...] = (
    Transition(
        rule="domain.md 4.6 R22",
        command=commands.RecordCitizenTold,
        fact=disclosures.CitizenTold,
        sources=WITH_INFOHUS,
        roles=MUNICIPAL,
        guards=(guards.NOT_TOLD_YET, guards.TOLD_BEFORE_NOW),
        meets=("tell_citizen", "review_telling"),
    ),
    Transition(
        rule="domain.md 4.6 R22 (section 22)",
        command=commands.PostponeTelling,
        fact=disclosures.TellingPostponed,
        sources=WITH_INFOHUS,
        roles=MUNICIPAL,
        guards=(guards.NOT_TOLD_YET, guards.SECTION_22, guards.REVIEW_IN_REACH),
        fills=_postponed,
        opens=(deadlines.REVIEW_TELLING,),
        meets=("tell_citizen", "review_telling"),
    ),
    Transition(
        rule="domain.md 4.6 R23",
        command=commands.DisputeFact,
        fact=disclosures.FactDisputed,
        sources=(*WITH_INFOHUS, Stage.CLOSED),
        roles=MUNICIPAL,
        guards=(guards.FACT_EXISTS,),
        fills=_disputed,
    ),
)

DISCLOSURE_ROWS = (*CONSENT_ROWS, *SHARING_ROWS, *RIGHTS_ROWS)
