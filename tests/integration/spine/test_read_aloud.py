"""A caller without a name is read a reference code, and comes back with it as a citizen who wrote does (`domain.md` 2.4)."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient, Response

from services.intake.codes import digest_of
from shared.lifecycle.actor import Role
from tests.integration.spine.spine_world import ADVISER, Cluster, Intake, person

CALLED = {"anonymity": "ANONYMOUS", "channel": "HOTLINE", "description": "En opdigtet bekymring."}
ALOUD = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$")


async def called(intake: Intake, key: str | None = None, **more: Any) -> Response:
    """Take a call in, as an adviser."""
    headers = {"Idempotency-Key": key or str(uuid4())}
    return await intake.call(ADVISER, "POST", "/v1/concerns", json={**CALLED, **more}, headers=headers)


async def comes_back(intake: Intake, end: str, **body: Any) -> Response:
    """Ask as somebody without an account."""
    transport = ASGITransport(intake.app, raise_app_exceptions=False)
    headers = {"Idempotency-Key": str(uuid4())}
    async with AsyncClient(transport=transport, base_url="http://intake", headers=headers) as client:
        return await client.post(f"/v1/public/concerns/{end}", json=body)


async def test_a_caller_without_a_name_is_read_a_code_in_groups_of_four_and_comes_back_with_it(intake: Intake) -> None:
    made = await called(intake)
    assert made.status_code == 201, made.text
    code = made.json()["reference_code"]

    assert ALOUD.match(code)
    assert made.headers["cache-control"] == "no-store"
    assert (await comes_back(intake, "status", code=code.lower().replace("-", " "))).json() == {
        "status": "RECEIVED",
        "takes_information": True,
        "open_questions": 0,
    }
    added = await comes_back(intake, "add-information", code=code, information="Hun har købt en billet.")
    assert added.status_code == 200, added.text
    shown = (await intake.call(ADVISER, "GET", f"/v1/concerns/{made.json()['id']}")).json()
    assert len(shown["information"]) == 1
    assert "reference_code" not in shown


async def test_a_repeat_is_answered_with_the_same_code_and_only_its_slow_hash_is_kept(
    intake: Intake, spine_cluster: Cluster
) -> None:
    key = str(uuid4())
    answers = [(await called(intake, key)).json() for _ in range(2)]

    connection = await asyncpg.connect(spine_cluster.dsn("postgres"))
    try:
        kept = await connection.fetch(
            "select digest from intake.reference_code where concern_id = $1", answers[0]["id"]
        )
        answer = await connection.fetchval("select answer::text from intake.idempotency where key = $1", key)
    finally:
        await connection.close()
    assert answers[0] == answers[1]
    assert [row["digest"] for row in kept] == [digest_of(answers[0]["reference_code"])]
    assert answers[0]["id"] in answer
    assert answers[0]["reference_code"] not in answer


@pytest.mark.parametrize("mode", ["CONFIDENTIAL", "OPEN"])
async def test_a_caller_who_gave_a_name_needs_no_code(intake: Intake, mode: str) -> None:
    made = await called(intake, anonymity=mode, reporter="En opdigtet anmelder.")

    assert (made.status_code, "reference_code" in made.json()) == (201, False)


async def test_nobody_but_an_adviser_of_the_hotline_is_given_a_code(intake: Intake) -> None:
    teacher = person(Role.PRO_REPORTER, "school:greve-01")
    made = await intake.call(teacher, "POST", "/v1/concerns", json={**CALLED, "channel": "SCHOOL_FORM"})

    assert (made.status_code, "reference_code" in made.json()) == (201, False)
