"""Whom a case is about, on a real Postgres and over HTTP: sealed, opened by the tovholdere, and no field that is forbidden (3.3)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.assessment.domain.described import FORBIDDEN, age_band
from shared.lifecycle.actor import Role
from tests.integration.assessment.assessment_world import World, person
from tests.integration.assessment.conftest import Installed

K, P, W, D = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.CASEWORKER, Role.DPO
NAME, ADDRESS, PARENTS = "Opdigtet Person", "Opdigtet Vej 1", "To opdigtede forældre"


def described(**changes: Any) -> dict[str, Any]:
    """Return what a tovholder writes down of somebody young."""
    plain = {
        "name": NAME,
        "address": ADDRESS,
        "birth_year": "2012",
        "residence_municipality": "0253",
        "custody_holders": PARENTS,
        "told_by_citizen": True,
        "languages": ["da", "so"],
        "preferred_mentor_gender": "FEMALE",
    }
    return {**plain, **changes}


async def opened_case(world: World, **changes: Any) -> UUID:
    """Return a case of somebody who may be a child."""
    case = await world.routed(**{"minor": "YES", **changes})
    await world.walk(case, "open-case")
    return case


async def rows(installed: Installed, query: str, *values: Any) -> list[Any]:
    """Read the database as its administrator."""
    connection = await asyncpg.connect(installed.admin)
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


async def opening(world: World, case: UUID, texts: list[str], by: Any = K, role: Role = K) -> Any:
    """Ask for texts of a case."""
    body = {"texts": texts, "role": role, "reason": "ASSESSMENT"}
    return await world.post(f"/v1/cases/{case}/open-texts", by, body)


async def test_who_the_person_is_is_sealed_and_opened_by_the_tovholder_on_record(
    world: World, installed: Installed
) -> None:
    case = await opened_case(world)
    await world.give(case, "describe-subject", K, described())

    shown = (await world.case(case))["described"]
    refs = {name: shown[name] for name in ("name", "address", "birth_year", "custody_holders")}
    answer = await opening(world, case, list(refs.values()))

    assert (shown["age_band"], shown["languages"]) == ("12-14", ["da", "so"])
    assert {name: answer.json()["texts"][ref] for name, ref in refs.items()} == {
        "name": NAME,
        "address": ADDRESS,
        "birth_year": "2012",
        "custody_holders": PARENTS,
    }
    classes = await rows(installed, "select class, count(*) from vault.sealed where unit = $1 group by class", case)
    assert {row["class"]: row["count"] for row in classes}["C"] == 4
    looks = await rows(installed, "select class from vault.looks where unit = $1", case)
    assert [row["class"] for row in looks] == ["C"] * 4
    body = await rows(installed, FACT, case)
    for word in (NAME, ADDRESS, "2012", PARENTS):
        assert word not in body[0]["body"], word


FACT = "select body::text as body from assessment.facts where aggregate_id = $1 and type = 'case.subject_described.v1'"


@pytest.mark.parametrize("field", sorted(FORBIDDEN))
async def test_a_forbidden_field_is_refused_with_its_rule_and_nothing_is_kept(world: World, field: str) -> None:
    case = await opened_case(world)
    before = await world.types(case)

    answer = await world.give(case, "describe-subject", K, described(**{field: "En kanariefugl"}), status=422)

    assert answer["code"] == "field_invalid"
    assert "domain.md 3.3, forbidden fields" in answer["detail"]
    assert "kanariefugl" not in json.dumps(answer)
    assert await world.types(case) == before


@pytest.mark.parametrize("field", ["name", "address", "custody_holders"])
async def test_a_cpr_number_in_a_field_is_refused_at_its_position(world: World, field: str) -> None:
    case = await opened_case(world)

    answer = await world.give(case, "describe-subject", K, described(**{field: "Se 010203-1234 her"}), status=422)

    assert (answer["code"], answer["field"]) == ("cpr_in_text", field)
    assert "character 4-14" in answer["detail"]
    assert "010203" not in json.dumps(answer)


REFUSED = [
    ("address_is_protected", {"protected_address": True}),
    ("custody_of_an_adult", {"birth_year": "1980"}),
    ("birth_in_future", {"birth_year": "2999"}),
    ("municipality_unknown", {"residence_municipality": "0411"}),
    ("residence_in_future", {"residence_since": "2999-01-01"}),
    ("field_invalid", {"birth_year": "010203"}),
    ("field_invalid", {"told_by_citizen": False}),
]


@pytest.mark.parametrize(("code", "changes"), REFUSED)
async def test_what_does_not_fit_is_refused(world: World, code: str, changes: dict[str, Any]) -> None:
    case = await opened_case(world)

    assert (await world.give(case, "describe-subject", K, described(**changes), status=422))["code"] == code


async def test_an_address_that_is_protected_from_now_on_is_opened_by_nobody(world: World) -> None:
    case = await opened_case(world)
    await world.give(case, "describe-subject", K, described())
    address = (await world.case(case))["described"]["address"]

    without = {name: value for name, value in described(protected_address=True).items() if name != "address"}
    await world.give(case, "describe-subject", K, without)

    shown = (await world.case(case))["described"]
    assert (shown["protected_address"], shown["address"]) == (True, None)
    assert (await opening(world, case, [address])).status_code == 404


async def test_nobody_else_writes_it_or_opens_it(world: World) -> None:
    case = await opened_case(world)
    await world.give(case, "describe-subject", K, described())
    name = (await world.case(case))["described"]["name"]

    await world.give(case, "describe-subject", P, described(), status=403)
    stranger = person(K, "kommune:0265")
    await world.give(case, "describe-subject", stranger, described(), status=404)
    assert (await opening(world, case, [name], stranger)).status_code == 404
    assert (await opening(world, case, [name], Role.SECRETARIAT, Role.SECRETARIAT)).status_code in (403, 404)
    assert (await opening(world, case, [name], P, P)).status_code == 200


async def test_the_citizen_is_shown_what_is_held_of_them_by_the_officer(world: World) -> None:
    case = await opened_case(world)
    await world.give(case, "describe-subject", K, described())
    asked = {
        "case_id": str(case),
        "requested_by": "SUBJECT",
        "identity_checked": True,
        "regime": "GDPR15",
        "received_at": (world.now() - timedelta(hours=1)).isoformat(),
    }
    insight = (await world.post("/v1/insights", D, asked)).json()["id"]

    answer = await world.get(f"/v1/insights/{insight}/export", D)
    refused = await world.get(f"/v1/insights/{insight}/export", W, 403)

    told = next(item["content"] for item in answer["items"] if "birth_year" in item["content"])
    assert (told["name"], told["address"], told["birth_year"]) == (NAME, ADDRESS, "2012")
    assert told["custody_holders"]["held_back"] == "PERSONS"
    assert refused["code"] == "role_may_not"


def test_who_may_still_be_a_child_counts_as_one() -> None:
    today = date(2026, 11, 21)

    bands = {year: age_band(year, today).value for year in (2026, 2015, 2014, 2013, 2011, 2010, 2008, 2007, 2001, 2000)}

    assert bands == {
        2026: "<12",
        2015: "<12",
        2014: "<12",
        2013: "12-14",
        2011: "12-14",
        2010: "15-17",
        2008: "15-17",
        2007: "18-24",
        2001: "18-24",
        2000: "25+",
    }
