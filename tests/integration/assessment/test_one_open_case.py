"""One open case about a person in the whole country (`domain.md` 3.4): found by CPR, named by Infohus, let go when closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.assessment.tables import SPINE
from shared.lifecycle.actor import Role
from tests.integration.assessment.assessment_world import World, both, person, routed

K, P = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI
ELSEWHERE = {"municipality": "0461", "police_district": "fyn"}
FROM_ELSEWHERE = person(K, "kommune:0461")
YES = {"accepts_responsibility": True, "purpose_plausible": True}


async def _elsewhere(world: World) -> UUID:
    """Route a concern to Odense; return its case as its tovholder sees it."""
    concern = uuid4()
    await world.tell(routed(world.now(), **ELSEWHERE), f"concern/{concern}", sequence=2)
    (case,) = (await world.get(f"/v1/cases?concern={concern}", FROM_ELSEWHERE))["items"]
    return UUID(case["id"])


async def _open(world: World, case: UUID, cpr: str, by: Any = K) -> Any:
    body = {**YES, "cpr": cpr}
    return await world.post(f"/v1/cases/{case}/open-case", by, body, version=await world.version(case))


async def test_a_second_case_about_a_person_is_refused_and_names_the_infohus_alone(world: World) -> None:
    first, second = await world.routed(), await _elsewhere(world)
    assert (await _open(world, first, "010190-9995")).status_code == 200

    refused = await _open(world, second, "0101909995", FROM_ELSEWHERE)

    assert refused.status_code == 409
    told = refused.json()
    assert (told["code"], told["infohus"]) == ("person_has_open_case", "politi:midt-og-vestsjaelland")
    assert str(first) not in refused.text
    assert "0253" not in refused.text
    assert "0101909995" not in refused.text
    assert (await world.case(second, FROM_ELSEWHERE))["stage"] == "C2"


async def test_of_two_who_open_at_once_one_is_refused(world: World) -> None:
    first, second = await world.routed(), await _elsewhere(world)

    answers = await both(_open(world, first, "0201909995"), _open(world, second, "0201909995", FROM_ELSEWHERE))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_closed_case_lets_the_person_go_and_a_merged_concern_is_no_case(world: World) -> None:
    first, second, third = await world.routed(), await _elsewhere(world), await world.routed()
    assert (await _open(world, first, "0301909995")).status_code == 200
    await world.give(third, "merge-concern", K, {"into": str(first), "same_subject_confirmed": True})
    assert (await _open(world, second, "0301909995", FROM_ELSEWHERE)).status_code == 409
    for by in (K, P):
        await world.give(first, "close-without-action", by, {"reason": "A1"})
    assert (await world.case(first))["stage"] == "K13"

    assert (await _open(world, second, "0301909995", FROM_ELSEWHERE)).status_code == 200


async def test_a_case_reopened_over_another_ones_is_refused(world: World) -> None:
    first, second, news = await world.routed(), await _elsewhere(world), await world.routed()
    assert (await _open(world, first, "0401909995")).status_code == 200
    for by in (K, P):
        await world.give(first, "close-without-action", by, {"reason": "A1"})
    assert (await _open(world, second, "0401909995", FROM_ELSEWHERE)).status_code == 200

    refused = await world.post(
        f"/v1/cases/{first}/reopen-case", K, {"concern_case": str(news)}, version=await world.version(first)
    )

    assert refused.status_code == 409, refused.text
    assert refused.json()["code"] == "person_has_open_case"
    assert (await world.case(first))["stage"] == "K13"


async def test_without_cpr_nothing_is_matched(world: World) -> None:
    for _ in range(2):
        await world.give(await world.routed(), "open-case", K, YES)


async def test_the_number_is_in_no_fact_and_the_reference_is(world: World) -> None:
    case = await world.routed()
    assert (await _open(world, case, "0501909995")).status_code == 200

    table = SPINE.facts
    async with world.work.begin() as tx:
        rows = (await tx.session.execute(sa.select(table.c.body).where(table.c.aggregate_id == case))).scalars().all()

    assert not any("0501909995" in str(body) for body in rows)
    assert [UUID(body["subject_ref"]) for body in rows if "subject_ref" in body]


async def test_a_number_that_cannot_be_one_is_refused_at_its_field(world: World) -> None:
    refused = await _open(world, await world.routed(), "3102909995")

    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["field"]) == ("cpr_malformed", "cpr")
    assert "3102909995" not in refused.text


async def test_a_number_is_not_looked_at_for_who_may_not_see_the_case(world: World) -> None:
    """Else how long the answer takes would tell whether the person is known, with no case and no trace."""
    stranger = person(K, "kommune:0461")

    refused = await _open(world, await world.routed(), "3102909995", stranger)

    assert (refused.status_code, refused.json()["code"]) == (404, "case_not_found")
