"""A fictional help directory: where help is, by municipality (`domain.md` 3.14). Addresses are in the reserved domain `.example`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from uuid import UUID

from deploy.seed.references import fictional_ref
from shared.reference.municipalities import all_municipalities, slug


class HelpKind(StrEnum):
    """Kinds of help (`domain.md` 3.14)."""

    PARENT_NETWORK = "PARENT_NETWORK"
    COUNSELLING = "COUNSELLING"
    YOUTH = "YOUTH"
    SSP = "SSP"
    EXIT_EXTERNAL = "EXIT_EXTERNAL"
    HONOUR_CONFLICT = "HONOUR_CONFLICT"
    PSYCHIATRY = "PSYCHIATRY"
    HOTLINE = "HOTLINE"


@dataclass(frozen=True, slots=True)
class HelpOffer:
    """One offer; `municipality` None is the whole country. `checked_on` is when somebody last saw that it holds."""

    offer_ref: UUID
    municipality: str | None
    kind: HelpKind
    name: str
    contact: str
    languages: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    checked_on: date


FROM = date(2026, 1, 1)
CHECKED = date(2026, 10, 1)
LOCAL = {
    HelpKind.PARENT_NETWORK: ("Forældrenetværk", "foraeldrenetvaerk"),
    HelpKind.COUNSELLING: ("Åben rådgivning for familier", "raadgivning"),
    HelpKind.YOUTH: ("Ungerådgivning", "unge"),
    HelpKind.SSP: ("SSP-konsulent", "ssp"),
    HelpKind.PSYCHIATRY: ("Åben psykiatrisk rådgivning", "psykiatri"),
}
NATIONAL = {
    HelpKind.EXIT_EXTERNAL: ("Anonym exitrådgivning", "kontakt@exit.example"),
    HelpKind.HONOUR_CONFLICT: ("Rådgivning om æresrelaterede konflikter", "kontakt@aereskonflikter.example"),
    HelpKind.HOTLINE: ("National Hotline", "kontakt@hotline.example"),
}
LEAFLET_LANGUAGES = ("da", "en", "ar", "so", "tr", "ur")
"""Danish and the languages of the leaflet [S1]."""


@cache
def help_offers(municipality: str | None = None) -> tuple[HelpOffer, ...]:
    """Return the offers: of one municipality with the national ones, or all."""
    local = tuple(
        _offer(place.code, kind, f"{name}, {place.name} kommune", f"{mailbox}@{slug(place.name)}.example", ("da", "en"))
        for place in all_municipalities()
        for kind, (name, mailbox) in LOCAL.items()
        if municipality in (None, place.code)
    )
    return local + tuple(
        _offer(None, kind, name, contact, LEAFLET_LANGUAGES) for kind, (name, contact) in NATIONAL.items()
    )


def _offer(code: str | None, kind: HelpKind, name: str, contact: str, languages: tuple[str, ...]) -> HelpOffer:
    ref = fictional_ref("HELP", code or "national", kind)
    return HelpOffer(ref, code, kind, name, contact, languages, FROM, None, CHECKED)
