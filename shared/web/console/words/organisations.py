"""What an organisation is called, by its code: `kommune:0253` is Greve Kommune, or Greve Municipality."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from shared.errors import Invalid
from shared.reference.districts import district
from shared.reference.municipalities import OESTDANMARK_FROM, municipality, regions_on, slug
from shared.reference.organisations import Organisation, OrganisationKind, organisation
from shared.web.console.language import N_, Language

POLICE: Final[Mapping[str, str]] = {
    "bornholm": N_("Bornholms Politi"),
    "fyn": N_("Fyns Politi"),
    "koebenhavn": N_("Københavns Politi"),
    "koebenhavns-vestegn": N_("Københavns Vestegns Politi"),
    "midt-og-vestjylland": N_("Midt- og Vestjyllands Politi"),
    "midt-og-vestsjaelland": N_("Midt- og Vestsjællands Politi"),
    "nordjylland": N_("Nordjyllands Politi"),
    "nordsjaelland": N_("Nordsjællands Politi"),
    "oestjylland": N_("Østjyllands Politi"),
    "syd-og-soenderjylland": N_("Syd- og Sønderjyllands Politi"),
    "sydoestjylland": N_("Sydøstjyllands Politi"),
    "sydsjaelland-og-lolland-falster": N_("Sydsjællands og Lolland-Falsters Politi"),
}
"""The districts by slug. A Danish name takes its own ending before Politi, so they are written out."""

OWN_NAME: Final[Mapping[str, str]] = {
    "0101": N_("Københavns Kommune"),
    "0400": N_("Bornholms Regionskommune"),
}
"""Municipalities that do not call themselves by their name and Kommune."""

NATIONAL: Final[Mapping[str, str]] = {
    "hotline": N_("Hotlinen"),
    "centre": N_("Nationalt Center for Forebyggelse af Ekstremisme"),
    "kriminalforsorg": N_("Kriminalforsorgen"),
}
"""Organisations of which there is one, by what stands before the colon."""


def organisation_called(code: str, language: Language) -> str:
    """Return what an organisation is called; of a code that is none of ours, the code itself: a page about it still opens."""
    try:
        known = organisation(code)
    except Invalid:
        return code
    if known.kind is OrganisationKind.KOMMUNE:
        return municipality_called(known.key, language)
    if known.kind is OrganisationKind.POLITI:
        return language.gettext(POLICE[known.key])
    if known.kind in NATIONAL:
        return language.gettext(NATIONAL[known.kind])
    return _of_many(known, language)


def municipality_called(code: str, language: Language) -> str:
    """Return what a municipality is called: Greve Kommune. Raises `Invalid` for an unknown code."""
    name = municipality(code).name
    if code in OWN_NAME:
        return language.gettext(OWN_NAME[code])
    return language.gettext("%(name)s Kommune") % {"name": name}


def infohus_called(slug_of_district: str, language: Language) -> str:
    """Return what the Infohus of a police district is called: Infohus Fyn. Raises `Invalid` for an unknown one."""
    return language.gettext("Infohus %(name)s") % {"name": district(slug_of_district).name}


def _of_many(known: Organisation, language: Language) -> str:
    """Return the words for a school, whose register is not ours, or for the psychiatry of a region."""
    if known.kind is OrganisationKind.SCHOOL:
        return language.gettext("Skole %(key)s") % {"key": known.key}
    return language.gettext("Psykiatrien i Region %(name)s") % {"name": _regions()[known.key]}


def _regions() -> Mapping[str, str]:
    """Return the names of every region that exists or existed, by slug."""
    days = (date(2026, 12, 31), OESTDANMARK_FROM)
    return {slug(name): name for day in days for name in regions_on(day)}
