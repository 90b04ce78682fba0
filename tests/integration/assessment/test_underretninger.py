"""The underretning on a real Postgres: one a concern, beside every stage of the case, for the child unit's eyes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.lifecycle.actor import Role
from tests.integration.assessment.assessment_world import World, acute, both, person, routed

U = Role.CHILD_UNIT
NEED = {"minor": "YES", "possible_need_of_support": True}


async def of(world: World, concern: UUID) -> list[dict[str, Any]]:
    return (await world.get(f"/v1/underretninger?concern={concern}", U))["items"]


@pytest.mark.parametrize(("minor", "count"), [("YES", 1), ("UNKNOWN", 1), ("NO", 0)])
async def test_a_concern_about_a_child_starts_the_track_beside_the_case(world: World, minor: str, count: int) -> None:
    concern = uuid4()
    await world.tell(routed(world.now(), minor=minor), f"concern/{concern}")

    found = await of(world, concern)

    assert len(found) == count
    for each in found:
        assert (each["stage"], each["made_by_authority"]) == ("U1", "hotline:national")
        (case,) = (await world.get(f"/v1/cases?concern={concern}"))["items"]
        assert each["case_id"] == case["id"]
        assert set(await world.open_clocks(UUID(each["id"]))) == {"assess_underretning", "send_receipt"}


async def test_24_hours_count_from_the_routing(world: World) -> None:
    concern = uuid4()
    before = world.now()
    await world.tell(routed(before, minor="YES"), f"concern/{concern}")

    (found,) = await of(world, concern)
    one = await world.get(f"/v1/underretninger/{found['id']}", U)
    (clock,) = [clock for clock in one["clocks"] if clock["kind"] == "assess_underretning"]

    due = datetime.fromisoformat(clock["due_at"]) - datetime.fromisoformat(found["received_at"])
    assert (due, clock["sourced"]) == (timedelta(hours=24), True)


async def test_an_alarm_then_the_routing_make_one_underretning_that_learns_its_case(world: World) -> None:
    concern = uuid4()
    await world.tell(acute(), f"concern/{concern}", sequence=2)
    (alone,) = await of(world, concern)

    await world.tell(routed(world.now(), minor="YES", acute=True), f"concern/{concern}", sequence=4)

    (found,) = await of(world, concern)
    assert found["id"] == alone["id"]
    assert (alone["case_id"], alone["notifier_known"]) == (None, False)
    assert (found["case_id"] is not None, found["notifier_known"]) == (True, True)
    assert set(await world.open_clocks(UUID(found["id"]))) == {"assess_underretning", "send_receipt"}


async def test_an_alarm_without_a_municipality_waits_for_the_routing(world: World) -> None:
    concern = uuid4()
    await world.tell(acute(subject_municipality=None), f"concern/{concern}")

    assert await of(world, concern) == []


async def test_the_track_runs_to_its_end(world: World) -> None:
    concern = uuid4()
    await world.tell(routed(world.now(), minor="YES"), f"concern/{concern}")
    (found,) = await of(world, concern)
    path = f"/v1/underretninger/{found['id']}"

    for version, (command, body) in enumerate(
        [
            ("assess-underretning", {"acute": False}),
            ("send-receipt", {}),
            ("decide-investigation", {"follow_up": "P20"}),
        ]
    ):
        answer = await world.post(f"{path}/{command}", U, body, version=3 + 2 * version)
        assert answer.status_code == 200, answer.text
    answer = await world.post(f"{path}/close-underretning", U, {}, version=answer.json()["version"])

    assert answer.json()["stage"] == "U4"
    assert await world.open_clocks(UUID(found["id"])) == {}


async def test_anyone_in_public_service_makes_one_and_the_police_taking_over_stops_nobody(world: World) -> None:
    case = await world.routed()
    await world.walk(case, "open-case", "request-clearance", "take-over")
    body = {**NEED, "case_id": str(case)}

    made = await world.post("/v1/underretninger", Role.TOVHOLDER_KOMMUNE, body)
    by_teacher = await world.post(
        "/v1/underretninger", person(Role.PRO_REPORTER, "school:greve-01"), {**NEED, "municipality": "0253"}
    )

    assert (made.status_code, by_teacher.status_code) == (201, 201)
    one = await world.get(f"/v1/underretninger/{made.json()['id']}", U)
    assert (one["case_id"], one["municipality"]) == (str(case), "0253")


async def test_a_case_that_one_may_not_see_cannot_be_named(world: World) -> None:
    case = await world.routed()

    answer = await world.post(
        "/v1/underretninger", person(Role.PRO_REPORTER, "school:greve-01"), {**NEED, "case_id": str(case)}
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "case_not_found")


async def test_neither_the_notifier_nor_the_police_see_it(world: World) -> None:
    concern = uuid4()
    await world.tell(routed(world.now(), minor="YES"), f"concern/{concern}")
    (found,) = await of(world, concern)

    for who in (
        Role.TOVHOLDER_POLITI,
        Role.CASEWORKER,
        person(Role.PRO_REPORTER, "school:greve-01"),
        person(U, "kommune:0269"),
    ):
        await world.get(f"/v1/underretninger/{found['id']}", who, status=404)


async def test_the_same_command_twice_at_once_has_one_effect_and_one_answer(world: World) -> None:
    key, body = str(uuid4()), {**NEED, "municipality": "0253"}

    answers = await both(*(world.post("/v1/underretninger", U, body, key=key) for _ in range(3)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize("minor", ["YES", "UNKNOWN"])
async def test_a_case_that_proves_to_be_about_a_child_gets_its_underretning(world: World, minor: str) -> None:
    case = await world.routed(minor="NO")
    opening = {"accepts_responsibility": True, "purpose_plausible": True, "minor": minor}

    await world.give(case, "open-case", Role.TOVHOLDER_KOMMUNE, opening)

    (found,) = (await world.get(f"/v1/underretninger?case={case}", U))["items"]
    assert (found["stage"], found["made_by_authority"]) == ("U1", "kommune:0253")
    assert "assess_underretning" in await world.open_clocks(UUID(found["id"]))
