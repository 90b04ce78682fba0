"""What a case holds of consents, shares, refusals, telling and disputes (`domain.md` 3.13, 4.2, 4.6), and how facts change it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts import assessment as facts
from shared.contracts import disclosures
from shared.contracts.assessment_codes import ConsentBy
from shared.contracts.base import Fact
from shared.contracts.corps import Client
from shared.contracts.disclosure_codes import (
    ConsentKind,
    DataCategory,
    Exemption,
    RecipientKind,
    RefusedSharing,
    SharingBasis,
    SharingPurpose,
)

if TYPE_CHECKING:
    from services.assessment.domain.case import Case


class Kept(BaseModel):
    """Base of these parts."""

    model_config = ConfigDict(frozen=True)


class Consent(Kept):
    """A consent of any kind. Whether it is live is asked at the moment of use, never stored (R18)."""

    id: UUID
    kind: ConsentKind
    client: Client
    given_by: ConsentBy
    parties: tuple[str, ...] = ()
    text_version: str
    given_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Say whether something may rest on it at that moment."""
        return self.withdrawn_at is None and self.given_at <= now < self.valid_until


class Share(Kept):
    """A line of the ledger: what went to whom on which basis. Codes and references only."""

    id: UUID
    from_authority: str
    to_authority: str
    recipient_person: UUID
    recipient_kind: RecipientKind
    basis: SharingBasis
    rule_from: date
    purpose: SharingPurpose
    necessity: UUID
    categories: tuple[DataCategory, ...]
    minimisation_checked: bool
    consent_id: UUID | None = None
    shared_at: datetime


class Refusal(Kept):
    """A line of the ledger: an authority did not share (R3)."""

    id: UUID
    from_authority: str
    to_authority: str
    basis: SharingBasis | None = None
    categories: tuple[DataCategory, ...]
    refused_reason: RefusedSharing | None = None
    refused_at: datetime


class Postponement(Kept):
    """Why the citizen is not told yet, and when that is looked at again (R22)."""

    exemption: Exemption
    grounds: UUID
    review_at: datetime


class Dispute(Kept):
    """A fact that the citizen disputes, by its number in the case, and the citizen's version (R23)."""

    disputed: int
    citizens_version: UUID
    disputed_at: datetime


def live_consent(
    consents: Iterable[Consent], kind: ConsentKind, now: datetime, party: str | None = None
) -> Consent | None:
    """Return the live consent of that kind, naming that party if one is asked for; the one that lasts longest of several.

    What a party receives is about the person of the case: a relative's own consent carries none of it (4.2 CONSENT).
    """
    fitting = [each for each in consents if each.kind is kind and each.live(now)]
    if party is not None:
        fitting = [each for each in fitting if party in each.parties and each.client is Client.SUBJECT]
    return max(fitting, key=lambda each: each.valid_until, default=None)


def consent_of(consents: Iterable[Consent], consent_id: UUID | None) -> Consent | None:
    """Return the consent with this id, live or not."""
    return next((each for each in consents if each.id == consent_id), None)


def consent_of_kind(consents: Iterable[Consent], kind: ConsentKind) -> Consent | None:
    """Return the consent of that kind that was not withdrawn; the one that lasts longest of several."""
    standing = [each for each in consents if each.kind is kind and each.withdrawn_at is None]
    return max(standing, key=lambda each: each.valid_until, default=None)


def given(case: Case, fact: facts.ConsentGiven) -> Case:
    """Return the case with a further consent; an offer that was taken is an offer the citizen was told of (R22)."""
    consent = Consent(
        id=fact.consent_id,
        kind=fact.kind,
        client=fact.client,
        given_by=fact.given_by,
        parties=fact.parties,
        text_version=fact.text_version,
        given_at=fact.given_at,
        valid_until=fact.valid_until,
    )
    told = fact.given_at if fact.kind is ConsentKind.OFFER else None
    return case.with_(consents=(*case.consents, consent), told_at=case.told_at or told)


def applied(case: Case, fact: Fact) -> Case:
    """Return the case after what `fact` says of disclosures, telling and disputes; the case as it is for any other fact."""
    match fact:
        case disclosures.ConsentWithdrawn():
            return _withdrawn(case, fact)
        case disclosures.InformationShared():
            share = Share(id=fact.share_id, **_of(fact, Share))
            return case.with_(shares=(*case.shares, share))
        case disclosures.SharingRefused():
            refusal = Refusal(id=fact.refusal_id, **_of(fact, Refusal))
            return case.with_(refusals=(*case.refusals, refusal))
        case disclosures.CitizenTold():
            return case.with_(told_at=fact.told_at, postponed=None)
        case disclosures.TellingPostponed():
            return case.with_(postponed=Postponement(**_of(fact, Postponement)))
        case disclosures.FactDisputed():
            return case.with_(disputes=(*case.disputes, Dispute(**_of(fact, Dispute))))
    return case


def _of(fact: Fact, part: type[Kept]) -> dict[str, object]:
    return {name: getattr(fact, name) for name in part.model_fields if name != "id"}


def _withdrawn(case: Case, fact: disclosures.ConsentWithdrawn) -> Case:
    """Mark the consent; without its consent the offer is no offer. Ratings and history stay as they are (R24)."""
    marked = tuple(
        each.model_copy(update={"withdrawn_at": fact.withdrawn_at}) if each.id == fact.consent_id else each
        for each in case.consents
    )
    case = case.with_(consents=marked)
    if not fact.stops_help:
        return case
    return case.with_(offer=None, granted=(), intervention_id=None, ended_at=None, reviews=(), reopen_asked=False)
