"""Shares and consents on a real Postgres and over HTTP: the ledger, its forms, the sealed necessity, withdrawal (R1-R4, T10, T23)."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.assessment.tables import SPINE
from shared.lifecycle.actor import Role
from shared.vault.model import LookReason
from tests.integration.assessment.assessment_world import WAY, World, person
from tests.unit.assessment.assessment_builders import KOMMUNE, POLITI

K, P, W = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.CASEWORKER
NECESSITY = "Politiet skal kende faren for at kunne forebygge den"
TO_CLEARED = ("open-case", "request-clearance", "clear-case")


def share(**changes: Any) -> dict[str, Any]:
    """Return the body of a share with the police."""
    plain = {
        "from_authority": KOMMUNE,
        "to_authority": POLITI,
        "recipient_person": str(uuid4()),
        "recipient_kind": "EMPLOYEE",
        "basis": "RPL115_SSP",
        "purpose": "CRIME_PREVENTION",
        "necessity": NECESSITY,
        "categories": ["CONCERN", "ASSESSMENT"],
        "minimisation_checked": True,
    }
    return {**plain, **changes}


def consent(world: World, kind: str = "SHARE") -> dict[str, Any]:
    """Return the body of an adult's consent to share with the police."""
    (_, body) = WAY["record-consent"](world)
    taken = {name: value for name, value in body.items() if name not in ("requirements", "needs_corps_member")}
    return {**taken, "kind": kind, "parties": [POLITI], "text_version": "share.1"}


async def cleared(world: World) -> UUID:
    """Return a case that police have cleared."""
    case = await world.routed()
    await world.walk(case, *TO_CLEARED)
    return case


async def ledger(world: World, case: UUID, accept: str = "application/json", by: Role = K) -> Any:
    """Return the answer of the ledger in a form."""
    headers = {"Authorization": f"Bearer {world.people[by].token}", "Accept": accept}
    return await world.http.get(f"/v1/cases/{case}/shares", headers=headers)


async def test_a_share_and_a_refusal_stand_in_the_ledger_with_basis_and_recipient(world: World) -> None:
    case = await cleared(world)
    body = share()
    await world.give(case, "share-information", K, body)
    asked = {"from_authority": KOMMUNE, "to_authority": POLITI, "categories": ["HEALTH"]}
    await world.give(case, "refuse-sharing", K, asked)

    shared, refused = (await ledger(world, case)).json()["items"]

    assert (shared["outcome"], shared["basis"], shared["recipient_person"]) == (
        "SHARED",
        "RPL115_SSP",
        body["recipient_person"],
    )
    assert (shared["regime"], shared["controller"], shared["rule_from"]) == ("MIXED", KOMMUNE, "2026-01-01")
    assert (refused["outcome"], refused["refused_reason"], refused["categories"]) == ("REFUSED", None, ["HEALTH"])
    assert set(await world.open_clocks(case)) == {"meeting"}


async def test_the_ledger_can_be_taken_along_as_csv_and_as_json_lines(world: World) -> None:
    case = await cleared(world)
    for _ in range(2):
        await world.give(case, "share-information", K, share())
    plain = (await ledger(world, case)).json()["items"]

    table, lines = await ledger(world, case, "text/csv"), await ledger(world, case, "application/x-ndjson")

    assert (table.headers["content-type"].partition(";")[0], lines.headers["content-type"]) == (
        "text/csv",
        "application/x-ndjson",
    )
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["id"] for row in rows] == [line["id"] for line in plain]
    assert rows[0]["categories"] == "CONCERN ASSESSMENT"
    assert [json.loads(line) for line in lines.text.splitlines()] == plain
    assert NECESSITY not in table.text + lines.text


async def test_necessity_is_sealed_and_opens_like_other_texts(world: World) -> None:
    case = await cleared(world)
    await world.give(case, "share-information", K, share())
    (line,) = (await ledger(world, case)).json()["items"]

    ask = {"texts": [line["necessity"]], "role": K, "reason": LookReason.DISCLOSURE}
    opened = await world.post(f"/v1/cases/{case}/open-texts", K, ask)

    assert opened.json()["texts"] == {line["necessity"]: NECESSITY}
    async with world.work.begin() as tx:
        facts = sa.select(sa.func.string_agg(sa.cast(SPINE.facts.c.body, sa.Text), " "))
        assert NECESSITY not in (await tx.session.execute(facts)).scalar_one()


async def test_what_is_for_an_investigation_is_refused_before_anything_is_made_of_it(world: World) -> None:
    """T10."""
    case = await cleared(world)
    before = await world.types(case)

    for changes in ({"purpose": "INVESTIGATION"}, {"necessity": "kort"}, {"recipient_person": None}, {"basis": None}):
        answer = await world.post(
            f"/v1/cases/{case}/share-information", P, share(**changes), version=await world.version(case)
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "field_invalid")

    assert await world.types(case) == before


async def test_a_pair_that_the_rule_does_not_list_is_refused_by_the_name_of_the_rule(world: World) -> None:
    case = await cleared(world)
    for receiver in ("centre:national", "school:greve-01", "pet:national"):
        answer = await world.post(
            f"/v1/cases/{case}/share-information", K, share(to_authority=receiver), version=await world.version(case)
        )
        assert answer.status_code == 422
        assert answer.json()["rule"].startswith("domain.md 4.2 RPL115_SSP")


async def test_a_withdrawn_consent_carries_no_further_share_and_the_history_stays(world: World) -> None:
    """T23."""
    case = await cleared(world)
    on_consent = share(basis="CONSENT", purpose="AS_CONSENTED")
    await world.give(case, "share-information", K, on_consent, status=422)
    await world.give(case, "record-consent", K, consent(world))
    await world.give(case, "share-information", K, on_consent)
    ((given,),) = [(await world.case(case))["consents"]]

    await world.give(case, "withdraw-consent", K, {"consent_id": given["id"]})

    refused = await world.give(case, "share-information", K, on_consent, status=422)
    assert refused["code"] == "no_live_consent"
    (line,) = (await ledger(world, case)).json()["items"]
    assert line["consent_id"] == given["id"]
    assert set(await world.open_clocks(case)) == {"meeting", "tell_parties"}


async def test_the_municipality_records_a_withdrawal_while_police_have_the_case_and_sees_no_more_of_it(
    world: World,
) -> None:
    """The citizen calls who took the consent, and knows of no police (T08)."""
    case = await cleared(world)
    await world.give(case, "record-consent", K, consent(world))
    await world.give(case, "revoke-clearance", P)
    before = await world.case(case)

    answer = await world.give(case, "withdraw-consent", K, {"kind": "SHARE"})

    after = await world.case(case)
    assert set(answer) == {"id", "version", "stage"}
    assert after == {**before, "version": before["version"] + 1}
    assert (after["handled_by"], "consents" in after) == ("police", False)
    assert (await world.get(f"/v1/cases/{case}/facts"))["items"] == []
    ((seen,),) = [(await world.case(case, P))["consents"]]
    assert seen["withdrawn_at"] is not None
    for again in ({"kind": "SHARE"}, {"kind": "FOLLOW_UP"}, {"consent_id": seen["id"]}):
        refused = await world.give(case, "withdraw-consent", K, again, status=422)
        assert refused["code"] == "consent_not_there"
    for stranger in (person(K, "kommune:0265"), person(P, "politi:fyn"), person(Role.CASEWORKER)):
        await world.give(case, "withdraw-consent", stranger, {"kind": "SHARE"}, status=404)


@pytest.mark.parametrize("body", [{}, {"kind": "SHARE", "consent_id": str(uuid4())}])
async def test_a_withdrawal_names_the_consent_or_its_kind(world: World, body: dict[str, Any]) -> None:
    case = await cleared(world)

    assert (await world.give(case, "withdraw-consent", K, body, status=422))["code"] == "field_invalid"


async def test_strangers_and_those_whom_police_shut_out_see_no_line(world: World) -> None:
    case = await cleared(world)
    await world.give(case, "share-information", K, share())
    stranger = person(K, "kommune:0265")
    headers = {"Authorization": f"Bearer {stranger.token}"}
    assert (await world.http.get(f"/v1/cases/{case}/shares", headers=headers)).status_code == 404

    await world.give(case, "revoke-clearance", P)

    assert (await ledger(world, case)).json()["items"] == []
    assert len((await ledger(world, case, by=P)).json()["items"]) == 1


async def test_a_disputed_fact_is_marked_in_the_timeline(world: World) -> None:
    """R23."""
    case = await cleared(world)
    before = (await world.get(f"/v1/cases/{case}/facts"))["items"]
    body = {"disputed": 2, "citizens_version": "Sådan var det ikke"}

    await world.give(case, "dispute-fact", K, body)

    after = (await world.get(f"/v1/cases/{case}/facts"))["items"]
    marked = [fact["sequence"] for fact in after if fact.get("disputed")]
    ask = {"texts": [after[1]["citizens_version"]], "role": K, "reason": LookReason.CORRECTION}
    opened = await world.post(f"/v1/cases/{case}/open-texts", K, ask)
    assert (marked, after[1]["body"]) == ([2], before[1]["body"])
    assert list(opened.json()["texts"].values()) == [body["citizens_version"]]


async def test_what_an_adviser_cannot_tell_yet_is_looked_at_again(world: World) -> None:
    """R22."""
    case = await cleared(world)
    day = (world.now() + timedelta(days=80)).date().isoformat()
    body = {"exemption": "DBL22_CRIME", "grounds": "En grund, skrevet af en prøve", "review_on": day}

    await world.give(case, "postpone-telling", K, body)

    assert "review_telling" in await world.open_clocks(case)
