"""Who is named on a case sees it, and no colleague does: over HTTP, on a real Postgres (`domain.md` R5, 3.4)."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import sqlalchemy as sa

from shared.lifecycle.actor import Role
from shared.vault.model import LookReason
from tests.integration.assessment.assessment_world import TO_OFFER, Person, World, both, person
from tests.integration.assessment.conftest import Installed
from tests.support.visiting import Visitor
from tests.unit.assessment.assessment_builders import KOMMUNE, POLITI

K, P, W, L = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.CASEWORKER, Role.LEADER
NEIGHBOUR = "kommune:0269"
TO_SENDING = TO_OFFER[:5]
SENT = {"addressed_to": KOMMUNE, "unit": "ADULTS"}
DECISION = {"outcome": "GRANT", "law": "SERVICELOVEN", "appeal_guidance_given": True}


async def sent(world: World, addressed_to: str = KOMMUNE, caseworker: Person | None = None) -> UUID:
    """Return a case whose recommendation was sent."""
    case = await world.routed()
    await world.walk(case, *TO_SENDING)
    named = {"caseworker": str(caseworker.ref)} if caseworker else {}
    await world.give(case, "send-recommendation", K, {**SENT, "addressed_to": addressed_to, **named})
    return case


async def name(world: World, case: UUID, whom: Person | UUID, by: Person | Role = L, status: int = 200) -> Any:
    ref = whom.ref if isinstance(whom, Person) else whom
    return await world.give(case, "name-caseworker", by, {"person": str(ref), "reason": "ALLOCATED"}, status)


async def opens(world: World, case: UUID, who: Person) -> int:
    """Return what somebody is answered who asks for the reasoning of the assessment as a caseworker."""
    text = (await world.case(case))["assessments"][0]["reasoning"]
    ask = {"texts": [text], "role": W, "reason": LookReason.DECISION}
    return (await world.post(f"/v1/cases/{case}/open-texts", who, ask)).status_code


async def answers(world: World, case: UUID, who: Person) -> list[tuple[int, Any]]:
    """Return what somebody is told of a case at each of its doors that a caseworker may knock at."""
    found = [await _get(world, f"/v1/cases/{case}{part}", who) for part in ("", "/facts", "/shares")]
    found.append(await world.post(f"/v1/cases/{case}/decide-measure", who, DECISION, version=1))
    ask = {"texts": [str(uuid4())], "role": W, "reason": LookReason.DECISION}
    found.append(await world.post(f"/v1/cases/{case}/open-texts", who, ask))
    return [(each.status_code, each.json()) for each in found]


async def _get(world: World, path: str, who: Person) -> httpx.Response:
    return await world.http.get(path, headers={"Authorization": f"Bearer {who.token}"})


async def listed(world: World, who: Person | Role, path: str = "/v1/cases") -> list[str]:
    return [each["id"] for each in (await world.get(path, who))["items"]]


async def test_who_is_named_sees_the_case_and_a_colleague_is_told_what_is_told_of_nothing(world: World) -> None:
    her, colleague = person(W), person(W)
    case = await sent(world, caseworker=her)

    assert (await world.case(case, her))["stage"] == "K6"
    assert str(case) in await listed(world, her)
    assert await opens(world, case, her) == 200

    assert await answers(world, case, colleague) == await answers(world, uuid4(), colleague)
    assert [status for status, _ in await answers(world, case, colleague)] == [404] * 5
    assert str(case) not in await listed(world, colleague)


async def test_who_is_replaced_loses_sight_and_leave_at_the_next_request(world: World, installed: Installed) -> None:
    her, next_one = person(W), person(W)
    case = await sent(world, caseworker=her)
    assert await opens(world, case, her) == 200

    await name(world, case, next_one, by=K)

    assert await answers(world, case, her) == await answers(world, uuid4(), her)
    assert await opens(world, case, her) == 404
    assert await opens(world, case, next_one) == 200
    assert await leaves(installed.admin, case) == {(KOMMUNE, str(next_one.ref))}


async def test_other_services_are_told_that_who_is_replaced_sees_the_case_no_more(world: World) -> None:
    her = person(W)
    case = await sent(world, caseworker=her)

    await name(world, case, person(W))

    facts = (await world.get(f"/v1/cases/{case}/facts"))["items"]
    (told,) = [fact["body"] for fact in facts if fact["type"] == "sight.changed.v1"]
    assert (told["of_organisation"], told["of_person"], told["sees"]) == (KOMMUNE, str(her.ref), False)
    assert W in told["of_roles"]


async def test_leave_goes_with_the_person_and_not_with_the_department(world: World, installed: Installed) -> None:
    her = person(W)
    case = await sent(world)
    assert await leaves(installed.admin, case) == set()

    await name(world, case, her)

    assert await leaves(installed.admin, case) == {(KOMMUNE, str(her.ref))}


async def test_a_leader_sees_a_stub_names_and_still_sees_no_case(world: World) -> None:
    leader, her = person(L, NEIGHBOUR), person(W, NEIGHBOUR)
    case = await sent(world, NEIGHBOUR)

    stub = await world.get(f"/v1/namings/{case}", leader)

    assert stub == {
        "id": str(case),
        "version": await world.version(case),
        "stage": "K6",
        "authority": NEIGHBOUR,
        "unit": "ADULTS",
        "since": stub["since"],
        "named": False,
        "caseworker": None,
    }
    assert str(case) in await listed(world, leader, "/v1/namings")
    await name(world, case, her, by=leader)
    assert (await world.get(f"/v1/namings/{case}", leader))["named"] is True
    for part in ("", "/facts", "/shares"):
        assert (await _get(world, f"/v1/cases/{case}{part}", leader)).status_code == 404
    text = (await world.case(case))["assessments"][0]["reasoning"]
    for role, status in ((L, 403), (W, 403)):
        ask = {"texts": [text], "role": role, "reason": LookReason.DECISION}
        assert (await world.post(f"/v1/cases/{case}/open-texts", leader, ask)).status_code == status
    assert (await world.case(case, her))["stage"] == "K6"


async def test_another_authoritys_leader_is_told_what_is_told_of_nothing(world: World) -> None:
    case = await sent(world, NEIGHBOUR)
    body = {"person": str(uuid4()), "reason": "ALLOCATED"}

    for stranger in (person(L), person(L, "kommune:0101"), person(L, POLITI)):
        assert str(case) not in await listed(world, stranger, "/v1/namings")
        for which in (case, uuid4()):
            assert (await _get(world, f"/v1/namings/{which}", stranger)).json()["code"] == "case_not_found"
            answer = await world.post(f"/v1/cases/{which}/name-caseworker", stranger, body, version=1)
            assert (answer.status_code, answer.json()["code"]) == (404, "case_not_found")


async def test_a_caseworker_may_not_name(world: World) -> None:
    her = person(W)
    case = await sent(world, caseworker=her)

    assert (await name(world, case, uuid4(), by=her, status=403))["code"] == "role_may_not"


async def test_a_name_counts_only_with_role_and_organisation_in_the_token(world: World) -> None:
    """Any reference can be named: it opens nothing by itself."""
    ref = uuid4()
    case = await sent(world)
    await name(world, case, ref)

    assert (await world.case(case, Person(W, KOMMUNE, ref)))["stage"] == "K6"
    for token in (Person(W, NEIGHBOUR, ref), Person(L, KOMMUNE, ref), Person(Role.LOCAL_COORDINATOR, KOMMUNE, ref)):
        assert (await _get(world, f"/v1/cases/{case}", token)).status_code == 404
    elsewhere = await sent(world, NEIGHBOUR)
    await name(world, elsewhere, ref, by=person(L, NEIGHBOUR))
    # The owning municipality takes part in it; she was named at its neighbour.
    assert (await _get(world, f"/v1/cases/{elsewhere}", Person(W, KOMMUNE, ref))).status_code == 404


async def test_of_two_namings_at_once_one_is_told_that_it_is_late(world: World) -> None:
    case = await sent(world)
    version = await world.version(case)
    bodies = [{"person": str(uuid4()), "reason": "ALLOCATED"} for _ in range(2)]

    done = await both(
        *(
            world.post(f"/v1/cases/{case}/name-caseworker", by, body, version=version)
            for by, body in zip((K, L), bodies, strict=True)
        )
    )

    assert sorted(each.status_code for each in done) == [200, 412]
    assert (await world.types(case)).count("case.caseworker_named.v1") == 1


async def test_who_takes_part_is_shown_to_those_who_see_the_case(world: World) -> None:
    her = person(W)
    case = await sent(world, caseworker=her)

    lines = (await world.case(case, her))["participants"]

    assert [(each["organisation"], each["role"], each["person_ref"], each["reason"]) for each in lines] == [
        (KOMMUNE, K, None, "FUNCTION"),
        (POLITI, P, None, "FUNCTION"),
        (POLITI, Role.SECRETARIAT, None, "FUNCTION"),
        (KOMMUNE, W, str(her.ref), "ALLOCATED"),
    ]
    assert "caseworkers" not in await world.case(case)


async def test_police_who_take_a_case_over_take_it_from_who_is_named_and_from_the_leaders_list(
    world: World, installed: Installed
) -> None:
    """T08."""
    her = person(W)
    case = await sent(world, caseworker=her)
    assert await opens(world, case, her) == 200

    await world.give(case, "revoke-clearance", P)

    assert await answers(world, case, her) == await answers(world, uuid4(), her)
    assert await leaves(installed.admin, case) == set()
    assert str(case) not in await listed(world, L, "/v1/namings")
    assert (await _get(world, f"/v1/namings/{case}", world.people[L])).status_code == 404
    assert (await name(world, case, uuid4(), status=404))["code"] == "case_not_found"
    await world.give(case, "return-case", P)
    assert await leaves(installed.admin, case) == {(KOMMUNE, str(her.ref))}
    assert "handled_by" not in await world.case(case, her)


async def test_the_decision_waits_for_the_leader_until_somebody_is_named(world: World) -> None:
    case = await sent(world)
    assert set(await world.open_clocks(case)) == {"decide", "name_caseworker"}
    assert {clock["owner_role"] for clock in (await world.case(case))["clocks"] if clock["state"] == "OPEN"} == {L}

    await name(world, case, person(W))

    assert set(await world.open_clocks(case)) == {"decide"}
    (clock,) = [clock for clock in (await world.case(case))["clocks"] if clock["state"] == "OPEN"]
    assert clock["owner_role"] == W


async def test_a_case_from_before_names_were_kept_is_nobodys_until_somebody_is_named(world: World) -> None:
    her = person(W)
    case = await sent(world, caseworker=her)
    async with world.work.begin() as tx:  # as the revision leaves it
        await tx.session.execute(
            sa.text(
                "update assessment.case_record set caseworker_ref = null, body = body - 'caseworkers' where id = :id"
            ).bindparams(id=case)
        )

    assert (await _get(world, f"/v1/cases/{case}", her)).status_code == 404
    assert (await world.get(f"/v1/namings/{case}", L))["named"] is False
    await name(world, case, her)
    assert (await world.case(case, her))["stage"] == "K6"


async def leaves(admin: str, case: UUID) -> set[tuple[str, str | None]]:
    """Return organisation and person of the caseworkers' leave that holds now on the case's texts."""
    connection = await asyncpg.connect(admin)
    try:
        rows = await connection.fetch(
            "select distinct on (organisation, person) organisation, person, granted from vault.grants"
            " where unit = $1 and role = 'CASEWORKER' order by organisation, person, id desc",
            case,
        )
    finally:
        await connection.close()
    return {(row["organisation"], str(row["person"]) if row["person"] else None) for row in rows if row["granted"]}


async def test_with_the_closed_case_sight_and_leave_of_who_was_named_end(world: World, installed: Installed) -> None:
    her = person(W)
    case = await sent(world, caseworker=her)
    none = {
        "outcome": "NONE",
        "law": "SERVICELOVEN",
        "appeal_guidance_given": True,
        "reason": "B2",
        "grounds": "Grounds.",
    }
    assert await opens(world, case, her) == 200

    await world.give(case, "decide-measure", her, none)

    assert (await world.case(case))["stage"] == "K13"
    assert await answers(world, case, her) == await answers(world, uuid4(), her)
    assert await leaves(installed.admin, case) == set()


async def test_a_leader_chooses_among_the_caseworkers_of_her_own_authority(world: World, installed: Installed) -> None:
    leader, theirs, elsewhere = person(L, NEIGHBOUR), person(W, NEIGHBOUR), person(W)
    case = await sent(world, NEIGHBOUR)
    page = Visitor(world.http, leader.token, "da")
    assert '<input class="form-input" id="f-person"' in (await page.get(f"/namings/{case}")).html, "nothing is known"
    people = [
        {"person": str(each.ref), "organisation": each.organisation, "roles": ["CASEWORKER"]}
        for each in (theirs, elsewhere)
    ]
    admin = await asyncpg.connect(installed.admin)
    await admin.execute("select identity.put_staff($1::jsonb)", json.dumps(people))
    await admin.close()

    shown = (await page.get(f"/namings/{case}")).html

    assert re.findall(r'<option value="([0-9a-f-]{36})"', shown) == [str(theirs.ref)]
    assert f"· {theirs.ref.hex[:4].upper()}" in shown
    assert 'id="f-person-other"' not in shown, "the list is whole"

    await name(world, case, theirs, by=leader)

    again = (await page.get(f"/namings/{case}")).html
    assert str(theirs.ref) not in again, "who is named already is not offered: it would be refused"
