"""The fictional Denmark of the demo is whole, deterministic and names nobody."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from deploy.seed import CORPS_MUNICIPALITIES, HelpKind, corps_members, help_offers, issuer_users, people, person
from services.corps.domain.matching import Candidate, Gender, Kind, Level, Requirement, rank
from shared.lifecycle.actor import Regime, Role
from shared.reference.districts import all_districts, district_of
from shared.reference.municipalities import all_municipalities
from shared.reference.organisations import kommune, organisation, politi

DAY = date(2026, 11, 20)


def test_every_role_of_staff_has_somebody() -> None:
    staffed = {role for one in people() for role in one.roles}
    assert staffed == set(Role) - {Role.SYSTEM, Role.PUBLIC}


def test_every_municipality_and_district_is_staffed_with_deputies() -> None:
    for place in all_municipalities():
        for role in (Role.TOVHOLDER_KOMMUNE, Role.CASEWORKER, Role.CHILD_UNIT, Role.LOCAL_COORDINATOR, Role.LEADER):
            assert (
                person(role, kommune(place.code)).deputy_ref
                == person(role, kommune(place.code), deputy=True).person_ref
            )
    for district in all_districts():
        for role in (Role.TOVHOLDER_POLITI, Role.SECRETARIAT):
            assert person(role, politi(district.slug)).regime is Regime.LED


def test_references_and_addresses_are_unique_and_the_seed_is_the_same_again() -> None:
    assert len({one.person_ref for one in people()}) == len({one.email for one in people()}) == len(people())
    people.cache_clear()
    first = [one.person_ref for one in people()]
    people.cache_clear()
    assert [one.person_ref for one in people()] == first
    assert str(person(Role.TOVHOLDER_KOMMUNE, "kommune:0253").person_ref) == "a3ab9542-787d-52ef-a472-7e77ed26af63"


def test_every_organisation_is_valid_and_every_address_is_an_example() -> None:
    for one in people():
        organisation(one.organisation)
        assert one.email.endswith("@tovholder.example")
        assert one.email.isascii()
    assert all(offer.contact.isascii() and offer.contact.endswith(".example") for offer in help_offers())


def test_the_issuer_list_is_json() -> None:
    listed = json.loads(json.dumps(issuer_users()))
    assert set(listed[0]) == {"person_ref", "organisation", "roles", "regime", "label"}
    assert "Tovholder, Greve kommune" in {one["label"] for one in listed}


def test_the_corps_has_a_hundred_members_in_22_municipalities_and_some_districts_have_none() -> None:
    assert len(corps_members()) == 100
    assert len(CORPS_MUNICIPALITIES) == 22
    hosts = {district_of(code).slug for code in CORPS_MUNICIPALITIES}
    assert {one.slug for one in all_districts()} - hosts == {"bornholm", "sydsjaelland-og-lolland-falster"}


def test_every_host_has_a_woman_and_a_man_and_both_kinds_of_work() -> None:
    for code in CORPS_MUNICIPALITIES:
        members = [one for one in corps_members() if one.municipality == code]
        assert {one.gender for one in members} == {Gender.FEMALE, Gender.MALE}
        assert {kind.kind for one in members for kind in one.trainings} == {Kind.MENTOR, Kind.PARENT_COACH}


def test_who_is_in_the_corps_does_not_depend_on_the_day() -> None:
    later = corps_members(date(2027, 5, 1))
    assert [one.member_ref for one in later] == [one.member_ref for one in corps_members()]
    json.dumps([one.as_json() for one in later])


def test_a_woman_can_be_borrowed_from_another_district_and_a_rare_language_blocks() -> None:
    corps = [
        Candidate(
            one.member_ref, one.municipality, one.trainings, one.languages, gender=one.gender, skills=one.skills, lendable=one.lendable,
            max_distance_km=one.max_distance_km, conflict=False, serves_relative=False, serves_opponent=False,
        )
        for one in corps_members()
    ]  # fmt: skip
    wish: dict[str, Any] = {"gender_wish": Gender.FEMALE, "gender_required": True}
    ref = corps[0].member_ref
    found = rank(Requirement(ref, Kind.MENTOR, "0370", ("ar",), DAY, **wish), corps, today=DAY)
    assert found.proposals
    assert all(option.loan for option in found.proposals)
    none = rank(Requirement(ref, Kind.MENTOR, "0860", ("ti",), DAY, **wish), corps, today=DAY)
    assert none.blocking is not None
    assert none.blocking.codes == ("H4",)
    assert Level.C2 in corps[0].languages.values()


def test_every_kind_of_help_is_found_from_every_municipality() -> None:
    for place in all_municipalities():
        assert {offer.kind for offer in help_offers(place.code)} == set(HelpKind)
