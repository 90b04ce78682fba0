"""Break-glass over HTTP on a real Postgres (`domain.md` R7): who sees what, until when, and who signs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import sqlalchemy as sa

from services.assessment.pages.references import reference
from services.assessment.tables import SPINE
from shared.lifecycle.actor import Role
from tests.integration.assessment.assessment_world import KOMMUNE, World, person
from tests.integration.assessment.conftest import Installed
from tests.support.visiting import Visitor

K, P, DPO = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.DPO
WHY = {"grounds": "En opdigtet grund: barnet er på vej herhen."}


async def _break(world: World, case: UUID, who: Any) -> Any:
    return await world.post(f"/v1/cases/{case}/break-glass", who, WHY)


async def test_a_stranger_sees_an_acute_case_for_four_hours_and_alone(world: World) -> None:
    case, stranger, colleague = await world.routed(acute=True), person(K, "kommune:0461"), person(K, "kommune:0461")
    await world.get(f"/v1/cases/{case}", stranger, status=404)

    broken = await _break(world, case, stranger)

    assert broken.status_code == 200, broken.text
    assert (await world.case(case, stranger))["id"] == str(case)
    assert [each["id"] for each in (await world.get("/v1/cases", stranger))["items"]] == [str(case)]
    await world.get(f"/v1/cases/{case}", colleague, status=404)
    world.pass_(timedelta(hours=4, seconds=1))
    await world.get(f"/v1/cases/{case}", stranger, status=404)


async def test_who_broke_the_glass_may_look_and_change_nothing(world: World) -> None:
    case, stranger = await world.routed(acute=True), person(K, "kommune:0461")
    await _break(world, case, stranger)
    seen = await world.case(case, stranger)
    opening = {"accepts_responsibility": True, "purpose_plausible": True}
    asking = {
        "case_id": str(case),
        "requested_by": "SUBJECT",
        "regime": "GDPR15",
        "received_at": world.now().isoformat(),
        "identity_checked": True,
    }

    opened = await world.post(f"/v1/cases/{case}/open-case", stranger, opening, version=seen["version"])
    insight = await world.post("/v1/insights", stranger, asking)

    assert (opened.status_code, opened.json()["code"]) == (404, "case_not_found")
    assert (insight.status_code, insight.json()["code"]) == (422, "no_case_for_insight")
    after = await world.case(case)
    assert (after["stage"], after["version"]) == (seen["stage"], seen["version"])


async def test_who_broke_the_glass_is_shown_no_command(world: World) -> None:
    case, stranger = await world.routed(acute=True), person(K, "kommune:0461")
    await _break(world, case, stranger)

    assert (await world.case(case, stranger))["possible"] == []
    assert "open-case" in [each["command"] for each in (await world.case(case))["possible"] if each["allowed"]]


async def test_the_same_person_breaks_no_glass_again_before_the_first_is_signed(world: World) -> None:
    case, stranger = await world.routed(acute=True), person(K, "kommune:0461")
    await _break(world, case, stranger)
    (glass,) = (await world.case(case))["glasses"]
    world.pass_(timedelta(hours=4, seconds=1))

    again = await _break(world, case, stranger)
    colleague = await _break(world, case, person(K, "kommune:0461"))
    await world.post(
        f"/v1/cases/{case}/review-glass", person(DPO), {"glass_id": glass["id"], "finding": "NOT_JUSTIFIED"}
    )
    signed = await _break(world, case, stranger)

    assert (again.status_code, again.json()["code"]) == (422, "glass_waits_for_review")
    assert (colleague.status_code, signed.status_code) == (200, 200)


async def test_two_of_one_organisation_may_break_the_glass_in_one_moment(world: World) -> None:
    case, one, other = await world.routed(acute=True), person(K, "kommune:0461"), person(K, "kommune:0461")

    broken = [await _break(world, case, who) for who in (one, other)]  # the clock of the world stands still

    assert [answer.status_code for answer in broken] == [200, 200]
    for who in (one, other):
        assert (await world.case(case, who))["id"] == str(case)


async def test_what_the_police_take_over_is_locked_for_who_broke_the_glass(world: World) -> None:
    """T08."""
    case, stranger = await world.routed(acute=True), person(K, "kommune:0461")
    await _break(world, case, stranger)
    (glass,) = (await world.case(case))["glasses"]
    wanted = {"texts": [glass["grounds"]], "role": str(K), "reason": "ACUTE"}
    before = await world.post(f"/v1/cases/{case}/open-texts", stranger, wanted)

    await world.walk(case, "open-case", "request-clearance", "take-over")

    after = await world.post(f"/v1/cases/{case}/open-texts", stranger, wanted)
    assert (before.status_code, after.status_code) == (200, 403)
    assert (await world.case(case, stranger))["handled_by"] == "police"


async def test_others_hear_that_the_municipality_sees_no_work_in_what_the_police_have_alone(world: World) -> None:
    """T08, R5: what waits there goes with it, and comes back with the case."""
    case = await world.routed()

    await world.walk(case, "open-case", "request-clearance", "take-over")
    taken = await _sights(world, case)
    await world.walk(case, "return-case")

    assert taken == [(KOMMUNE, False)]
    assert await _sights(world, case) == [(KOMMUNE, False), (KOMMUNE, True)]


async def _sights(world: World, case: UUID) -> list[tuple[str, bool]]:
    facts = SPINE.facts
    query = sa.select(facts.c.body).where(facts.c.aggregate_id == case, facts.c.type == "sight.changed.v1")
    async with world.work.begin() as tx:
        bodies = (await tx.session.execute(query.order_by(facts.c.sequence))).scalars()
        return [(body["of_organisation"], body["sees"]) for body in bodies]


async def test_the_reason_can_be_read_by_who_handles_the_case_and_is_in_no_fact(world: World) -> None:
    case = await world.routed(acute=True)
    await _break(world, case, person(K, "kommune:0461"))
    (glass,) = (await world.case(case))["glasses"]

    opened = await world.post(
        f"/v1/cases/{case}/open-texts", K, {"texts": [glass["grounds"]], "role": str(K), "reason": "ACUTE"}
    )

    assert opened.json()["texts"] == {glass["grounds"]: WHY["grounds"]}
    async with world.work.begin() as tx:
        bodies = sa.select(sa.cast(SPINE.facts.c.body, sa.Text)).where(SPINE.facts.c.aggregate_id == case)
        assert not any("opdigtet grund" in body for body in (await tx.session.execute(bodies)).scalars())


async def test_a_case_that_is_not_acute_answers_as_one_that_is_not_there(world: World) -> None:
    calm, stranger = await world.routed(acute=False), person(K, "kommune:0461")

    refused, nowhere = await _break(world, calm, stranger), await _break(world, uuid4(), stranger)

    assert (refused.status_code, refused.json()) == (404, nowhere.json())


async def test_only_the_dpo_of_the_municipality_signs_and_the_task_is_done_then(world: World) -> None:
    case = await world.routed(acute=True)
    await _break(world, case, person(K, "kommune:0461"))
    (glass,) = (await world.case(case))["glasses"]
    finding = {"glass_id": glass["id"], "finding": "JUSTIFIED"}

    elsewhere = await world.post(f"/v1/cases/{case}/review-glass", person(DPO, "kommune:0461"), finding)
    tovholder = await world.post(f"/v1/cases/{case}/review-glass", K, finding)
    before = await _open_kinds(world, case)
    signed = await world.post(f"/v1/cases/{case}/review-glass", person(DPO), finding)

    assert (elsewhere.status_code, tovholder.status_code, signed.status_code) == (404, 403, 200)
    assert {"glass_broken", "glass_broken_police", "review_glass"} <= before
    assert not {"glass_broken", "glass_broken_police", "review_glass"} & await _open_kinds(world, case)


async def _open_kinds(world: World, case: UUID) -> set[str]:
    clocks = SPINE.deadlines
    async with world.work.begin() as tx:
        query = sa.select(clocks.c.kind).where(clocks.c.aggregate_id == case, clocks.c.state == "OPEN")
        return set((await tx.session.execute(query)).scalars())


async def test_the_officer_who_reviews_opens_why_the_glass_was_broken(world: World, installed: Installed) -> None:
    case, stranger, officer = await world.routed(acute=True), person(K, "kommune:0461"), person(DPO)
    await _break(world, case, stranger)
    (glass,) = (await world.case(case))["glasses"]
    path = f"/v1/cases/{case}/glasses/{glass['id']}/open-grounds"

    opened = await world.post(path, officer, {})
    elsewhere = await world.post(path, person(DPO, "kommune:0461"), {})
    tovholder = await world.post(path, K, {})

    assert opened.json() == {"grounds": WHY["grounds"]}
    assert (elsewhere.status_code, tovholder.status_code) == (404, 403)
    admin = await asyncpg.connect(installed.admin)
    looks = await admin.fetch("select role, reason from vault.looks where blob = $1", UUID(glass["grounds"]))
    await admin.close()
    assert [tuple(row) for row in looks] == [("DPO", "GLASS_REVIEW")]
    await world.post(f"/v1/cases/{case}/review-glass", officer, {"glass_id": glass["id"], "finding": "JUSTIFIED"})
    assert (await world.post(path, officer, {})).status_code == 404, "it is signed"


async def test_what_waits_for_the_officer_stands_on_one_page_with_its_clock(world: World) -> None:
    case, officer = await world.routed(acute=True), person(DPO)
    await _break(world, case, person(K, "kommune:0461"))
    (glass,) = (await world.case(case))["glasses"]
    page = Visitor(world.http, officer.token, "da")

    shown = await page.get("/officer")

    assert "Akutte åbninger, der mangler en vurdering" in shown.text
    assert reference(case) in shown.text
    assert WHY["grounds"] not in (await page.get("/glass")).text
    await world.post(f"/v1/cases/{case}/review-glass", officer, {"glass_id": glass["id"], "finding": "JUSTIFIED"})
    assert reference(case) not in (await page.get("/officer")).text
