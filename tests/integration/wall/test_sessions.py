"""Who is signed in, on a real Postgres: sessions end by themselves, at sign-out, and when roles are taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.identity import sessions
from shared.persistence.work import build_engine
from tests.integration.spine.spine_world import Cluster
from tests.support.waiting import eventually

Made = async_sessionmaker[AsyncSession]


@pytest.fixture
async def pages(whole: Cluster) -> AsyncIterator[Made]:
    """Transactions of the api that renders pages."""
    engine = build_engine(whole.dsn("notify_api", driver="postgresql+asyncpg"), name="pages")
    yield async_sessionmaker(engine)
    await engine.dispose()


async def _begin(pages: Made, person: UUID, **spans: timedelta) -> str:
    async with pages() as session, session.begin():
        return await sessions.begin(session, person, **spans)


async def _use(pages: Made, value: str) -> sessions.SignedIn | None:
    async with pages() as session, session.begin():
        return await sessions.use(session, value)


async def test_a_session_is_its_persons_until_it_is_ended_once(pages: Made) -> None:
    person = uuid4()
    value, other = await _begin(pages, person), await _begin(pages, person)

    found = await _use(pages, value)
    async with pages() as session, session.begin():
        ended = [await sessions.end(session, value), await sessions.end(session, value)]

    assert found is not None
    assert found.person == person
    assert ended == [True, False]
    assert await _use(pages, value) is None
    assert await _use(pages, other) is not None


async def test_a_value_that_nobody_was_given_signs_nobody_in(pages: Made) -> None:
    value = await _begin(pages, uuid4())

    for made_up in ("", "x", value[:-1], value + "x", value.swapcase()):
        assert await _use(pages, made_up) is None


async def test_the_table_holds_nothing_that_signs_in(pages: Made, admin: asyncpg.Connection) -> None:
    person = uuid4()
    value = await _begin(pages, person)
    row = await admin.fetchrow("select * from identity.sessions where person = $1", person)

    assert row is not None
    assert value.encode() not in bytes(row["digest"])
    assert value not in str(row)
    assert await _use(pages, row["digest"].hex()) is None


async def test_a_session_that_nobody_uses_ends_by_itself(pages: Made, admin: asyncpg.Connection) -> None:
    person = uuid4()
    value = await _begin(pages, person, idle=timedelta(milliseconds=300))
    # Asked of the table: using the session would keep it awake.
    idle = "select seen_at + idle < clock_timestamp() from identity.sessions where person = $1"

    await eventually(lambda: admin.fetchval(idle, person), what="nobody has used it for its idle time")

    assert await _use(pages, value) is None


async def test_a_session_ends_at_its_end_however_much_it_is_used(pages: Made) -> None:
    value = await _begin(pages, uuid4(), life=timedelta(milliseconds=500))
    assert await _use(pages, value) is not None

    async def over() -> bool:
        return await _use(pages, value) is None

    await eventually(over, what="the session is over")


async def test_who_is_signed_out_everywhere_has_no_session_and_no_token(pages: Made, whole: Cluster) -> None:
    person = uuid4()
    values = [await _begin(pages, person) for _ in range(3)]
    keeper = await asyncpg.connect(whole.dsn("identity_keeper"))
    try:
        assert await keeper.fetchval("select identity.end_sessions($1)", person) == 3
        assert await keeper.fetchval("select identity.end_sessions($1)", person) == 0
    finally:
        await keeper.close()

    assert [await _use(pages, value) for value in values] == [None, None, None]


async def test_a_role_taken_away_ends_the_session_and_a_new_one_begins(pages: Made, whole: Cluster) -> None:
    person = uuid4()
    before = await _begin(pages, person)
    keeper = await asyncpg.connect(whole.dsn("identity_keeper"))
    try:
        await keeper.fetchval("select identity.revoke($1)", person)
    finally:
        await keeper.close()

    assert await _use(pages, before) is None
    assert await _use(pages, await _begin(pages, person)) is not None


async def test_what_is_over_is_forgotten_and_what_runs_is_kept(pages: Made, whole: Cluster) -> None:
    ended, running = await _begin(pages, uuid4()), await _begin(pages, uuid4())
    async with pages() as session, session.begin():
        await sessions.end(session, ended)
    keeper = await asyncpg.connect(whole.dsn("identity_keeper"))
    try:
        assert await keeper.fetchval("select identity.forget_sessions('0')") >= 1
    finally:
        await keeper.close()

    assert await _use(pages, running) is not None


@pytest.mark.parametrize("login", ["intake_worker", "corps_worker", "vault_keeper"])
async def test_no_worker_and_no_other_keeper_signs_anybody_in(whole: Cluster, login: str) -> None:
    connection = await asyncpg.connect(whole.dsn(login))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("select identity.begin_session($1, $2, '1 hour', '1 hour')", bytes(32), uuid4())
    finally:
        await connection.close()
