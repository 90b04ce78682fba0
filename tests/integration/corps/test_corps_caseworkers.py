"""Who is named on the case sees its intervention, and no colleague does (`domain.md` R5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from shared.contracts.assessment import CaseReopened, RecommendationSent
from shared.contracts.naming import CaseworkerNamed
from shared.lifecycle.actor import Actor, Role
from tests.integration.corps.corps_people import FAR, HOST, as_member, caseworker, coordinator, person
from tests.integration.corps.corps_world import CorpsWorld, consent_given

LEADS = {"by": UUID(int=8), "by_role": "LEADER", "organisation": f"kommune:{HOST}"}
HER, COLLEAGUE = caseworker(HOST), person(Role.CASEWORKER, HOST, number=2)


async def named(corps: CorpsWorld, case: UUID, whom: Actor, replaced: Actor | None = None) -> None:
    """Let the case say that somebody else is named."""
    fact = CaseworkerNamed(
        **LEADS,
        person=whom.person_ref,
        authority=whom.organisation,
        reason="ILLNESS",
        replaced=replaced.person_ref if replaced else None,
        named_at=corps.clock.now(),
    )
    assert await corps.bring(fact, case) == "handled"


async def sees(corps: CorpsWorld, who: Actor, request: UUID) -> int:
    return (await corps.get(who, f"/v1/interventions/{request}")).status_code


async def with_note(corps: CorpsWorld) -> tuple[UUID, UUID, str]:
    """Return case, intervention and the reference of a note in it."""
    await corps.hosts(HOST)
    member = await corps.member(HOST)
    case, request = await corps.consent(HOST)
    await corps.do(coordinator(HOST), f"/v1/interventions/{request}/choose-member", {"member_ref": str(member)})
    await corps.begin(HOST, request, member, HOST)
    today = corps.clock.now().date().isoformat()
    session = {"held_on": today, "minutes": 60, "mode": "IN_PERSON", "attended": "YES", "note": "en note fra en prøve"}
    await corps.do(as_member(member, HOST), f"/v1/interventions/{request}/log-session", session)
    return case, request, str((await corps.state("intervention", request)).notes[0])


async def opens(corps: CorpsWorld, who: Actor, request: UUID, note: str) -> int:
    body: dict[str, Any] = {"texts": [note], "role": "CASEWORKER", "reason": "INTERVENTION"}
    async with corps.as_(who) as client:
        return (await client.post(f"/v1/interventions/{request}/open-texts", json=body)).status_code


async def test_who_is_named_on_the_case_sees_the_intervention_and_no_colleague_does(corps: CorpsWorld) -> None:
    _, request = await corps.consent(HOST)

    assert await sees(corps, HER, request) == 200
    hidden, nowhere = [await corps.get(COLLEAGUE, f"/v1/interventions/{each}") for each in (request, uuid4())]
    assert (hidden.status_code, hidden.json()) == (nowhere.status_code, nowhere.json())
    assert hidden.status_code == 404
    assert str(request) not in (await corps.get(COLLEAGUE, "/v1/interventions")).text
    assert str(request) in (await corps.get(HER, "/v1/interventions")).text


async def test_the_next_one_takes_the_place_in_the_intervention_too(corps: CorpsWorld) -> None:
    case, request, note = await with_note(corps)
    assert await opens(corps, HER, request, note) == 200

    await named(corps, case, COLLEAGUE, replaced=HER)

    assert [await sees(corps, who, request) for who in (HER, COLLEAGUE)] == [404, 200]
    assert [await opens(corps, who, request, note) for who in (HER, COLLEAGUE)] == [404, 200]
    assert await sees(corps, coordinator(HOST), request) == 200


async def test_a_caseworker_of_another_authority_sees_it_and_her_colleagues_and_coordinator_do_not(
    corps: CorpsWorld,
) -> None:
    case, request = await corps.consent(HOST)
    theirs = caseworker(FAR)

    await named(corps, case, theirs, replaced=HER)

    assert await sees(corps, theirs, request) == 200
    shown = (await corps.get(theirs, f"/v1/interventions/{request}")).json()
    assert "consent_id" in shown
    for stranger in (HER, person(Role.CASEWORKER, FAR, number=2), coordinator(FAR)):
        assert await sees(corps, stranger, request) == 404
    await named(corps, case, HER, replaced=theirs)
    assert [await sees(corps, who, request) for who in (HER, theirs)] == [200, 404]


async def test_a_case_that_begins_again_leaves_nobody_named(corps: CorpsWorld) -> None:
    case, request = await corps.consent(HOST)
    again = CaseReopened(**LEADS, opening=2, reopened_at=corps.clock.now(), left=f"kommune:{HOST}")
    assert await corps.bring(again, case) == "handled"
    assert await sees(corps, HER, request) == 404

    sent = RecommendationSent(**LEADS, addressed_to=f"kommune:{HOST}", unit="ADULTS", caseworker=COLLEAGUE.person_ref)
    assert await corps.bring(sent, case) == "handled"

    assert [await sees(corps, who, request) for who in (HER, COLLEAGUE)] == [404, 200]


async def test_a_name_that_is_told_twice_is_one_fact(corps: CorpsWorld) -> None:
    case, request = await corps.consent(HOST)
    for _ in range(2):
        await named(corps, case, COLLEAGUE)

    kinds = [fact["type"] for fact in await corps.facts(request)]
    assert kinds.count("intervention.caseworker_followed.v1") == 1


async def test_an_intervention_whose_case_has_nobody_named_is_its_coordinators(corps: CorpsWorld) -> None:
    consent = consent_given(HOST, uuid4(), corps.clock.now()).model_copy(update={"caseworker": None})
    case = uuid4()
    assert await corps.bring(consent, case) == "handled"
    listed = (await corps.get(coordinator(HOST), "/v1/interventions")).json()["items"]
    (request,) = [UUID(each["id"]) for each in listed if each["case_id"] == str(case)]

    assert [await sees(corps, who, request) for who in (HER, COLLEAGUE)] == [404, 404]
    assert await sees(corps, coordinator(HOST), request) == 200
