"""A concern is seen by who works on it, not by everybody at the organisation (R5, R6)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.intake import handed_on
from shared.lifecycle.actor import Role
from tests.integration.spine.spine_world import ADVISER, Intake, person

SCHOOL = "school:koege-01"


@pytest.mark.parametrize(
    "role", [Role.CORPS_MEMBER, Role.LEADER, Role.LOCAL_COORDINATOR, Role.CASEWORKER, Role.PRO_REPORTER, Role.AUDITOR]
)
async def test_a_colleague_without_a_part_in_it_sees_no_concern(intake: Intake, role: Role) -> None:
    concern = await intake.concern()
    colleague = person(role, "kommune:0253")
    for path in (f"/v1/concerns/{concern}", f"/v1/concerns/{concern}/facts"):
        assert (await intake.call(colleague, "GET", path)).status_code == 404
    assert (await intake.call(colleague, "GET", "/v1/concerns")).json()["items"] == []


@pytest.mark.parametrize("role", [Role.TOVHOLDER_KOMMUNE, Role.CHILD_UNIT])
async def test_who_works_on_it_sees_it(intake: Intake, role: Role) -> None:
    concern = await intake.concern()
    assert (await intake.call(person(role, "kommune:0253"), "GET", f"/v1/concerns/{concern}")).status_code == 200


async def test_a_professional_sees_what_the_own_place_has_sent(intake: Intake) -> None:
    concern = await intake.concern(by=person(Role.PRO_REPORTER, SCHOOL), route=False)
    path = f"/v1/concerns/{concern}"
    assert (await intake.call(person(Role.PRO_REPORTER, SCHOOL), "GET", path)).status_code == 200
    assert (await intake.call(person(Role.LEADER, SCHOOL), "GET", path)).status_code == 404
    assert (await intake.call(ADVISER, "GET", path)).status_code == 404


async def test_the_hotline_keeps_of_what_it_sent_on_time_channel_district_and_outcome_alone(intake: Intake) -> None:
    kept, routed = await intake.concern(route=False), await intake.concern()

    told = (await intake.call(ADVISER, "GET", "/v1/handed-on")).json()

    newest = told["items"][0]
    assert set(newest) == {"received_at", "channel", "district", "outcome"}
    assert (newest["channel"], newest["district"], newest["outcome"]) == ("HOTLINE", "midt-og-vestsjaelland", "C2")
    assert kept not in str(told)
    assert routed not in str(told)
    earlier = await intake.call(ADVISER, "GET", "/v1/handed-on", params={"before": newest["received_at"]})
    assert newest not in earlier.json()["items"]
    assert (await intake.call(ADVISER, "GET", "/v1/handed-on", params={"before": "then"})).json()["field"] == "before"


async def test_a_page_of_stubs_ends_between_two_moments(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = person(Role.HOTLINE_ADVISER, "hotline:pages")
    ids = [await intake.concern(by=desk) for _ in range(5)]
    moments = ["2026-03-02T10:00:00Z"] + ["2026-03-02T09:00:00Z"] * 3 + ["2026-03-02T08:00:00Z"]
    async with intake.work.begin() as tx:
        for concern, moment in zip(ids, moments, strict=True):
            change = (
                "update intake.concern set received_at = cast(cast(:moment as text) as timestamptz),"
                " body = jsonb_set(body, '{received_at}', to_jsonb(cast(:moment as text))) where id = cast(:id as uuid)"
            )
            await tx.session.execute(sa.text(change), {"moment": moment, "id": concern})
    monkeypatch.setattr(handed_on, "PAGE", 2)

    first = (await intake.call(desk, "GET", "/v1/handed-on")).json()
    second = (await intake.call(desk, "GET", "/v1/handed-on", params={"before": first["next"]})).json()

    assert [len(first["items"]), len(second["items"]), second["next"]] == [4, 1, None]


async def test_another_desk_sees_no_stub_of_the_hotline(intake: Intake) -> None:
    await intake.concern()

    for role, place in ((Role.HOTLINE_ADVISER, "hotline:other"), (Role.TOVHOLDER_KOMMUNE, "kommune:0253")):
        assert (await intake.call(person(role, place), "GET", "/v1/handed-on")).json()["items"] == []
    no_desk = await intake.call(person(Role.SECRETARIAT, "politi:midt-og-vestsjaelland"), "GET", "/v1/handed-on")
    assert no_desk.status_code == 403
