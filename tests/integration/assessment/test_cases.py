"""The case on a real Postgres and over HTTP: arrival, two who agree, merging, reopening, what others see."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.assessment.domain.case_table import CASE
from services.assessment.tables import SPINE, CaseRow
from shared.contracts import corps
from shared.lifecycle.actor import Role
from shared.vault.model import LookReason
from tests.integration.assessment.assessment_world import TO_OFFER, WAY, World, both, of_corps, person, routed

K, P, W = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.CASEWORKER
NO_ACTION = {"reason": "A1"}


async def test_a_concern_that_is_routed_waits_as_a_task_and_not_as_a_case(world: World) -> None:
    case = await world.case(await world.routed())

    assert case["stage"] == "C2"
    assert [clock["kind"] for clock in case["clocks"]] == ["open_or_merge"]
    assert case["clocks"][0]["reason"]["amount"] == 2
    assert {row["organisation"] for row in case["access"]} == {"kommune:0253", "politi:midt-og-vestsjaelland"}
    possible = {each["command"] for each in case["possible"] if each["allowed"]}
    assert possible == {"open-case", "merge-concern", "close-without-action", "refer-elsewhere"}


async def test_the_same_fact_twice_makes_one_record(world: World) -> None:
    concern, event, fact = uuid4(), uuid4(), routed(world.now())

    outcomes = [await world.tell(fact, f"concern/{concern}", sequence=2, event=event) for _ in range(2)]
    again = await world.tell(fact, f"concern/{concern}", sequence=5)

    assert (outcomes, again) == (["handled", "duplicate"], "handled")
    assert len((await world.get(f"/v1/cases?concern={concern}"))["items"]) == 1


async def test_a_concern_goes_the_whole_way_to_a_mentor_and_into_follow_up(world: World) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER, "record-consent")
    assert (await world.case(case))["stage"] == "K8"

    await started_and_ended(world, case)

    found = await world.case(case)
    assert found["stage"] == "K12"
    assert set(await world.open_clocks(case)) == {"follow_up_6", "follow_up_12", "close_after_follow_up"}
    facts = (await world.get(f"/v1/cases/{case}/facts"))["items"]
    assert [fact["sequence"] for fact in facts] == list(range(1, len(facts) + 1))


async def started_and_ended(world: World, case: UUID) -> None:
    """Let the corps start and end an intervention in the case."""
    intervention = uuid4()
    member = {"member_ref": uuid4(), "employer_municipality": "0253"}
    start = of_corps(
        corps.InterventionStarted, case, started_on="2026-12-01", planned_end="2027-06-01", goals=["FAMILY"], **member
    )
    end = of_corps(
        corps.InterventionEnded,
        case,
        end_reason="E1",
        criterion="GOALS_REACHED",
        farewell_held=True,
        handed_over=True,
        follow_ups_agreed=True,
        **member,
    )
    for sequence, fact in enumerate((start, end), start=7):
        await world.tell(fact, f"intervention/{intervention}", sequence=sequence)


async def test_what_was_typed_is_sealed_and_opens_for_who_may_look(world: World) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:5])
    found = await world.case(case)
    (text,) = [one["reasoning"] for one in found["assessments"]]

    ask = {"texts": [text], "role": K, "reason": LookReason.ASSESSMENT}
    opened = await world.post(f"/v1/cases/{case}/open-texts", K, ask)
    refused = await world.post(f"/v1/cases/{case}/open-texts", W, {**ask, "role": W})

    assert opened.json()["texts"][text].startswith("En begrundelse")
    assert refused.status_code == 404  # no recommendation was sent yet: caseworkers see no case
    async with world.work.begin() as tx:
        body = (await tx.session.execute(sa.select(CaseRow.body).where(CaseRow.id == case))).scalar_one()  # type: ignore[arg-type]
        facts = (
            await tx.session.execute(sa.select(sa.func.string_agg(sa.cast(SPINE.facts.c.body, sa.Text), " ")))
        ).scalar_one()
    assert "En begrundelse" not in str(body) + facts


async def test_a_number_of_the_civil_register_in_a_nested_text_is_refused_with_its_place(world: World) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:4])
    by, body = WAY["complete-assessment"](world)
    body["ratings"][2] |= {"need": True, "need_text": "se 010190-1234"}

    refused = await world.give(case, "complete-assessment", by, body, status=422)

    assert (refused["code"], refused["field"]) == ("cpr_in_text", "ratings.2.need_text")


async def test_two_tovholdere_who_agree_at_once_close_the_case_once(world: World) -> None:
    case = await world.routed()
    await world.walk(case, "open-case")
    version = await world.version(case)
    path = f"/v1/cases/{case}/close-without-action"

    answers = await both(*(world.post(path, by, NO_ACTION, version=version) for by in (K, P)))

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    slower = (K, P)[[answer.status_code for answer in answers].index(412)]
    await world.give(case, "close-without-action", slower, NO_ACTION)
    types = await world.types(case)
    assert types.count("agreement.recorded.v1") == 2
    assert types.count("case.closed.v1") == 1
    assert (await world.case(case))["retention_class"] == "RET-1"
    assert await world.open_clocks(case) == {}


async def test_merging_moves_both_records_in_one_transaction(world: World) -> None:
    target, arrived = await world.routed(), await world.routed(minor="YES", cross_over=True)
    await world.walk(target, "open-case")

    await world.give(arrived, "merge-concern", K, {"into": str(target), "same_subject_confirmed": True})

    one, other = await world.case(arrived), await world.case(target)
    assert (one["stage"], one["merged_into"]) == ("C4", str(target))
    assert [concern["from_case"] for concern in other["concerns"]] == [None, str(arrived)]
    assert (other["minor"], other["cross_over"]) == ("YES", True)
    assert await world.open_clocks(arrived) == {}


async def test_a_merge_that_is_refused_changes_neither_record(world: World) -> None:
    target, arrived = await world.routed(), await world.routed()  # the target is not open yet
    before = await both(world.types(target), world.types(arrived))

    refused = await world.give(
        arrived, "merge-concern", K, {"into": str(target), "same_subject_confirmed": True}, status=422
    )

    assert refused["code"] == "case_to_join_not_open"
    assert await both(world.types(target), world.types(arrived)) == before


async def test_a_concern_does_not_join_a_case_that_one_may_not_see(world: World) -> None:
    arrived = await world.routed()
    elsewhere = person(K, "kommune:0101")
    concern = uuid4()
    far = routed(world.now(), municipality="0101", police_district="koebenhavn")
    await world.tell(far, f"concern/{concern}")
    (target,) = (await world.get(f"/v1/cases?concern={concern}", elsewhere))["items"]

    body = {"into": target["id"], "same_subject_confirmed": True}
    refused = await world.give(arrived, "merge-concern", K, body, status=404)

    assert refused["code"] == "case_not_found"


async def test_merging_two_concerns_into_one_case_at_once_loses_neither(world: World) -> None:
    target = await world.routed()
    await world.walk(target, "open-case")
    arrived = [await world.routed() for _ in range(6)]
    body = {"into": str(target), "same_subject_confirmed": True}

    answers = await both(*(world.post(f"/v1/cases/{each}/merge-concern", K, body, version=2) for each in arrived))

    assert [answer.status_code for answer in answers] == [200] * 6
    concerns = (await world.case(target))["concerns"]
    assert {concern["from_case"] for concern in concerns[1:]} == {str(each) for each in arrived}
    await world.types(target)


async def test_a_reopened_case_has_its_clocks_again_under_a_new_opening(world: World) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER, "record-decline")
    assert await world.open_clocks(case) == {}
    concern = await world.routed()

    await world.give(case, "reopen-case", K, {"concern_case": str(concern)})

    found = await world.case(case)
    assert (found["stage"], found["opening"], found["earlier_closed_concern"]) == ("K0", 2, True)
    assert await world.open_clocks(case) == {"triage_again": 2, "close_or_refer": 2}
    assert [one["outdated"] for one in found["assessments"]] == [True]
    assert (await world.case(concern))["stage"] == "C4"
    assert [each["from_case"] for each in found["concerns"]] == [None, str(concern)]


async def test_a_worry_at_the_review_reopens_and_the_second_review_is_cancelled_once(world: World) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER, "record-consent")
    await started_and_ended(world, case)
    world.pass_(timedelta(days=185))
    worry = {
        "contact": "REACHED",
        "wellbeing": dict.fromkeys(
            ("PERSONALITY", "MENTAL_VULNERABILITY", "FAMILY", "NETWORK_SPARE_TIME", "EDUCATION_EMPLOYMENT"), "WORSE"
        ),
        "new_concern": True,
        "decision": "REOPEN_TASK",
        "legal_basis": "Et grundlag, skrevet af en prøve",
    }
    await world.give(case, "hold-follow-up", W, worry)
    version = await world.version(case)
    path, key = f"/v1/cases/{case}/reopen-case", str(uuid4())

    answers = await both(*(world.post(path, K, {}, version=version, key=key) for _ in range(2)))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    types = await world.types(case)
    assert types.count("case.reopened.v1") == 1
    assert await world.open_clocks(case) == {"triage_again": 2, "close_or_refer": 2}
    async with world.work.begin() as tx:
        table = SPINE.deadlines
        query = sa.select(table.c.kind, table.c.state).where(table.c.aggregate_id == case, table.c.opening == 1)
        states = {row.kind: row.state for row in (await tx.session.execute(query)).all()}
    assert (states["follow_up_6"], states["follow_up_12"]) == ("MET", "CANCELLED")


async def test_once_the_police_took_over_the_municipality_sees_that_and_the_date_alone(world: World) -> None:
    case = await world.routed()
    await world.walk(case, "open-case", "request-clearance", "take-over")

    stub, full = await world.case(case), await world.case(case, P)
    timeline = await world.get(f"/v1/cases/{case}/facts")
    listed = (await world.get("/v1/cases?stage=K2"))["items"]

    assert set(stub) == {
        *("id", "stage", "version", "organisation", "regime", "controller", "handled_by", "since", "note")
    }
    assert (stub["handled_by"], stub["since"]) == ("police", world.now().date().isoformat())
    assert [each for each in listed if each["id"] == str(case)] == [stub]
    assert timeline["items"] == []
    assert full["clearance"] == "TAKEN_OVER"
    await world.walk(case, "return-case")
    assert "concerns" in await world.case(case)


async def test_texts_lock_while_the_police_have_the_case_and_open_again_after(world: World) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:5])
    text = (await world.case(case))["assessments"][0]["reasoning"]
    ask = {"texts": [text], "role": K, "reason": LookReason.ASSESSMENT}
    path = f"/v1/cases/{case}/open-texts"

    statuses = [(await world.post(path, K, ask)).status_code]
    await world.walk(case, "revoke-clearance")
    statuses.append((await world.post(path, K, ask)).status_code)
    statuses.append((await world.post(path, P, {**ask, "role": P})).status_code)
    await world.walk(case, "return-case")
    statuses.append((await world.post(path, K, ask)).status_code)

    assert statuses == [200, 403, 200, 200]


async def test_the_corps_and_other_municipalities_see_no_case(world: World) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER, "record-consent")

    for who in (person(Role.LOCAL_COORDINATOR), person(Role.CORPS_MEMBER), person(Role.NATIONAL_DESK, "centre:national"),
                person(K, "kommune:0269"), person(W, "kommune:0269"), person(P, "politi:fyn"), person(Role.LEADER)):  # fmt: skip
        missing = await world.get(f"/v1/cases/{case}", who, status=404)
        nothing = await world.get(f"/v1/cases/{uuid4()}", who, status=404)
        assert missing == nothing
        assert (await world.get("/v1/cases", who))["items"] == []


async def test_a_command_needs_the_version_that_was_seen_and_a_key(world: World) -> None:
    case = await world.routed()
    path, body = f"/v1/cases/{case}/open-case", WAY["open-case"](world)[1]

    statuses = [
        (await world.post(path, K, body)).status_code,
        (await world.post(path, K, body, version=1)).status_code,
        (await world.post(path, K, body, version=2, key="short")).status_code,
        (await world.post(path, P, body, version=2)).status_code,
        (await world.post(path, K, {**body, "colour": "red"}, version=2)).status_code,
        (await world.post(path, K, body, version=2)).status_code,
    ]

    assert statuses == [428, 412, 422, 403, 422, 200]


async def test_the_row_is_the_fold_of_its_facts(world: World) -> None:
    case = await world.routed(travel="WISH")
    await world.walk(case, *TO_OFFER, "record-consent")
    await started_and_ended(world, case)

    async with world.work.begin() as tx:
        table = SPINE.facts
        rows = await tx.session.execute(
            sa.select(table.c.type, table.c.body).where(table.c.aggregate_id == case).order_by(table.c.sequence)
        )
        facts = [CASE.facts[row.type].model_validate(row.body) for row in rows]
        row = (await tx.session.execute(sa.select(CaseRow.body).where(CaseRow.id == case))).scalar_one()  # type: ignore[arg-type]

    assert CASE.replay(case, facts).model_dump(mode="json") == row


async def test_a_page_of_100_of_3500_is_quick_and_the_next_one_goes_on(world: World) -> None:
    other = person(K, "kommune:0461")
    first = routed(world.now(), municipality="0461", police_district="fyn")
    await world.tell(first, f"concern/{uuid4()}")
    async with world.work.begin() as tx:
        await tx.session.execute(sa.text(_COPIES), {"count": 3499})

    started = time.perf_counter()
    page = await world.get("/v1/cases", other)
    seconds = time.perf_counter() - started
    seen = {case["id"] for case in page["items"]}
    rest = await world.get(f"/v1/cases?cursor={page['next']}", other)

    assert len(page["items"]) == 100
    assert not seen & {case["id"] for case in rest["items"]}
    assert seconds < 1.0


_COPIES = """
with source as (select * from assessment.case_record where organisation = 'kommune:0461' limit 1),
copy as (
    insert into assessment.case_record (id, stage, version, opening, organisation, body, created_at, updated_at,
                                        concern_id, authority, arrived_at)
    select fresh, stage, version, opening, organisation, jsonb_set(body, '{id}', to_jsonb(fresh)),
           created_at + make_interval(secs => number), updated_at, gen_random_uuid(), authority, arrived_at
    from source, (select gen_random_uuid() as fresh, number from generate_series(1, :count) as number) as copies
    returning id, created_at
)
insert into assessment.case_access (aggregate_id, organisation, valid_from) select id, 'kommune:0461', now() - interval '1 day' from copy
"""
