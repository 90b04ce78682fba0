"""Requests, options, choices: T15, T17, T28 on a real Postgres."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

from services.corps.domain.intervention_commands import LapseChoice
from shared.lifecycle.actor import SYSTEM
from tests.integration.corps.corps_people import (
    BARE,
    DESK,
    FAR,
    HOST,
    THIRD,
    as_member,
    caseworker,
    coordinator,
    leader,
)
from tests.integration.corps.corps_world import MONDAY, CorpsWorld, consent_given


async def test_one_consent_opens_one_intervention_however_often_it_is_told(corps: CorpsWorld) -> None:
    case, consent, event = uuid4(), uuid4(), uuid4()
    fact = consent_given(HOST, consent, MONDAY)

    outcomes = [
        await corps.bring(fact, case, event),
        await corps.bring(fact, case, event),
        await corps.bring(fact, case),
    ]

    assert outcomes == ["handled", "duplicate", "handled"]
    listed = (await corps.get(coordinator(HOST), "/v1/interventions")).json()["items"]
    assert [item["case_id"] for item in listed] == [str(case)]


async def test_own_member_is_option_one_and_the_match_begins(corps: CorpsWorld) -> None:
    """T15."""
    own, _, _ = (
        await corps.member(HOST, languages={"da": "C2", "ar": "C1"}),
        await corps.member(FAR),
        await corps.member(HOST),
    )
    _, request = await corps.consent(HOST, gender_wish="FEMALE", languages=["ar"])
    found = (await corps.get(coordinator(HOST), f"/v1/interventions/{request}/options")).json()

    assert found["options"][0]["member_ref"] == str(own)
    assert [line["code"] for line in found["options"][0]["lines"]][:5] == ["f1", "f2", "f3", "f4", "f5"]
    assert {row["code"]: row["members"] for row in found["not_there"]} == {"H4": 2}
    await corps.do(coordinator(HOST), f"/v1/interventions/{request}/choose-member", {"member_ref": str(own)})
    await corps.begin(HOST, request, own, HOST)
    state = await corps.state("intervention", request)
    assert state.stage == "K9"
    assert {clock.kind for clock in state.clocks.values()} == {
        "contact", "supervision", "progression", "plan_review", "planned_end",
    }  # fmt: skip
    assert await corps.taken(own) == (1, 0)


async def test_nobody_fits_names_what_blocks_and_asks_the_desk_without_the_case(corps: CorpsWorld) -> None:
    """T17."""
    await corps.member(HOST)
    case, request = await corps.consent(HOST, languages=["ti"], gender_wish="FEMALE", gender_required=True)
    found = (await corps.get(coordinator(HOST), f"/v1/interventions/{request}/options")).json()
    desk = await corps.get(DESK, "/v1/capacity")

    assert found["options"] == []
    assert [block["code"] for block in found["blocking"]["blocks"]] == ["H4"]
    assert found["desk_asked"]
    assert desk.json()["requests"] == [
        {
            "district": "oestjylland",
            "kind": "MENTOR",
            "requests": 1,
            "asked_the_desk": 1,
            "longest_wait_days": 0,
            "blocks": ["H4"],
        }
    ]
    assert str(case) not in desk.text
    assert str(request) not in desk.text
    assert (await corps.get(DESK, f"/v1/interventions/{request}")).status_code == 404
    clocks = (await corps.state("intervention", request)).clocks.values()
    assert {clock.kind: clock.owner_role for clock in clocks} == {
        "match": "LOCAL_COORDINATOR",
        "broker": "NATIONAL_DESK",
    }


async def test_two_coordinators_in_the_same_second_hold_one_member_once(corps: CorpsWorld) -> None:
    """T28, over loans of two municipalities."""
    wanted, other = await corps.member(THIRD), await corps.member(THIRD, skills=[])
    requests = [await corps.consent(code) for code in (BARE, HOST)]
    loans = [
        await corps.draft(code, request, wanted) for code, (_, request) in zip((BARE, HOST), requests, strict=True)
    ]

    answers = await asyncio.gather(
        *(
            corps.post(coordinator(code), f"/v1/loans/{loan}/offer-loan")
            for code, loan in zip((BARE, HOST), loans, strict=True)
        )
    )

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 409], [answer.text for answer in answers]
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert lost["code"] == "member_taken"
    assert lost["free_again"] is not None
    assert [option["member_ref"] for option in lost["options"]] == [str(other)]
    assert await corps.taken(wanted) == (1, 4)


async def test_a_lapsed_reservation_offers_the_member_again_before_anybody_releases_it(corps: CorpsWorld) -> None:
    """T28, later."""
    wanted = await corps.member(HOST)
    (_, first), (_, second) = await corps.consent(HOST), await corps.consent(HOST)
    await corps.do(coordinator(HOST), f"/v1/interventions/{first}/choose-member", {"member_ref": str(wanted)})
    path = f"/v1/interventions/{second}"
    assert (
        await corps.post(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(wanted)})
    ).status_code == 409

    corps.clock.moment = (await corps.state("intervention", first)).member.held_until

    offered = (await corps.get(coordinator(HOST), f"{path}/options")).json()["options"]
    assert [option["member_ref"] for option in offered] == [str(wanted)]
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(wanted)})
    async with corps.work.begin(SYSTEM) as tx:
        await corps.corps.interventions.give(tx, first, LapseChoice(), None)
    assert (await corps.state("intervention", first)).member is None
    assert await corps.taken(wanted) == (1, 0)


async def test_many_coordinators_never_hold_more_than_there_is(corps: CorpsWorld) -> None:
    members = [await corps.member(HOST, capacity_max=2) for _ in range(2)]
    ids = [(await corps.consent(HOST))[1] for _ in range(12)]

    answers = await asyncio.gather(
        *(
            corps.post(
                coordinator(HOST),
                f"/v1/interventions/{request}/choose-member",
                {"member_ref": str(members[number % 2]), "reason_code": "PROFESSIONAL_JUDGEMENT"},
            )
            for number, request in enumerate(ids)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 8
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"member_taken"}
    assert [await corps.taken(member) for member in members] == [(2, 0), (2, 0)]


async def test_loans_stay_within_the_contract_whatever_two_borrowers_do_at_once(corps: CorpsWorld) -> None:
    member = await corps.member(THIRD, capacity_max=3, hours_per_week=10)
    loans = []
    for code in (BARE, HOST, FAR):
        _, request = await corps.consent(code)
        loans.append((code, await corps.draft(code, request, member, hours_per_week=4)))

    answers = await asyncio.gather(
        *(corps.post(coordinator(code), f"/v1/loans/{loan}/offer-loan") for code, loan in loans)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 200, 409]
    assert await corps.taken(member) == (2, 8)


async def test_a_declined_member_is_free_at_once_and_not_proposed_again(corps: CorpsWorld) -> None:
    first, second = await corps.member(HOST), await corps.member(HOST)
    _, request = await corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    chosen = (await corps.get(coordinator(HOST), f"{path}/options")).json()["options"][0]["member_ref"]
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": chosen})

    await corps.do(caseworker(HOST), f"{path}/record-citizen-answer", {"accepts": False})

    left = (await corps.get(coordinator(HOST), f"{path}/options")).json()["options"]
    assert [option["member_ref"] for option in left] == [str(next(m for m in (first, second) if str(m) != chosen))]
    assert {await corps.taken(first), await corps.taken(second)} == {(0, 0)}


async def test_a_repeat_of_the_same_choice_answers_the_same(corps: CorpsWorld) -> None:
    member = await corps.member(HOST)
    _, request = await corps.consent(HOST)
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{await corps.version("interventions", request)}"'}
    async with corps.as_(coordinator(HOST)) as client:
        answers = [
            await client.post(
                f"/v1/interventions/{request}/choose-member", json={"member_ref": str(member)}, headers=headers
            )
            for _ in range(2)
        ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert await corps.taken(member) == (1, 0)


async def test_options_are_for_the_coordinator_of_the_case(corps: CorpsWorld) -> None:
    _, request = await corps.consent(HOST)
    path = f"/v1/interventions/{request}/options"

    assert (await corps.get(coordinator(FAR), path)).status_code == 404
    for role_may_not in (caseworker(HOST), leader(HOST), as_member(uuid4(), HOST), DESK):
        refused = await corps.get(role_may_not, path)
        nowhere = await corps.get(role_may_not, f"/v1/interventions/{uuid4()}/options")
        assert (refused.status_code, refused.json()["code"]) == (403, "role_may_not")
        assert refused.json() == nowhere.json()


async def test_an_excluded_member_is_counted_and_not_named(corps: CorpsWorld) -> None:
    member = await corps.member(HOST)
    _, request = await corps.consent(HOST)
    await corps.do(caseworker(HOST), f"/v1/interventions/{request}/exclude-member", {"member_ref": str(member)})

    found = (await corps.get(coordinator(HOST), f"/v1/interventions/{request}/options")).json()

    assert [(row["code"], row["members"]) for row in found["not_there"]] == [("WITHHELD", 1)]
    refused = await corps.post(
        coordinator(HOST), f"/v1/interventions/{request}/choose-member", {"member_ref": str(member)}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "member_does_not_fit")


async def test_waiting_lets_a_request_age_upward(corps: CorpsWorld) -> None:
    _, request = await corps.consent(HOST)
    corps.clock.moment += timedelta(days=10)

    found = (await corps.get(coordinator(HOST), f"/v1/interventions/{request}/options")).json()

    assert found["priority"] == 1.2


async def test_a_new_member_has_sixty_days_of_work_before_supervision_is_overdue(corps: CorpsWorld) -> None:
    """H2: without any supervision yet the 60 days run from her first case (3.8)."""
    new = await corps.member(HOST, capacity_max=2)
    _, first = await corps.consent(HOST)
    await corps.do(coordinator(HOST), f"/v1/interventions/{first}/choose-member", {"member_ref": str(new)})
    await corps.begin(HOST, first, new, HOST)
    _, second = await corps.consent(HOST)

    async def offered() -> list[str]:
        found = await corps.get(coordinator(HOST), f"/v1/interventions/{second}/options")
        return [option["member_ref"] for option in found.json()["options"]]

    began = corps.clock.moment
    corps.clock.moment = began + timedelta(days=60)
    assert await offered() == [str(new)]
    corps.clock.moment = began + timedelta(days=61)
    assert await offered() == []
