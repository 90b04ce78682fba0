"""Commands on consents, shares and the citizen's rights (`domain.md` 3.13, 4.2, 4.6); texts still plain."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.assessment_codes import AuthorityUnit, ConsentBy
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
from shared.contracts.requirements import MatchRequirements
from shared.lifecycle.table import Command
from shared.lifecycle.text import MAX_TEXT, CaseText

SHORTEST_NECESSITY = 20
"""Characters of a necessity text at least (`domain.md` 3.13)."""

Authority = Annotated[
    str, Field(pattern=r"^[a-z]{3,20}:[a-z0-9-]{1,60}$", description="organisation, such as politi:fyn")
]
Categories = Annotated[tuple[DataCategory, ...], Field(min_length=1, max_length=len(DataCategory))]


def _long_enough(text: Any) -> Any:
    if isinstance(text, str) and len(text.strip()) < SHORTEST_NECESSITY:
        raise ValueError(f"say in at least {SHORTEST_NECESSITY} characters why it is necessary (R1)")
    return text


_SHOWN = {
    "type": "string",
    "minLength": SHORTEST_NECESSITY,
    "maxLength": MAX_TEXT,
    "description": "free text; sealed on arrival",
}
Necessity = Annotated[CaseText, BeforeValidator(_long_enough), WithJsonSchema(_SHOWN)]


class RecordConsent(Command):
    """Record a consent: who consented, to what, until when. One of kind OFFER takes the offer."""

    kind: ConsentKind = ConsentKind.OFFER
    client: Client
    given_by: ConsentBy
    specific_informed_revocable: bool
    in_writing: bool = False
    text_version: str = Field(pattern=r"^[a-z0-9.-]{1,40}$")
    given_at: AwareDatetime
    valid_until: AwareDatetime
    parties: tuple[Authority, ...] = Field(
        default=(), max_length=20, description="who may receive, for SHARE and GANG_EXIT"
    )
    replaces: UUID | None = None
    needs_corps_member: bool = False
    requirements: MatchRequirements | None = None


class WithdrawConsent(Command):
    """Record that a consent was withdrawn. It needs no reason, and nothing follows from it for the citizen (R24).

    It is named by its reference, or by its kind, which is what the municipality still knows of it while police have the case:
    of several of a kind the one that would last longest.
    """

    consent_id: UUID | None = None
    kind: ConsentKind | None = None

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if (self.consent_id is None) == (self.kind is None):
            raise PydanticCustomError("consent_named_once", "name the consent by consent_id or by kind, one of both")
        return self


class RecordPartiesTold(Command):
    """Record that those who received under a consent know that it was withdrawn."""

    consent_id: UUID


class ShareInformation(Command):
    """Record that information goes, or under ACUTE_112 went, to a named person at another authority."""

    from_authority: Authority
    to_authority: Authority
    recipient_person: UUID
    recipient_kind: RecipientKind
    to_unit: AuthorityUnit | None = None
    basis: SharingBasis
    purpose: SharingPurpose
    necessity: Necessity
    categories: Categories
    minimisation_checked: bool
    happened_at: AwareDatetime | None = None


class RefuseSharing(Command):
    """Record that the own authority does not share. A normal answer, with or without a reason."""

    from_authority: Authority
    to_authority: Authority
    basis: SharingBasis | None = None
    categories: Categories
    refused_reason: RefusedSharing | None = None


class RecordCitizenTold(Command):
    """Record that the citizen was told about the case."""

    told_at: AwareDatetime


class PostponeTelling(Command):
    """Tell the citizen later, for a section 22 reason that is looked at again within 90 days."""

    exemption: Exemption
    grounds: CaseText
    review_on: date


class DisputeFact(Command):
    """Mark a fact as disputed, with the citizen's own version beside it."""

    disputed: int = Field(ge=1)
    citizens_version: CaseText
