"""The last write of a command waits for the record of its answer, and goes with it: both, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.intake.repository import concern_store
from shared.errors import StaleVersion
from shared.lifecycle.actor import Actor, Role
from tests.integration.spine.spine_world import ADVISER, CALL, Cluster, Intake, OpenVerifier, person
from tests.integration.spine.test_one_statement import counts, save_one, store_with


@pytest.fixture
async def admin(spine_cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everything."""
    found = await asyncpg.connect(spine_cluster.dsn("postgres"))
    yield found
    await found.close()


async def kept(admin: asyncpg.Connection) -> dict[str, int]:
    return await counts(admin) | {"idempotency": await admin.fetchval("select count(*) from intake.idempotency")}


async def test_requests_with_one_key_at_the_same_time_make_one_concern(
    intake: Intake, admin: asyncpg.Connection
) -> None:
    before = await kept(admin)
    key = {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(
        *(intake.call(ADVISER, "POST", "/v1/concerns", json=CALL, headers=key) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    after = await kept(admin)
    assert (after["intake.concern"] - before["intake.concern"], after["idempotency"] - before["idempotency"]) == (1, 1)
    assert after["vault.sealed"] - before["vault.sealed"] == 2  # description and reporter


async def test_another_body_under_a_used_key_writes_nothing(intake: Intake, admin: asyncpg.Connection) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    assert (await intake.call(ADVISER, "POST", "/v1/concerns", json=CALL, headers=key)).status_code == 201
    before = await kept(admin)
    other = {**CALL, "description": "En anden opdigtet bekymring."}
    refused = await intake.call(ADVISER, "POST", "/v1/concerns", json=other, headers=key)
    assert refused.json()["code"] == "idempotency_mismatch"
    assert await kept(admin) == before


async def test_a_concern_of_somebody_whose_token_was_revoked_is_not_written(
    intake: Intake, spine_cluster: Cluster, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoked = person(Role.HOTLINE_ADVISER, ADVISER.organisation)
    issued_at = datetime.now(UTC) - timedelta(minutes=1)
    at_its_word = OpenVerifier.actor

    async def issued_before(self: OpenVerifier, token: str) -> Actor:
        return replace(await at_its_word(self, token), issued_at=issued_at)

    monkeypatch.setattr(OpenVerifier, "actor", issued_before)
    keeper = await asyncpg.connect(spine_cluster.dsn("identity_keeper"))
    try:
        assert (await intake.call(revoked, "POST", "/v1/concerns", json=CALL)).status_code == 201
        await keeper.fetchval("select identity.revoke($1)", revoked.person_ref)
        before = await kept(admin)
        refused = await intake.call(revoked, "POST", "/v1/concerns", json=CALL)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
        assert await kept(admin) == before
    finally:
        await keeper.close()


async def test_a_form_that_goes_straight_on_writes_both_of_its_steps(intake: Intake, admin: asyncpg.Connection) -> None:
    school = person(Role.PRO_REPORTER, "school:0253-1")
    form = {**CALL, "anonymity": "OPEN", "channel": "SCHOOL_FORM"}
    made = await intake.call(school, "POST", "/v1/concerns", json=form)
    assert made.status_code == 201, made.text
    row = await admin.fetchrow(
        "select c.version, array_agg(f.sequence order by f.sequence) as sequences from intake.concern c"
        " join intake.facts f on f.aggregate_id = c.id where c.id = $1 group by c.version",
        UUID(made.json()["id"]),
    )
    assert row["sequences"] == list(range(1, row["version"] + 1))
    assert made.json()["version"] == row["version"] > 1


async def test_what_is_held_is_there_for_the_next_statement(intake: Intake) -> None:
    concern_id = UUID(await intake.concern())
    async with intake.work.begin(holds=True) as tx:
        await save_one(tx, store_with(), concern_id, behind=0)
        assert tx.session.held is not None
        held = await concern_store(None).load(tx, concern_id)
        assert tx.session.held is None
    async with intake.work.begin() as tx:
        assert (await concern_store(None).load(tx, concern_id)).version == held.version


async def test_what_nobody_asks_for_is_written_at_the_end(intake: Intake, admin: asyncpg.Connection) -> None:
    concern_id = UUID(await intake.concern())
    facts = "select count(*) from intake.facts where aggregate_id = $1"
    before = await admin.fetchval(facts, concern_id)
    async with intake.work.begin(holds=True) as tx:
        await save_one(tx, store_with(), concern_id, behind=0)
    assert await admin.fetchval(facts, concern_id) == before + 1
    with pytest.raises(StaleVersion):
        async with intake.work.begin(holds=True) as tx:
            await save_one(tx, store_with(), concern_id, behind=1)
    assert await admin.fetchval(facts, concern_id) == before + 1
