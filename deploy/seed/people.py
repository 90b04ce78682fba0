"""Fictional staff for every role, each with a deputy where a deadline can be theirs (`domain.md` 2.1).

A label says the office, such as "Tovholder, Greve kommune"; there are no names. Addresses are in the reserved domain `.example`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TypedDict
from uuid import UUID

from deploy.seed.corps import corps_members
from deploy.seed.references import fictional_ref
from shared.lifecycle.actor import Regime, Role
from shared.reference.districts import all_districts
from shared.reference.municipalities import all_municipalities, regions_on, slug
from shared.reference.organisations import kommune, politi

_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Person:
    """One fictional person. `deputy_ref` stands in when the person is away or silent; deputies themselves have none."""

    person_ref: UUID
    organisation: str
    roles: tuple[Role, ...]
    regime: Regime
    label: str
    email: str
    deputy_ref: UUID | None = None


class IssuerUser(TypedDict):
    """What the development issuer shows on its list of people."""

    person_ref: str
    organisation: str
    roles: list[str]
    regime: str
    label: str


MUNICIPAL = {
    Role.TOVHOLDER_KOMMUNE: "Tovholder",
    Role.CASEWORKER: "Myndighedssagsbehandler",
    Role.CHILD_UNIT: "Modtagelsen for underretninger",
    Role.LOCAL_COORDINATOR: "Korpskoordinator",
    Role.EXIT_COORD: "Exitkoordinator",
    Role.LEADER: "Leder",
    Role.PARTICIPANT: "SSP-konsulent",
    Role.DPO: "Databeskyttelsesrådgiver",
}
POLICE = {
    Role.TOVHOLDER_POLITI: "Politiets tovholder",
    Role.SECRETARIAT: "Sekretariat for Infohus",
    Role.EXIT_COORD: "Politiets exitkoordinator",
    Role.LEADER: "Leder, forebyggelse",
    Role.DPO: "Databeskyttelsesrådgiver",
}
CENTRE = {
    Role.NATIONAL_DESK: "Nationalt korps-bord",
    Role.CENTRE_ADVISER: "Rådgiver",
    Role.STEERING: "Styregruppens sekretariat",
    Role.LEADER: "Leder",
    Role.DPO: "Databeskyttelsesrådgiver",
    Role.AUDITOR: "Revision",
    Role.OPERATOR: "Drift",
}
PRISON = {
    Role.PARTICIPANT: "Kriminalforsorgens deltager",
    Role.EXIT_COORD: "Kriminalforsorgens exitkoordinator",
    Role.DPO: "Databeskyttelsesrådgiver",
    Role.PRO_REPORTER: "Fagperson",
}
PSYCHIATRY = {Role.PARTICIPANT: "Psykiatriens deltager", Role.PRO_REPORTER: "Fagperson"}
HOTLINE_DESKS = 4


@cache
def people() -> tuple[Person, ...]:
    """Return everybody, in a fixed order: principal, deputy, principal, ..."""
    return (*_municipal(), *_schools(), *_police(), *_national(), *_psychiatry(), *_corps())


@cache
def person(role: Role, organisation: str, *, deputy: bool = False) -> Person:
    """Return the person who has the role there (the first, or the first's deputy); raises KeyError if there is nobody."""
    found = [one for one in people() if one.organisation == organisation and role in one.roles]
    if not found:
        raise KeyError(f"nobody has the role {role} at {organisation}")
    first = found[0]
    return next(one for one in found if one.person_ref == first.deputy_ref) if deputy else first


def issuer_users() -> list[IssuerUser]:
    """Return everybody as the development issuer needs them; ready for JSON."""
    return [
        {
            "person_ref": str(one.person_ref),
            "organisation": one.organisation,
            "roles": [str(role) for role in one.roles],
            "regime": str(one.regime),
            "label": one.label,
        }
        for one in people()
    ]


def _municipal() -> list[Person]:
    return [
        one
        for place in all_municipalities()
        for role, title in MUNICIPAL.items()
        for one in _with_deputy(role, kommune(place.code), f"{title}, {place.name} kommune", Regime.GDPR)
    ]


def _schools() -> list[Person]:
    return [
        one
        for place in all_municipalities()
        for one in _with_deputy(
            Role.PRO_REPORTER,
            f"school:{slug(place.name)}-01",
            f"Fagperson, skole 01 i {place.name} kommune",
            Regime.GDPR,
        )
    ]


def _police() -> list[Person]:
    return [
        one
        for district in all_districts()
        for role, title in POLICE.items()
        for one in _with_deputy(role, politi(district.slug), f"{title}, {district.name} politikreds", Regime.LED)
    ]


def _national() -> list[Person]:
    centre = [
        one
        for role, title in CENTRE.items()
        for one in _with_deputy(role, "centre:national", f"{title}, det nationale center", Regime.GDPR)
    ]
    prison = [
        one
        for role, title in PRISON.items()
        for one in _with_deputy(role, "kriminalforsorg:national", f"{title}, Kriminalforsorgen", Regime.LED)
    ]
    desks = [
        one
        for number in range(1, HOTLINE_DESKS + 1)
        for one in _with_deputy(
            Role.HOTLINE_ADVISER,
            "hotline:national",
            f"Rådgiver {number}, National Hotline",
            Regime.GDPR,
            f"{number:02}",
        )
    ]
    leader = _with_deputy(Role.LEADER, "hotline:national", "Leder, National Hotline", Regime.GDPR)
    return [*centre, *prison, *desks, *leader]


def _psychiatry() -> list[Person]:
    regions = sorted({*regions_on(_DAY), *regions_on(date(2027, 1, 1))})
    return [
        one
        for region in regions
        for role, title in PSYCHIATRY.items()
        for one in _with_deputy(role, f"psykiatri:{slug(region)}", f"{title}, Region {region}", Regime.GDPR)
    ]


def _corps() -> list[Person]:
    return [
        Person(
            member.member_ref,
            kommune(member.municipality),
            (Role.CORPS_MEMBER,),
            Regime.GDPR,
            member.label,
            _email(Role.CORPS_MEMBER, kommune(member.municipality), member.number),
        )
        for member in corps_members()
    ]


def _with_deputy(role: Role, organisation: str, label: str, regime: Regime, number: str = "") -> list[Person]:
    ref, deputy_ref = (fictional_ref(role, organisation, number, part) for part in ("principal", "deputy"))
    deputy_number = f"{number}-deputy" if number else "deputy"
    return [
        Person(ref, organisation, (role,), regime, label, _email(role, organisation, number), deputy_ref),
        Person(
            deputy_ref,
            organisation,
            (role,),
            regime,
            f"Stedfortræder: {label}",
            _email(role, organisation, deputy_number),
        ),
    ]


def _email(role: Role, organisation: str, number: str) -> str:
    """Return `role.organisation@tovholder.example`, with a number or `deputy` between where several have the role."""
    words = (role.lower().replace("_", "-"), number, organisation.replace(":", "-"))
    return f"{'.'.join(word for word in words if word)}@tovholder.example"
