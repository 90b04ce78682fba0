"""Loans on a real Postgres: what intervention, loan and capacity mean to one another, and who sees what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.corps.domain.deadlines import midnight
from services.corps.domain.loan_commands import EndLoan, LapseReservation
from shared.contracts.disclosure_codes import ConsentKind
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
from tests.integration.corps.corps_world import CorpsWorld, consent_given

ENDING = {
    "end_reason": "E1",
    "criterion": "GOALS_REACHED",
    "farewell_held": True,
    "handed_over": True,
    "follow_ups_agreed": True,
}


async def system(corps: CorpsWorld, loan: str, command: Any) -> None:
    async with corps.work.begin(SYSTEM) as tx:
        await corps.corps.loans.give(tx, UUID(loan), command, None)


async def test_a_loan_from_the_offer_to_the_end_of_the_intervention(corps: CorpsWorld) -> None:
    member = await corps.member(FAR, languages={"da": "C2"})
    case, request, loan = await corps.lent(BARE, FAR, member)
    signed = await corps.state("intervention", request)
    await corps.begin(BARE, request, member, FAR)
    running = await corps.state("loan", loan)

    path = f"/v1/interventions/{request}"
    await corps.do(coordinator(BARE), f"{path}/end-intervention", ENDING)
    await corps.do(caseworker(BARE), f"{path}/end-intervention", ENDING)

    assert signed.member.loan_signed
    assert signed.member.held_until is None
    assert running.stage == "L4"
    over = await corps.state("loan", loan)
    assert (over.stage, over.ending) == ("L6", "INTERVENTION_ENDED")
    assert await corps.taken(member) == (0, 0)
    assert [fact["type"] for fact in await corps.facts(loan) if not fact["type"].startswith("deadline")] == [
        "loan.drafted.v1",
        "loan.offered.v1",
        "loan.side_signed.v1",
        "loan.signed.v1",
        "loan.activated.v1",
        "loan.ended.v1",
    ]
    assert str(case) not in str(await corps.facts(loan))


async def test_a_reservation_that_is_not_signed_lapses_and_the_request_is_back(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    _, request = await corps.consent(BARE)
    loan = await corps.draft(BARE, request, member)
    await corps.do(coordinator(BARE), f"/v1/loans/{loan}/offer-loan")
    await corps.do(leader(FAR), f"/v1/loans/{loan}/sign-as-lender")
    corps.clock.moment = (await corps.state("loan", loan)).held_until

    late = await corps.post(leader(BARE), f"/v1/loans/{loan}/sign-as-borrower")
    await system(corps, loan, LapseReservation())

    assert (late.status_code, late.json()["code"]) == (422, "reservation_lapsed")
    assert (await corps.state("loan", loan)).stage == "L7"
    assert (await corps.state("intervention", request)).member is None
    assert await corps.taken(member) == (0, 0)
    withdrawn = [
        fact["body"] for fact in await corps.facts(request) if fact["type"] == "intervention.choice_withdrawn.v1"
    ]
    assert [body["reason_code"] for body in withdrawn] == ["NOT_SIGNED"]


@pytest.mark.parametrize(("side", "reason"), [(FAR, "LENDER_CANCELLED"), (BARE, "BORROWER_CANCELLED")])
async def test_either_side_cancels_before_the_loan_is_active(corps: CorpsWorld, side: str, reason: str) -> None:
    member = await corps.member(FAR)
    _, request, loan = await corps.lent(BARE, FAR, member)

    await corps.do(leader(side), f"/v1/loans/{loan}/cancel-loan", {"reason": "MEMBER_UNAVAILABLE"})

    assert (await corps.state("loan", loan)).stage == "L7"
    assert await corps.taken(member) == (0, 0)
    lapsed = [fact for fact in await corps.facts(request) if fact["type"] != "sight.changed.v1"][-1]
    assert lapsed["body"]["reason_code"] == reason
    assert (await corps.state("intervention", request)).stage == "K8"


async def test_the_last_day_of_a_loan_ends_access_and_capacity_and_seeks_another_member(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    _, request, loan = await corps.lent(BARE, FAR, member)
    await corps.begin(BARE, request, member, FAR)
    her = as_member(member, FAR)
    assert (await corps.get(her, f"/v1/interventions/{request}")).status_code == 200
    corps.clock.moment = (await corps.state("loan", loan)).ends_at

    await system(corps, loan, EndLoan())

    assert (await corps.state("intervention", request)).stage == "K8"
    assert (await corps.get(her, f"/v1/interventions/{request}")).status_code == 404
    assert await corps.taken(member) == (0, 0)


async def test_a_loan_that_ends_in_a_pause_seeks_another_member_when_the_work_goes_on(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    _, request, loan = await corps.lent(BARE, FAR, member)
    await corps.begin(BARE, request, member, FAR)
    resume_on = (corps.clock.now() + timedelta(days=100)).date().isoformat()
    path = f"/v1/interventions/{request}"
    await corps.do(coordinator(BARE), f"{path}/pause-intervention", {"reason_code": "PRISON", "resume_on": resume_on})
    corps.clock.moment = (await corps.state("loan", loan)).ends_at
    await system(corps, loan, EndLoan())
    resting = await corps.state("intervention", request)

    await corps.do(coordinator(BARE), f"{path}/resume-intervention")

    assert (resting.stage, resting.member.gone) == ("K10", True)
    assert await corps.taken(member) == (0, 0)
    assert (await corps.state("intervention", request)).stage == "K8"
    assert (await corps.get(as_member(member, FAR), path)).status_code == 404


async def test_a_replaced_member_loses_access_and_loan_at_once(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    _, request, loan = await corps.lent(BARE, FAR, member)
    await corps.begin(BARE, request, member, FAR)
    path = f"/v1/interventions/{request}"

    await corps.do(coordinator(BARE), f"{path}/replace-member", {"reason_code": "RELATION", "not_again": True})

    assert (await corps.get(as_member(member, FAR), path)).status_code == 404
    assert (await corps.state("loan", loan)).ending == "MEMBER_REPLACED"
    assert (await corps.get(coordinator(BARE), f"{path}/options")).json()["options"] == []


async def test_the_police_stop_everything_at_once_and_say_no_reason(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    case, request, loan = await corps.lent(BARE, FAR, member)
    await corps.begin(BARE, request, member, FAR)

    await corps.revoke(case)

    assert (await corps.state("intervention", request)).stage == "STOPPED"
    assert (await corps.state("loan", loan)).ending == "INTERVENTION_STOPPED"
    assert await corps.taken(member) == (0, 0)
    stop = next(fact for fact in await corps.facts(request) if fact["type"] == "intervention.stopped.v1")
    assert set(stop["body"]) == {
        "stage", "by", "by_role", "organisation", "case_id", "member_ref", "employer_municipality", "loan_id",
    }  # fmt: skip


async def test_a_withdrawn_consent_stops_the_help_in_the_same_words_as_the_police_do(corps: CorpsWorld) -> None:
    """T23, row 44: the member learns that it is over and not why; nothing tells it from row 42."""
    member, stops = await corps.member(HOST, capacity_max=4), []
    for withdrawn in (True, False):
        case, request = await corps.consent(HOST)
        await corps.do(coordinator(HOST), f"/v1/interventions/{request}/choose-member", {"member_ref": str(member)})
        await corps.begin(HOST, request, member, HOST)
        await corps.withdraw(case, stops_help=False)
        assert (await corps.state("intervention", request)).stage == "K9"

        await (corps.withdraw(case) if withdrawn else corps.revoke(case))

        assert (await corps.state("intervention", request)).stage == "STOPPED"
        stops += [fact for fact in await corps.facts(request) if fact["type"] == "intervention.stopped.v1"]
    own = {"case_id", "loan_id"}
    by_citizen, by_police = ({k: v for k, v in stop["body"].items() if k not in own} for stop in stops)
    assert by_citizen == by_police
    assert (await corps.get(as_member(member, HOST), f"/v1/interventions/{request}")).status_code == 404
    assert await corps.taken(member) == (0, 0)


async def test_a_consent_to_share_and_a_renewed_one_seek_nobody(corps: CorpsWorld) -> None:
    case, _ = await corps.consent(HOST)
    given = consent_given(HOST, uuid4(), corps.clock.now())
    for changes in (
        {"kind": ConsentKind.SHARE},
        {"replaces": uuid4(), "needs_corps_member": False, "requirements": None},
    ):
        assert await corps.bring(given.model_copy(update=changes), case) == "handled"

    assert len((await corps.get(coordinator(HOST), "/v1/interventions")).json()["items"]) == 1


async def test_an_own_stop_leaves_the_municipality_its_sight(corps: CorpsWorld) -> None:
    member = await corps.member(HOST)
    case, request = await corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(member)})
    await corps.begin(HOST, request, member, HOST)

    await corps.revoke(case)

    assert (await corps.get(coordinator(HOST), path)).status_code == 200
    assert (await corps.get(as_member(member, HOST), path)).status_code == 404
    assert await corps.taken(member) == (0, 0)


async def test_the_lender_sees_hours_and_dates_and_never_the_case(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    case, request, loan = await corps.lent(BARE, FAR, member)
    await corps.begin(BARE, request, member, FAR)

    for who in (leader(FAR), coordinator(FAR)):
        seen = await corps.get(who, f"/v1/loans/{loan}")
        assert seen.status_code == 200
        assert seen.json()["hours_per_week"] == 4
        assert str(case) not in seen.text
        assert (await corps.get(who, f"/v1/interventions/{request}")).status_code == 404
        assert (await corps.get(who, "/v1/interventions")).json()["items"] == []
    assert [item["id"] for item in (await corps.get(leader(FAR), "/v1/loans")).json()["items"]] == [loan]
    for stranger in (leader(THIRD), caseworker(BARE), DESK):
        assert (await corps.get(stranger, f"/v1/loans/{loan}")).status_code == 404


async def test_another_member_of_the_same_municipality_sees_nothing(corps: CorpsWorld) -> None:
    member, other = await corps.member(HOST), await corps.member(HOST)
    _, request = await corps.consent(HOST)
    choice = {"member_ref": str(member), "reason_code": "PROFESSIONAL_JUDGEMENT"}  # of equals, either may be first
    await corps.do(coordinator(HOST), f"/v1/interventions/{request}/choose-member", choice)

    assert (await corps.get(as_member(member, HOST), f"/v1/interventions/{request}")).status_code == 200
    assert (await corps.get(as_member(other, HOST), f"/v1/interventions/{request}")).status_code == 404
    assert (await corps.get(as_member(other, HOST), "/v1/interventions")).json()["items"] == []


async def test_a_member_is_told_of_her_own_work_and_of_nobody_before_her(corps: CorpsWorld) -> None:
    first, second = await corps.member(HOST, capacity_max=2), await corps.member(HOST)
    _, intervention = await corps.consent(HOST)
    path = f"/v1/interventions/{intervention}"
    for member in (first, second):
        choice = {"member_ref": str(member), "reason_code": "PROFESSIONAL_JUDGEMENT"}
        await corps.do(coordinator(HOST), f"{path}/choose-member", choice)
        if member == first:
            await corps.do(caseworker(HOST), f"{path}/record-citizen-answer", {"accepts": False})

    told = (await corps.get(as_member(second, HOST), f"{path}/facts")).text
    for hidden in (str(first), "consent_id", "intervention.requested.v1", "choice_withdrawn"):
        assert hidden not in told
    assert "intervention.member_chosen.v1" in told
    at_home = (await corps.get(caseworker(HOST), f"{path}/facts")).text
    assert str(first) in at_home
    assert "consent_id" in at_home


async def test_a_note_is_sealed_and_only_who_is_in_the_intervention_opens_it(corps: CorpsWorld) -> None:
    member = await corps.member(HOST)
    _, request = await corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(member)})
    await corps.begin(HOST, request, member, HOST)
    her, today = as_member(member, HOST), corps.clock.now().date().isoformat()
    session = {"held_on": today, "minutes": 60, "mode": "IN_PERSON", "attended": "YES", "note": "fiktiv tekst kanarie"}
    await corps.do(her, f"{path}/log-session", session)
    note = (await corps.state("intervention", request)).notes[0]

    async def opens(who: Any, role: str) -> int:
        body = {"texts": [str(note)], "role": role, "reason": "INTERVENTION"}
        async with corps.as_(who) as client:
            answer = await client.post(f"{path}/open-texts", json=body)
        if answer.status_code == 200:
            assert answer.json()["texts"] == {str(note): session["note"]}
        return answer.status_code

    assert "kanarie" not in str(await corps.facts(request))
    assert await opens(her, "CORPS_MEMBER") == 200
    assert await opens(coordinator(HOST), "LOCAL_COORDINATOR") == 200
    await corps.do(coordinator(HOST), f"{path}/replace-member", {"reason_code": "RELATION"})
    assert await opens(her, "CORPS_MEMBER") == 404
    assert await opens(caseworker(HOST), "CASEWORKER") == 200


async def test_a_loan_is_extended_and_the_plan_may_follow(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    _, request, loan = await corps.lent(BARE, FAR, member)
    await corps.begin(BARE, request, member, FAR)
    longer = (corps.clock.now() + timedelta(days=300)).date().isoformat()

    await corps.do(leader(FAR), f"/v1/loans/{loan}/extend-as-lender", {"ends_on": longer})
    await corps.do(leader(BARE), f"/v1/loans/{loan}/extend-as-borrower", {"ends_on": longer})

    assert (await corps.state("loan", loan)).stage == "L5"
    review = {"necessity": "CONTINUE", "planned_end": longer}
    await corps.do(coordinator(BARE), f"/v1/interventions/{request}/review-plan", review)
    assert (await corps.state("intervention", request)).planned_end.isoformat() == longer


async def test_supervision_keeps_a_member_in_the_pool(corps: CorpsWorld) -> None:
    member = await corps.member(HOST, capacity_max=2)
    _, first = await corps.consent(HOST)
    await corps.do(coordinator(HOST), f"/v1/interventions/{first}/choose-member", {"member_ref": str(member)})
    await corps.begin(HOST, first, member, HOST)
    corps.clock.moment += timedelta(days=61)
    _, second = await corps.consent(HOST)
    options = f"/v1/interventions/{second}/options"
    overdue = (await corps.get(coordinator(HOST), options)).json()

    held = {"held_on": corps.clock.now().date().isoformat(), "supplied_by": "CENTRE"}
    await corps.do(coordinator(HOST), f"/v1/interventions/{first}/hold-supervision", held)

    assert overdue["options"] == []
    assert len((await corps.get(coordinator(HOST), options)).json()["options"]) == 1


async def test_a_replay_of_all_facts_gives_the_rows(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    _, request, loan = await corps.lent(BARE, FAR, member)
    await corps.begin(BARE, request, member, FAR)

    for kind, id_ in (("intervention", str(request)), ("loan", loan)):
        store: Any = corps.corps.interventions.store if kind == "intervention" else corps.corps.loans.store
        rows = await corps.facts(id_)
        facts = [store.lifecycle.facts[row["type"]].model_validate(row["body"]) for row in rows]
        assert store.lifecycle.replay(UUID(id_), facts) == await corps.state(kind, id_)
        assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))


async def test_a_member_is_registered_by_her_coordinator_in_a_corps_municipality(corps: CorpsWorld) -> None:
    from tests.integration.corps.corps_people import profile

    foreign = await corps.post(coordinator(HOST), "/v1/members", profile(FAR))
    bare = await corps.post(coordinator(BARE), "/v1/members", profile(BARE))
    by_desk = await corps.post(DESK, "/v1/members", profile(FAR))

    assert (foreign.status_code, bare.status_code, by_desk.status_code) == (403, 422, 201)
    assert bare.json()["code"] == "not_a_corps_municipality"
    assert len((await corps.get(DESK, "/v1/members")).json()["items"]) == 1
    assert (await corps.get(coordinator(HOST), "/v1/members")).json()["items"] == []


async def test_registering_a_member_anew_replaces_her_record(corps: CorpsWorld) -> None:
    from tests.integration.corps.corps_people import profile

    body = profile(HOST)
    first = await corps.do(coordinator(HOST), "/v1/members", body)
    second = await corps.do(coordinator(HOST), "/v1/members", {**body, "capacity_max": 2})

    assert (first["version"], second["version"]) == (1, 2)
    assert [row["capacity_max"] for row in (await corps.get(DESK, "/v1/members")).json()["items"]] == [2]


async def test_capacity_is_not_cut_below_what_is_held(corps: CorpsWorld) -> None:
    member = await corps.member(HOST, capacity_max=2)
    _, request = await corps.consent(HOST)
    await corps.do(coordinator(HOST), f"/v1/interventions/{request}/choose-member", {"member_ref": str(member)})

    refused = await corps.post(coordinator(HOST), f"/v1/members/{member}/change-member", {"capacity_max": 0})
    await corps.do(coordinator(HOST), f"/v1/members/{member}/change-member", {"capacity_max": 1})

    assert (refused.status_code, refused.json()["code"]) == (409, "capacity_in_use")
    shown = (await corps.get(coordinator(HOST), f"/v1/members/{member}")).json()
    assert (shown["capacity_max"], shown["taken"], shown["free"], shown["version"]) == (1, 1, 0, 2)


def test_midnight_is_danish() -> None:
    from datetime import date

    assert midnight(date(2026, 11, 2)).isoformat() == "2026-11-01T23:00:00+00:00"
