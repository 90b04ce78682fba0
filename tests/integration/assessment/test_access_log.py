"""Who opened a case, when and why: what the data protection officer and the auditor are shown (domain.md 4.3 R8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.assessment.domain.case import Stage
from services.assessment.openings import units_of
from shared.lifecycle.actor import Actor, Role
from shared.persistence.work import UnitOfWork, build_engine
from shared.vault.model import LookReason
from shared.web import access_log
from tests.integration.assessment.assessment_world import TO_OFFER, Person, World, person
from tests.integration.assessment.conftest import Installed
from tests.unit.assessment.assessment_builders import KOMMUNE, case_in

K, P = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI
OTHER = "kommune:0461"


async def opened(world: World, **more: Any) -> tuple[UUID, str]:
    """Walk a case to its assessment and open the reasoning; return case and text."""
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:5])
    (text,) = [one["reasoning"] for one in (await world.case(case))["assessments"]]
    answer = await world.post(
        f"/v1/cases/{case}/open-texts", K, {"texts": [text], "role": K, "reason": LookReason.ASSESSMENT, **more}
    )
    assert answer.status_code == 200, answer.text
    return case, text


async def log(world: World, case: UUID, by: Person, **more: Any) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in {"unit": case, **more}.items())
    return (await world.get(f"/v1/access-log?{query}", by))["items"]


async def test_the_dpo_sees_who_opened_a_case_when_and_why(world: World) -> None:
    case, text = await opened(world)

    (shown,) = await log(world, case, person(Role.DPO))

    assert shown["person"] == str(world.people[K].ref)
    assert (shown["role"], shown["organisation"], shown["reason"]) == (K, world.people[K].organisation, "ASSESSMENT")
    assert (shown["text"], shown["class"], shown["unit"]) == (text, "B", str(case))
    assert shown["reason_text"] is None
    assert shown["at"]


async def test_looking_at_the_log_is_no_opening(world: World) -> None:
    case, _ = await opened(world)
    for _ in range(3):
        shown = await log(world, case, person(Role.DPO))

    assert len(shown) == 1


async def test_a_reason_in_own_words_is_sealed_and_referred_to_for_the_dpo_alone(world: World) -> None:
    case, _ = await opened(world, reason_text="Borgeren har ringet, æøå, og spurgt")

    (shown,) = await log(world, case, person(Role.DPO))
    (audited,) = await log(world, case, person(Role.AUDITOR))

    assert UUID(shown["reason_text"])
    assert "reason_text" not in audited
    reference = {"texts": [shown["reason_text"]], "role": K, "reason": LookReason.INSIGHT}
    assert (await world.post(f"/v1/cases/{case}/open-texts", K, reference)).status_code == 404  # no text of the case


async def test_a_number_of_the_civil_register_in_a_reason_is_refused_and_nothing_is_opened(world: World) -> None:
    case, text = await opened(world)

    ask = {"texts": [text], "role": K, "reason": LookReason.ASSESSMENT, "reason_text": "om 0101011234"}
    answer = await world.post(f"/v1/cases/{case}/open-texts", K, ask)

    assert answer.status_code == 422
    assert "0101011234" not in answer.text
    assert len(await log(world, case, person(Role.DPO))) == 1


async def test_the_other_organisation_of_the_case_sees_its_openings_too(world: World) -> None:
    case, _ = await opened(world)

    assert len(await log(world, case, person(Role.DPO, world.people[P].organisation))) == 1


async def test_an_organisation_that_has_no_part_sees_nothing_and_cannot_tell_a_case_from_none(world: World) -> None:
    case, _ = await opened(world)
    stranger = person(Role.DPO, OTHER)

    answers = [
        await world.http.get(f"/v1/access-log?unit={unit}", headers={"Authorization": f"Bearer {stranger.token}"})
        for unit in (case, uuid4())
    ]

    assert [answer.json() for answer in answers] == [{"items": [], "next": None}] * 2
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DPO, Role.AUDITOR, Role.SYSTEM}))
async def test_nobody_else_reads_the_log(world: World, role: Role) -> None:
    await world.get(f"/v1/access-log?unit={uuid4()}", person(role), status=403)


@pytest.mark.parametrize(
    "query", ["", "unit=", "unit=x", f"unit={uuid4()}&after=-1", "&".join([f"unit={uuid4()}"] * 21)]
)
async def test_a_question_that_is_malformed_is_refused(world: World, query: str) -> None:
    await world.get(f"/v1/access-log?{query}", person(Role.DPO), status=422)


async def test_a_long_list_goes_on_behind_what_was_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "PAGE", 2)
    case, text = await opened(world)
    for _ in range(2):
        ask = {"texts": [text], "role": K, "reason": LookReason.ASSESSMENT}
        await world.post(f"/v1/cases/{case}/open-texts", K, ask)
    dpo = person(Role.DPO)

    first = await world.get(f"/v1/access-log?unit={case}", dpo)
    second = await world.get(f"/v1/access-log?unit={case}&after={first['next']}", dpo)

    assert [len(first["items"]), len(second["items"])] == [2, 1]
    assert second["next"] is None
    assert second["items"][0]["at"] > first["items"][1]["at"]


async def test_the_log_is_shown_to_the_organisation_that_asks_and_no_other_can_be_named(
    world: World, installed: Installed
) -> None:
    case, _ = await opened(world)
    query = sa.text("select count(*) from audit.openings(:unit)")
    engine = build_engine(installed.settings.database_url.get_secret_value(), name="asking")
    work = UnitOfWork(engine, world.clock)

    async def seen(organisation: str) -> int:
        async with work.begin(Actor(uuid4(), organisation, frozenset({Role.DPO}))) as tx:
            return int((await tx.session.execute(query, {"unit": case})).scalar_one())

    try:
        assert [await seen(place) for place in (KOMMUNE, OTHER)] == [1, 0]
        async with engine.connect() as connection:
            with pytest.raises(sa.exc.DBAPIError, match="shown to an organisation"):
                await connection.execute(query, {"unit": case})
    finally:
        await engine.dispose()


async def test_the_workers_role_may_not_ask_who_opened_what(world: World) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        async with world.work.engine.connect() as connection:
            await connection.execute(sa.text("select audit.openings(gen_random_uuid())"))


async def test_the_citizens_list_of_a_case_has_its_concerns_in_it_and_is_for_its_own_officer(world: World) -> None:
    case, text = await opened(world)
    path = f"/v1/cases/{case}/access-log"

    (shown,) = (await world.get(path, person(Role.DPO)))["items"]
    elsewhere = await world.get(path, person(Role.DPO, OTHER), status=404)
    nowhere = await world.get(f"/v1/cases/{uuid4()}/access-log", person(Role.DPO, OTHER), status=404)

    assert (shown["text"], shown["unit"]) == (text, str(case))
    assert elsewhere == nowhere
    await world.get(path, K, status=403)


def test_the_units_of_a_case_are_its_own_its_interventions_and_its_concerns() -> None:
    state = case_in(Stage.ACTIVE)

    assert units_of(state) == [state.id, state.intervention_id, state.concern_id]
