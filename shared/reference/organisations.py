"""Organisation codes: `kommune:0253`, `politi:fyn`, `hotline:national`, `school:<slug>`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.errors import Invalid
from shared.reference.districts import district, district_of
from shared.reference.municipalities import OESTDANMARK_FROM, municipality, regions_on, slug


class OrganisationKind(StrEnum):
    """What stands before the colon."""

    KOMMUNE = "kommune"
    POLITI = "politi"
    HOTLINE = "hotline"
    CENTRE = "centre"
    SCHOOL = "school"
    KRIMINALFORSORG = "kriminalforsorg"
    PSYKIATRI = "psykiatri"


_NATIONAL = frozenset({OrganisationKind.HOTLINE, OrganisationKind.CENTRE, OrganisationKind.KRIMINALFORSORG})
_PET = "pet"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A parsed and checked code; `str()` gives it back."""

    kind: OrganisationKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    @property
    def municipality(self) -> str | None:
        """Return the municipality code of a kommune, else None."""
        return self.key if self.kind is OrganisationKind.KOMMUNE else None

    @property
    def police_district(self) -> str | None:
        """Return the slug of the district in which a kommune or police organisation works, else None."""
        if self.kind is OrganisationKind.POLITI:
            return self.key
        return municipality(self.key).police_district if self.kind is OrganisationKind.KOMMUNE else None


def organisation(code: str) -> Organisation:
    """Parse and check an organisation code; raises `Invalid` that says which part is wrong."""
    prefix, _, key = code.partition(":")
    try:
        kind = OrganisationKind(prefix)
    except ValueError:
        raise _invalid("an organisation code starts with a known kind and a colon") from None
    if kind is OrganisationKind.KOMMUNE:
        municipality(key)
    elif kind is OrganisationKind.POLITI:
        district(key)
    elif kind in _NATIONAL and key != "national":
        raise _invalid("this kind of organisation has only the key national")
    elif kind is OrganisationKind.PSYKIATRI and key not in _region_slugs():
        raise _invalid("the key of a psykiatri is the slug of a region")
    elif not _SLUG.fullmatch(key):
        raise _invalid("the key is lower-case letters, digits and single hyphens")
    elif _PET in key.split("-"):
        raise _invalid("PET is outside the law that governs this platform and has no part in it (domain.md 4.1)")
    return Organisation(kind, key)


def kommune(code: str) -> str:
    """Return the organisation code of a municipality; raises `Invalid` for an unknown one."""
    return str(Organisation(OrganisationKind.KOMMUNE, municipality(code).code))


def politi(key: str) -> str:
    """Return the organisation code of the police of a district; raises `Invalid` for an unknown slug."""
    return str(Organisation(OrganisationKind.POLITI, district(key).slug))


def politi_of(code: str) -> str:
    """Return the organisation code of the police that work in the municipality with `code`."""
    return politi(district_of(code).slug)


def psykiatri_of(code: str, on: date) -> str:
    """Return the organisation code of the psychiatry of the municipality's region on that day."""
    return str(Organisation(OrganisationKind.PSYKIATRI, slug(municipality(code).region_on(on))))


def _region_slugs() -> frozenset[str]:
    """Return the slugs of every region that exists or existed, so that an old record can still be read."""
    before = date(2026, 12, 31)
    return frozenset(slug(name) for day in (before, OESTDANMARK_FROM) for name in regions_on(day))


def _invalid(detail: str) -> Invalid:
    return Invalid(
        "reference.organisation",
        detail,
        field="organisation",
        rule="organisation codes, shared/reference/organisations.py",
        remedy="use a code such as kommune:0253, politi:fyn, school:koege-01 or hotline:national",
    )
