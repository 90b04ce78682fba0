"""Requests for insight on a real Postgres, vault and HTTP: who may, the export, the looks on record (R19, R21)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.erasing import refuse_while_asked
from services.assessment import repository
from shared.errors import Conflict
from shared.lifecycle.actor import Role
from shared.vault import FieldClass, Grant, KeysetProvider, NewText, PostgresKeyStore, Vault
from tests.integration.assessment.assessment_world import TO_OFFER, Person, World, person, routed
from tests.integration.assessment.conftest import Installed
from tests.unit.assessment.assessment_builders import POLITI

K, P, D = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.DPO
WROTE = "En begrundelse, skrevet af en prøve"


async def ask(world: World, case: UUID, by: Role | Person = D, regime: str = "GDPR15", status: int = 201) -> Any:
    """Request insight; return the id."""
    body = {
        "case_id": str(case),
        "requested_by": "SUBJECT",
        "identity_checked": True,
        "regime": regime,
        "received_at": (world.now() - timedelta(hours=1)).isoformat(),
    }
    answer = await world.post("/v1/insights", by, body)
    assert answer.status_code == status, answer.text
    return UUID(answer.json()["id"]) if status == 201 else answer.json()


async def command(world: World, insight: UUID, code: str, by: Role | Person, body: Any, status: int = 200) -> Any:
    """Give a command to a request on its current version."""
    answer = await world.post(f"/v1/insights/{insight}/{code}", by, body, version=await world.version(insight))
    assert answer.status_code == status, answer.text
    return answer.json()


async def assessed(world: World) -> UUID:
    """Return a case with a sealed reasoning."""
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:5])
    return case


async def looks(admin: str, person_ref: UUID) -> list[str]:
    """Return the reasons of the looks that this person has on record."""
    connection = await asyncpg.connect(admin)
    try:
        rows = await connection.fetch("select reason from vault.looks where person = $1", person_ref)
    finally:
        await connection.close()
    return [row["reason"] for row in rows]


async def test_the_dpo_shows_the_citizen_the_case_in_words_without_the_reporter(world: World) -> None:
    case = await assessed(world)
    insight = await ask(world, case)

    answer = await world.get(f"/v1/insights/{insight}/export", D)

    assert [item["number"] for item in answer["items"]] == list(range(1, await world.version(case) + 1))
    assert WROTE in [item["content"].get("reasoning") for item in answer["items"]]
    assert answer["items"][0]["content"]["reporter"]["held_back"] == "REPORTER"
    assert (answer["regime"], answer["controller"], answer["draft"]) == ("MIXED", "kommune:0253", True)


async def test_a_request_has_its_clock_and_is_seen_by_who_answers_it(world: World) -> None:
    case = await assessed(world)
    insight = await ask(world, case, regime="FORVALTNINGSLOV")

    shown = await world.get(f"/v1/insights/{insight}", D)

    assert [(clock["kind"], clock["sourced"]) for clock in shown["clocks"]] == [("answer_insight", True)]
    assert (shown["regime"], shown["controller"]) == ("GDPR", "kommune:0253")
    for role in (P, Role.CHILD_UNIT, Role.LOCAL_COORDINATOR, Role.CENTRE_ADVISER):
        await world.get(f"/v1/insights/{insight}", role, 404)
    await world.get(f"/v1/insights/{insight}/export", person(D, "kommune:0265"), 404)
    await world.get(f"/v1/insights/{insight}/export", K, 403)


async def test_a_stranger_cannot_ask_into_a_case(world: World) -> None:
    case = await assessed(world)

    refused = await ask(world, case, person(D, "kommune:0265"), status=422)
    unknown = await ask(world, uuid4(), D, status=422)

    assert refused["code"] == unknown["code"] == "no_case_for_insight"


async def test_a_text_is_held_back_by_decision_and_marked_and_never_opened(world: World) -> None:
    case = await assessed(world)
    (text,) = [each["reasoning"] for each in (await world.case(case))["assessments"]]
    insight = await ask(world, case)
    held = {"text": text, "basis": "DBL22_CRIME"}
    decision = {"decision": "PARTIAL", "held_back": [held], "grounds": "Derfor."}

    foreign = {**decision, "held_back": [{**held, "text": str(uuid4())}]}
    foreign = await command(world, insight, "decide-insight", D, foreign, 422)
    nothing = {**decision, "exemption_basis": ["DBL22_CRIME"], "held_back": []}
    assert (await command(world, insight, "decide-insight", D, nothing, 422))["code"] == "nothing_held_back"
    await command(world, insight, "decide-insight", D, decision)

    answer = await world.get(f"/v1/insights/{insight}/export", D)
    assert foreign["code"] == "held_back_unknown"
    assert WROTE not in str(answer)
    held = [item["content"]["reasoning"] for item in answer["items"] if "reasoning" in item["content"]]
    assert [each["held_back"] for each in held] == ["DBL22_CRIME"]


async def test_a_refusal_shows_nothing(world: World) -> None:
    insight = await ask(world, await assessed(world))
    refusal = {"decision": "REFUSED", "exemption_basis": ["DBL22_CRIME"], "grounds": "Derfor."}
    await command(world, insight, "decide-insight", D, refusal)

    assert (await world.get(f"/v1/insights/{insight}/export", D, 409))["code"] == "insight_refused"


async def test_an_answer_shows_what_there_was_when_it_was_decided(world: World) -> None:
    case = await world.routed()
    await world.walk(case, "open-case", "request-clearance", "clear-case", "hold-meeting")
    insight = await ask(world, case)
    await command(world, insight, "decide-insight", D, {"decision": "FULL"})
    before = await world.get(f"/v1/insights/{insight}/export", D)
    await world.walk(case, "complete-assessment")
    dispute = {"disputed": 1, "citizens_version": "Det gik anderledes for sig."}
    await world.give(case, "dispute-fact", K, dispute)

    after = await world.get(f"/v1/insights/{insight}/export", D)

    assert after == before
    assert WROTE not in json.dumps(after, ensure_ascii=False)


async def test_an_answer_can_be_fetched_for_thirty_days_and_no_longer(world: World) -> None:
    insight = await ask(world, await assessed(world))
    await command(world, insight, "decide-insight", D, {"decision": "FULL"})
    world.pass_(timedelta(days=29, hours=23))
    in_time = await world.get(f"/v1/insights/{insight}/export", D)

    world.pass_(timedelta(hours=1))

    assert WROTE in json.dumps(in_time, ensure_ascii=False)
    assert (await world.get(f"/v1/insights/{insight}/export", D, 409))["code"] == "insight_answer_over"


async def test_an_older_answer_takes_nothing_from_a_request_that_waits(world: World) -> None:
    case = await assessed(world)
    first, second = await ask(world, case), await ask(world, case)
    await command(world, first, "decide-insight", D, {"decision": "FULL"})
    world.pass_(timedelta(days=31))

    await world.get(f"/v1/insights/{first}/export", D, 409)

    assert WROTE in json.dumps(await world.get(f"/v1/insights/{second}/export", D), ensure_ascii=False)


async def test_leave_to_open_the_case_is_for_one_person_and_ends_with_the_export(
    world: World, installed: Installed
) -> None:
    case, dpo = await assessed(world), person(D)
    insight = await ask(world, case, dpo)
    asked = await leaves(installed.admin, case)
    await world.get(f"/v1/insights/{insight}/export", dpo)

    given = await leaves(installed.admin, case)
    await world.give(case, "revoke-clearance", P)
    locked = (await leaves(installed.admin, case))[len(given) :]

    assert asked == []
    assert {(each["person"], each["granted"]) for each in given} == {(dpo.ref, True)}
    assert all(each["until"] <= world.now() + timedelta(minutes=5) for each in given)
    assert {(each["person"], each["granted"]) for each in locked} == {(dpo.ref, False)}
    assert len(given) == len(locked)


async def leaves(admin: str, unit: UUID) -> list[Any]:
    """Return the leaves that DPOs were given on a unit, and what took them back, in order."""
    connection = await asyncpg.connect(admin)
    try:
        return await connection.fetch(
            "select person, granted, until from vault.grants where unit = $1 and role = 'DPO' order by id", unit
        )
    finally:
        await connection.close()


async def test_what_police_answer_for_goes_to_them_and_stays_there(world: World) -> None:
    case = await assessed(world)
    insight = await ask(world, case, regime="LED")
    await command(world, insight, "hand-over-insight", D, {"to_authority": POLITI})
    theirs = person(D, POLITI)

    refused = await command(world, insight, "decide-insight", D, {"decision": "FULL"}, 422)
    await command(world, insight, "decide-insight", theirs, {"decision": "FULL"})

    assert refused["code"] == "insight_not_yours"
    assert (await world.get(f"/v1/insights/{insight}/export", D, 409))["code"] == "insight_not_yours"
    answer = await world.get(f"/v1/insights/{insight}/export", theirs)
    assert WROTE in [item["content"].get("reasoning") for item in answer["items"]]


async def test_of_a_case_that_police_took_nothing_opens_for_the_municipality(world: World) -> None:
    case = await assessed(world)
    before = await ask(world, case)
    await world.give(case, "revoke-clearance", P)
    after = await ask(world, case)

    for insight in (before, after):
        answer = await world.get(f"/v1/insights/{insight}/export", D)
        assert answer["items"] == []
        assert [each["what"] for each in answer["held_back_always"]] == ["LED"]


async def test_a_request_from_before_or_during_a_take_over_can_be_answered_after_the_return(world: World) -> None:
    case = await world.routed()
    await world.walk(case, "open-case", "request-clearance")
    before = await ask(world, case)
    await world.walk(case, "take-over")
    during = await ask(world, case)
    await world.walk(case, "return-case", "hold-meeting", "complete-assessment")

    for insight in (before, during):
        assert WROTE in json.dumps(await world.get(f"/v1/insights/{insight}/export", D), ensure_ascii=False)


async def test_an_open_request_stops_the_clock_of_retention(world: World) -> None:
    """R19."""
    case = await assessed(world)

    async def waits() -> bool:
        async with world.work.begin() as tx:
            return await repository.insight_is_open(tx, case)

    assert not await waits()
    insight = await ask(world, case)
    assert await waits()
    await command(world, insight, "decide-insight", D, {"decision": "FULL"})
    assert not await waits()


async def test_nothing_is_erased_of_a_case_whose_insight_waits(world: World, installed: Installed) -> None:
    """R19."""
    case = await assessed(world)
    insight = await ask(world, case)

    with pytest.raises(Conflict) as refused:
        await refuse_while_asked(installed.worker_url, [uuid4(), case])
    await command(world, insight, "decide-insight", D, {"decision": "FULL"})

    assert refused.value.code == "insight_waits"
    await refuse_while_asked(installed.worker_url, [case])


async def test_each_text_that_is_opened_for_an_answer_is_on_record_as_insight(
    world: World, installed: Installed
) -> None:
    insight = await ask(world, await assessed(world))
    dpo = person(D)
    await world.get(f"/v1/insights/{insight}/export", dpo)

    assert await looks(installed.admin, dpo.ref) == ["INSIGHT"]


SAID = "Han taler om at rejse, sagt af en prøve"


@dataclass
class Told:
    """A case whose concern came with two sealed texts, which are intake's."""

    case: UUID
    concern: UUID
    description: UUID
    grounds: UUID
    vault: Vault
    engine: AsyncEngine

    async def leave(self, until: datetime) -> None:
        """Give the leave that intake gives when it hears of the decision."""
        async with AsyncSession(self.engine) as session, session.begin():
            grants = [Grant("kommune:0253", Role.DPO, FieldClass.CASE_TEXT, until)]
            await self.vault.grant_many(session, unit=self.concern, grants=grants)


@pytest.fixture
async def told(world: World, installed: Installed) -> AsyncIterator[Told]:
    """Route a concern with texts here."""
    settings = installed.settings
    keystore = PostgresKeyStore(settings.keystore_url.get_secret_value())
    vault = Vault(keystore, KeysetProvider.from_file(settings.keyset_file))
    engine = create_async_engine(installed.intake_url, poolclass=NullPool, hide_parameters=True)
    concern = uuid4()
    await vault.new_unit(concern)
    async with AsyncSession(engine) as session, session.begin():
        texts = [NewText(FieldClass.CASE_TEXT, "description", SAID), NewText(FieldClass.CASE_TEXT, "grounds", SAID)]
        description, grounds = await vault.put_many(session, unit=concern, texts=texts)
    await world.tell(routed(world.now(), description=description, grounds=grounds), f"concern/{concern}", sequence=2)
    (case,) = (await world.get(f"/v1/cases?concern={concern}"))["items"]
    yield Told(UUID(case["id"]), concern, description, grounds, vault, engine)
    await engine.dispose()
    await keystore.close()


async def test_what_was_said_in_a_concern_is_shown_where_the_officer_released_it(
    world: World, told: Told, installed: Installed
) -> None:
    insight, dpo = await ask(world, told.case), person(D)
    draft = await world.get(f"/v1/insights/{insight}/export", D)
    refs = {each["text"] for each in draft["texts"] if each["of"] == "CONCERN"}
    assert refs == {str(told.description), str(told.grounds)}
    decision = {"decision": "FULL", "released": [str(told.description)]}

    unconfirmed = await command(world, insight, "decide-insight", dpo, decision, 422)
    await command(world, insight, "decide-insight", dpo, {**decision, "reveals_no_reporter": True})
    early = await world.get(f"/v1/insights/{insight}/export", dpo, 503)
    await told.leave(world.now() + timedelta(days=30))
    answer = await world.get(f"/v1/insights/{insight}/export", dpo)

    assert unconfirmed["code"] == "reporter_not_ruled_out"
    assert early["code"] == "release_under_way"
    first = answer["items"][0]["content"]
    assert first["description"] == SAID
    assert first["grounds"]["held_back"] == "REPORTER"
    assert first["reporter"]["held_back"] == "REPORTER"
    assert await looks(installed.admin, dpo.ref) == ["INSIGHT"]


async def test_what_was_said_in_a_concern_stays_held_back_without_a_word_about_it(world: World, told: Told) -> None:
    insight = await ask(world, told.case)
    await told.leave(world.now() + timedelta(days=30))
    await command(world, insight, "decide-insight", D, {"decision": "FULL"})

    assert SAID not in json.dumps(await world.get(f"/v1/insights/{insight}/export", D), ensure_ascii=False)


async def test_an_answer_with_the_words_of_a_concern_is_made_by_the_officer_alone(world: World, told: Told) -> None:
    insight = await ask(world, told.case)
    decision = {"decision": "FULL", "released": [str(told.description)], "reveals_no_reporter": True}
    caseworker = await command(world, insight, "decide-insight", Role.CASEWORKER, decision, 403)
    await command(world, insight, "decide-insight", D, decision)
    await told.leave(world.now() + timedelta(days=30))

    assert caseworker["code"] == "role_may_not"
    assert (await world.get(f"/v1/insights/{insight}/export", Role.CASEWORKER, 403))["code"] == "role_may_not"
