"""What Postgres cannot hold is the sender's mistake: said so, never a crash, never "try again"."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from shared.errors import Invalid, Transient
from shared.lifecycle.actor import Role
from shared.messaging.verdict import Verdict, judge
from tests.integration.spine.spine_world import ADVISER, Intake, person


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        {"stage": "\x00"},
        {"cursor": cursor("2026-01-01", str(uuid4()))},
        {"cursor": cursor("2026-01-01T00:00:00+00:00", 5)},
        {"cursor": base64.urlsafe_b64encode(b"[" * 20_000).decode()},
        {"cursor": "é"},
        {"limit": "9" * 5_000},
    ],
)
async def test_a_query_that_cannot_be_asked_is_refused(intake: Intake, query: dict[str, str]) -> None:
    answer = await intake.call(ADVISER, "GET", "/v1/concerns", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def offer(**more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "YOUTH",
        "name": "Opdigtet",
        "contact": "opdigtet",
        "languages": ["da"],
        "valid_from": "2026-01-01",
        "checked_on": "2026-01-01",
        **more,
    }


async def test_help_that_cannot_be_kept_is_refused_and_nothing_is_saved(intake: Intake) -> None:
    keeper, twice = person(Role.CENTRE_ADVISER, "centre:national"), offer()
    for offers in ([offer(name="a\x00b")], [twice, twice]):
        answer = await intake.call(keeper, "PUT", "/v1/help-offers", json={"offers": offers})
        assert answer.status_code == 422, answer.text
    assert (await intake.call(ADVISER, "GET", "/v1/help-offers")).json()["items"] == []
    asked = await intake.call(ADVISER, "GET", "/v1/help-offers", params={"municipality": "\x00"})
    assert asked.status_code == 422


@pytest.mark.parametrize("number", [2**63, 2**70])
async def test_a_number_too_large_for_postgres_is_no_trouble_of_the_server(intake: Intake, number: int) -> None:
    with pytest.raises(Invalid) as refused:
        async with intake.work.begin() as tx:
            await tx.session.execute(sa.text("select cast(:number as bigint)"), {"number": number})
    assert refused.value.code == "value_not_storable"
    assert judge(refused.value) is Verdict.PARK, "or the record would come back for ever"


async def test_a_statement_that_takes_too_long_may_be_tried_again(intake: Intake) -> None:
    async def dawdle() -> None:
        async with intake.work.begin() as tx:
            await tx.session.execute(sa.text("select set_config('statement_timeout', '50', true)"))
            await tx.session.execute(sa.text("select pg_sleep(2)"))

    with pytest.raises(Transient):
        await dawdle()
