"""Facts of the case about disclosures, consent and the citizen's rights (`domain.md` 3.13, 4.2, 4.6).

They stand on the case's own topic, `assessment.case.v1`, in the order in which they happened to it. Consent itself is
`shared.contracts.assessment.ConsentGiven`, whatever its kind.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.disclosure_codes import (
    ConsentKind,
    DataCategory,
    Exemption,
    RecipientKind,
    RefusedSharing,
    SharingBasis,
    SharingPurpose,
)


class ConsentWithdrawn(Fact):
    """Row 44 and 3.13: from now on nothing rests on this consent. What was done before stays as it was."""

    type: ClassVar[str] = "case.consent_withdrawn.v1"

    consent_id: UUID
    kind: ConsentKind
    parties: tuple[str, ...] = ()
    """Who had been named as receiving under it, so that they are told (T23)."""
    stops_help: bool
    """True if the present offer rested on it: whoever gives help ends it, in neutral words."""
    withdrawn_at: datetime


class PartiesTold(Fact):
    """T23: those who received under a consent were told that it was withdrawn."""

    type: ClassVar[str] = "case.parties_told.v1"

    consent_id: UUID


class InformationShared(Fact):
    """4.2: information about the citizen went from one authority to a named person at another, on this basis."""

    type: ClassVar[str] = "case.information_shared.v1"

    share_id: UUID
    from_authority: str
    to_authority: str
    recipient_person: UUID
    recipient_kind: RecipientKind
    basis: SharingBasis
    rule_from: date
    """From when the rule holds that was applied, so that the same rule can be read later."""
    purpose: SharingPurpose
    necessity: UUID
    categories: tuple[DataCategory, ...]
    minimisation_checked: bool
    consent_id: UUID | None = None
    shared_at: datetime


class SharingRefused(Fact):
    """R3: an authority did not share. A normal outcome: it opens no clock and nobody is told of a fault."""

    type: ClassVar[str] = "case.sharing_refused.v1"

    refusal_id: UUID
    from_authority: str
    to_authority: str
    basis: SharingBasis | None = None
    categories: tuple[DataCategory, ...]
    refused_reason: RefusedSharing | None = None
    refused_at: datetime


class CitizenTold(Fact):
    """R22: the citizen was told about the case."""

    type: ClassVar[str] = "case.citizen_told.v1"

    told_at: datetime


class TellingPostponed(Fact):
    """R22: telling waits for a reason under section 22, which is looked at again."""

    type: ClassVar[str] = "case.telling_postponed.v1"

    exemption: Exemption
    grounds: UUID
    review_at: datetime


class FactDisputed(Fact):
    """R23: the citizen disputes what a fact says; the own version stands beside it, the fact stays."""

    type: ClassVar[str] = "case.fact_disputed.v1"

    disputed: int
    citizens_version: UUID
    disputed_at: datetime
