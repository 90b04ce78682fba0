"""The legal basis of each share as versioned data (`domain.md` 4.2), and the predicates that read it.

A rule is never edited once it has held: a change is a new line with a later `valid_from`, so that a share of last year can be
read against the rule of last year. R2 holds by what is missing: no rule has criminal investigation as its purpose, and
no code of `SharingPurpose` says it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.contracts.disclosure_codes import ConsentKind, RecipientKind, SharingBasis, SharingPurpose
from shared.errors import Invalid
from shared.reference.organisations import Organisation, OrganisationKind, organisation

KOMMUNE, POLITI, SCHOOL = OrganisationKind.KOMMUNE, OrganisationKind.POLITI, OrganisationKind.SCHOOL
PSYKIATRI, KRIMINALFORSORG = OrganisationKind.PSYKIATRI, OrganisationKind.KRIMINALFORSORG
LOCAL = frozenset({KOMMUNE, POLITI, SCHOOL, PSYKIATRI, KRIMINALFORSORG})
"""Who may hold data about a person; national offices see counts alone and never receive (R11)."""

ANYONE = frozenset(OrganisationKind)


class Limit(StrEnum):
    """Hard limits of a rule that code can hold (`domain.md` 4.2, column "hard limits")."""

    EMPLOYEES_ONLY = "EMPLOYEES_ONLY"
    WITH_POLICE = "WITH_POLICE"
    WITH_KRIMINALFORSORG = "WITH_KRIMINALFORSORG"
    CHILD_UNIT_ONLY = "CHILD_UNIT_ONLY"
    MAY_BE_MINOR = "MAY_BE_MINOR"
    LOGGED_AFTERWARDS = "LOGGED_AFTERWARDS"


@dataclass(frozen=True, slots=True)
class SharingRule:
    """One line of `domain.md` 4.2: who may give to whom, for what, under which limits, from which day on.

    `consent` is the kind of consent that must be live and name the receiver; None where none is needed. `until` is the day
    before which it holds, None while it is the latest.
    """

    basis: SharingBasis
    senders: frozenset[OrganisationKind]
    receivers: frozenset[OrganisationKind]
    purpose: SharingPurpose
    source: str
    valid_from: date
    consent: ConsentKind | None = None
    limits: frozenset[Limit] = frozenset()
    until: date | None = None

    @property
    def name(self) -> str:
        """Return what an answer calls it, such as `domain.md 4.2 RPL115_SSP [W31][W33], from 2026-01-01`."""
        return f"domain.md 4.2 {self.basis} {self.source}, from {self.valid_from.isoformat()}"

    @property
    def parties(self) -> str:
        """Return who may give to whom, in words for a refusal."""
        return f"{_kinds(self.senders)} -> {_kinds(self.receivers)}"


_FIRST = date(2026, 1, 1)
_NO_PRIVATE = frozenset({Limit.EMPLOYEES_ONLY})

RULES: tuple[SharingRule, ...] = (
    SharingRule(
        SharingBasis.RPL115_SSP,
        senders=frozenset({KOMMUNE, POLITI, SCHOOL, PSYKIATRI}),
        receivers=frozenset({KOMMUNE, POLITI, SCHOOL, PSYKIATRI}),
        purpose=SharingPurpose.CRIME_PREVENTION,
        source="[W31][W33]",
        valid_from=_FIRST,
        limits=_NO_PRIVATE | {Limit.WITH_POLICE},
    ),
    SharingRule(
        SharingBasis.RPL115_PSP,
        senders=frozenset({KOMMUNE, POLITI, PSYKIATRI}),
        receivers=frozenset({KOMMUNE, POLITI, PSYKIATRI}),
        purpose=SharingPurpose.EXPOSED_PERSON,
        source="[W31]",
        valid_from=_FIRST,
        limits=_NO_PRIVATE,
    ),
    SharingRule(
        SharingBasis.RPL115_KSP,
        senders=frozenset({KOMMUNE, POLITI, KRIMINALFORSORG}),
        receivers=frozenset({KOMMUNE, POLITI, KRIMINALFORSORG}),
        purpose=SharingPurpose.RELEASE_OR_CUSTODY,
        source="[W31][W32]",
        valid_from=_FIRST,
        limits=_NO_PRIVATE | {Limit.WITH_KRIMINALFORSORG},
    ),
    SharingRule(
        SharingBasis.BL_UNDERRETNING,
        senders=LOCAL | {OrganisationKind.HOTLINE},
        receivers=frozenset({KOMMUNE}),
        purpose=SharingPurpose.CHILD_SUPPORT,
        source="[W7][W27][W29]",
        valid_from=_FIRST,
        limits=_NO_PRIVATE | {Limit.CHILD_UNIT_ONLY, Limit.MAY_BE_MINOR},
    ),
    SharingRule(
        SharingBasis.FLYTNING,
        senders=frozenset({KOMMUNE}),
        receivers=frozenset({KOMMUNE}),
        purpose=SharingPurpose.CONTINUED_SUPPORT,
        source="[W30]",
        valid_from=_FIRST,
        limits=_NO_PRIVATE | {Limit.MAY_BE_MINOR},
    ),
    SharingRule(
        SharingBasis.CONSENT,
        senders=LOCAL,
        receivers=LOCAL,
        purpose=SharingPurpose.AS_CONSENTED,
        source="[W34]",
        valid_from=_FIRST,
        consent=ConsentKind.SHARE,
    ),
    SharingRule(
        SharingBasis.GANG_EXIT_CONSENT,
        senders=frozenset({KOMMUNE, POLITI, KRIMINALFORSORG}),
        receivers=frozenset({KOMMUNE, POLITI, KRIMINALFORSORG}),
        purpose=SharingPurpose.EXIT_COURSE,
        source="[W51]",
        valid_from=_FIRST,
        consent=ConsentKind.GANG_EXIT,
        limits=_NO_PRIVATE,
    ),
    SharingRule(
        SharingBasis.ACUTE_112,
        senders=ANYONE,
        receivers=frozenset({POLITI}),
        purpose=SharingPurpose.DANGER_TO_LIFE,
        source="[W2b]",
        valid_from=_FIRST,
        limits=_NO_PRIVATE | {Limit.LOGGED_AFTERWARDS},
    ),
    SharingRule(
        SharingBasis.FVL28_GDPR,
        senders=frozenset({KOMMUNE, POLITI, PSYKIATRI, KRIMINALFORSORG}),
        receivers=frozenset({KOMMUNE, POLITI, PSYKIATRI, KRIMINALFORSORG}),
        purpose=SharingPurpose.RECEIVERS_TASK,
        source="[W34][W35]",
        valid_from=_FIRST,
        limits=_NO_PRIVATE,
    ),
)
"""The rules that hold and that held, in any order. A self-governing institution (section 115 paragraph 3) is a `school:`."""


def rule_on(basis: SharingBasis, day: date, rules: Iterable[SharingRule] = RULES) -> SharingRule:
    """Return the rule of a basis on a day. Raises `Invalid` (`sharing.no_rule`) where none holds."""
    held = [r for r in rules if r.basis is basis and r.valid_from <= day and (r.until is None or day < r.until)]
    if not held:
        raise Invalid(
            "sharing.no_rule",
            "no rule of this basis holds on that day",
            field="basis",
            rule=f"domain.md 4.2 {basis}",
            remedy="Choose a basis that holds.",
        )
    return max(held, key=lambda rule: rule.valid_from)


def pair_is_listed(rule: SharingRule, sender: str, receiver: str) -> bool:
    """Say whether the rule lists this sender and this receiver (R1). What is no organisation of ours is not listed."""
    try:
        gives, gets = organisation(sender), organisation(receiver)
    except Invalid:
        return False
    listed = gives.kind in rule.senders and gets.kind in rule.receivers and gives != gets
    return listed and _one_is(rule, Limit.WITH_POLICE, POLITI, gives, gets) and _with_prisons(rule, gives, gets)


def recipient_may_receive(rule: SharingRule, kind: RecipientKind) -> bool:
    """Say whether somebody in that capacity may receive (R4)."""
    return Limit.EMPLOYEES_ONLY not in rule.limits or kind is RecipientKind.EMPLOYEE


def _one_is(rule: SharingRule, limit: Limit, kind: OrganisationKind, *parties: Organisation) -> bool:
    return limit not in rule.limits or any(party.kind is kind for party in parties)


def _with_prisons(rule: SharingRule, *parties: Organisation) -> bool:
    return _one_is(rule, Limit.WITH_KRIMINALFORSORG, KRIMINALFORSORG, *parties)


def _kinds(kinds: frozenset[OrganisationKind]) -> str:
    return "anyone" if kinds == ANYONE else ", ".join(sorted(kinds))
