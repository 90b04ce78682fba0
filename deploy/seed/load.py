"""Puts the fictional Denmark into the running services, over HTTP as the people would who keep these lists. May be run again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from deploy.config import StackConfig
from deploy.demo.people import Office, Person, StoryFailed
from deploy.local.issuer_core import write_users
from deploy.seed.corps import CORPS_MUNICIPALITIES, corps_members
from deploy.seed.help import help_offers
from deploy.seed.people import issuer_users, people, person
from shared.lifecycle.actor import Role
from shared.reference.districts import all_districts
from shared.reference.municipalities import all_municipalities

T = TypeVar("T")


async def load(office: Office, config: StackConfig, today: date) -> dict[str, int]:
    """Load staff, corps and help directory; return what was loaded, by name."""
    write_users(config.issuer_users, [dict(user) for user in issuer_users()])
    staff = [json.loads(json.dumps(_listed(each), default=str)) for each in people()]
    desk = Person(office, Role.STEERING, "centre:national", person(Role.STEERING, "centre:national").person_ref)
    for some in _in_parts(staff, 300):
        await _put(desk, "/notify/v1/people", {"people": some}, method="POST")  # a part of an organisation's, perhaps
    members = [member.as_json() for member in corps_members(today)]
    national = Person(
        office, Role.NATIONAL_DESK, "centre:national", person(Role.NATIONAL_DESK, "centre:national").person_ref
    )
    day = today.replace(month=1, day=1).isoformat()
    hosts = [{"municipality": code, "valid_from": day} for code in CORPS_MUNICIPALITIES]
    await _put(national, "/corps/v1/corps-municipalities", {"municipalities": hosts})
    for member in members:
        await national.create("/corps/v1/members", member)
    offers = [json.loads(json.dumps(_offer(each), default=str)) for each in help_offers()]
    adviser = Person(
        office, Role.CENTRE_ADVISER, "centre:national", person(Role.CENTRE_ADVISER, "centre:national").person_ref
    )
    for some in _in_parts(offers, 200):
        await _put(adviser, "/intake/v1/help-offers", {"offers": some})
    return {
        "municipalities": len(all_municipalities(today)),
        "districts": len(all_districts()),
        "persons at work": len(staff),
        "corps members": len(members),
        "offers of help": len(offers),
    }


def _listed(each: Any) -> dict[str, Any]:
    return {
        "person_ref": each.person_ref,
        "organisation": each.organisation,
        "roles": list(each.roles),
        "email": each.email,
        "deputy_ref": each.deputy_ref,
    }


def _offer(each: Any) -> dict[str, Any]:
    names = ("municipality", "kind", "name", "contact", "languages", "valid_from", "valid_to", "checked_on")
    return {"id": each.offer_ref, **{name: getattr(each, name) for name in names}}


async def _put(who: Person, path: str, body: dict[str, Any], *, method: str = "PUT") -> None:
    found = await who.send(method, path, body)
    if found.status not in (200, 201, 204):
        raise StoryFailed(f"{who.role} puts {path}: {found.status} {found.code} {found.body.get('detail')}")


def _in_parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
