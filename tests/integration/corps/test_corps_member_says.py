"""What a member may say herself: no to a match, without any consequence, and that it should end, which others decide."""

from __future__ import annotations

import pytest

from tests.integration.corps.corps_people import BARE, FAR, HOST, as_member, caseworker, coordinator
from tests.integration.corps.corps_world import CorpsWorld

NO = {"reason": "PERSONAL", "grounds": "Jeg kender familien."}
ENDING = {"end_reason": "E1", "criterion": "CITIZEN_ASKS"} | dict.fromkeys(
    ("farewell_held", "handed_over", "follow_ups_agreed"), True
)


async def test_a_member_who_says_no_is_free_at_once_and_others_are_proposed(corps: CorpsWorld) -> None:
    first, second = await corps.member(HOST), await corps.member(HOST)
    _, request = await corps.consent(HOST)
    path, her = f"/v1/interventions/{request}", as_member(first, HOST)
    await corps.do(
        coordinator(HOST), f"{path}/choose-member", {"member_ref": str(first), "reason_code": "CITIZEN_PREFERS"}
    )

    await corps.do(her, f"{path}/decline-match", NO)

    assert await corps.taken(first) == (0, 0)
    assert (await corps.get(her, path)).status_code == 404, "she has no part in it any more"
    found = (await corps.get(coordinator(HOST), f"{path}/options")).json()
    assert [each["member_ref"] for each in found["options"]] == [str(second)]
    state = await corps.state("intervention", request)
    assert (state.stage, state.member, state.declines) == ("K8", None, 0)
    assert state.clock("choose_again").owner_role == "LOCAL_COORDINATOR"
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(second)})
    assert (await corps.state("intervention", request)).clock("choose_again") is None


async def test_no_follows_a_member_to_other_requests(corps: CorpsWorld) -> None:
    member = await corps.member(HOST)
    _, request = await corps.consent(HOST)
    await corps.do(coordinator(HOST), f"/v1/interventions/{request}/choose-member", {"member_ref": str(member)})
    await corps.do(as_member(member, HOST), f"/v1/interventions/{request}/decline-match", {"reason": "NO_TIME"})

    _, another = await corps.consent(HOST)

    found = (await corps.get(coordinator(HOST), f"/v1/interventions/{another}/options")).json()
    assert [each["member_ref"] for each in found["options"]] == [str(member)]


async def test_why_a_member_said_no_is_sealed_and_why_she_is_not_proposed_is_not_shown(corps: CorpsWorld) -> None:
    member = await corps.member(HOST)
    _, request = await corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(member)})
    await corps.do(as_member(member, HOST), f"{path}/decline-match", NO)

    assert NO["grounds"] not in str(await corps.facts(request))
    shown = (await corps.get(coordinator(HOST), f"{path}/options")).text
    assert "H3" not in shown


async def test_the_loan_of_a_member_who_says_no_is_over(corps: CorpsWorld) -> None:
    member = await corps.member(FAR)
    _, request, loan = await corps.lent(BARE, FAR, member)

    await corps.do(as_member(member, FAR), f"/v1/interventions/{request}/decline-match", {"reason": "DISTANCE"})

    assert (await corps.state("loan", loan)).stage == "L7"
    assert await corps.taken(member) == (0, 0)


async def test_only_the_chosen_member_says_no(corps: CorpsWorld) -> None:
    chosen, other = await corps.member(HOST), await corps.member(HOST)
    _, request = await corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    found = (await corps.get(coordinator(HOST), f"{path}/options")).json()["options"][0]["member_ref"]
    elsewhere = other if found == str(chosen) else chosen
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": found})

    for who in (as_member(elsewhere, HOST), coordinator(HOST)):
        refused = await corps.post(who, f"{path}/decline-match", {"reason": "NO_TIME"})
        assert refused.status_code in (403, 404)


@pytest.mark.parametrize("decided", ["ended", "goes on"])
async def test_a_member_proposes_to_end_and_coordinator_and_caseworker_decide(corps: CorpsWorld, decided: str) -> None:
    member = await corps.member(HOST)
    _, request = await corps.consent(HOST)
    path, her = f"/v1/interventions/{request}", as_member(member, HOST)
    await corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(member)})
    await corps.begin(HOST, request, member, HOST)

    await corps.do(her, f"{path}/propose-ending", {"criterion": "CITIZEN_ASKS", "note": "Han klarer sig."})

    state = await corps.state("intervention", request)
    assert (state.stage, state.ending_proposed) == ("K9", "CITIZEN_ASKS")
    assert state.clock("answer_ending").owner_role == "LOCAL_COORDINATOR"
    again = await corps.post(her, f"{path}/propose-ending", {"criterion": "UNSAFE"})
    assert (again.status_code, again.json()["code"]) == (422, "ending_proposed_already")
    if decided == "ended":
        await corps.do(coordinator(HOST), f"{path}/end-intervention", ENDING)
        await corps.do(caseworker(HOST), f"{path}/end-intervention", ENDING)
    else:
        await corps.do(coordinator(HOST), f"{path}/review-plan", {"necessity": "CONTINUE"})
    state = await corps.state("intervention", request)
    assert state.stage == ("K12" if decided == "ended" else "K9")
    assert state.clock("answer_ending") is None
    assert decided == "ended" or state.ending_proposed is None
