"""Whose a case is holds from the commit that says so: with its person it is erased, before the key store was told and after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.erasure.model import Entry, Kind
from shared.persistence import roles
from shared.vault import LookRefused, PostgresKeyStore
from shared.vault.belongings import Belongings
from shared.vault.errors import KeyStoreUnavailable, UnitErased
from shared.vault.keys import UnitKeys
from tests.integration.erasure.conftest import Keeping
from tests.integration.erasure.test_ledger import written
from tests.integration.vault.conftest import binder
from tests.integration.vault.world import Cluster, Sealed, open_one

__all__ = ["binder"]

PATIENCE = 20.0
"""Seconds after which what should wait for a lock has not come to it."""


@pytest.fixture
async def assessment(cluster: Cluster) -> AsyncIterator[AsyncEngine]:
    """The engine of the assessment API."""
    engine = create_async_engine(cluster.dsn("assessment_api"), poolclass=NullPool, hide_parameters=True)
    yield engine
    await engine.dispose()


@pytest.fixture
async def worker(cluster: Cluster) -> AsyncIterator[AsyncEngine]:
    """The engine of the assessment worker, with nothing left to tell from other tests."""
    admin = await cluster.connect("postgres")
    await admin.execute("truncate vault.belongings, vault.open_cases, vault.subjects")
    await admin.close()
    engine = create_async_engine(cluster.dsn("assessment_worker"), poolclass=NullPool, hide_parameters=True)
    yield engine
    await engine.dispose()


@pytest.fixture
def belongings(keeping: Keeping, binder: PostgresKeyStore) -> Belongings:
    return Belongings(UnitKeys(binder, keeping.provider))


async def settled(belongings: Belongings, worker: AsyncEngine) -> int:
    async with AsyncSession(worker) as session, session.begin():
        return await belongings.settle(session)


async def about(keeping: Keeping, session: AsyncSession, person: UUID, case: UUID, *units: UUID) -> None:
    """Open a case about a person as the service does."""
    await keeping.vault.persons.open_case(session, subject=person, case=case, infohus="politi:fyn")
    await keeping.vault.persons.belong(session, subject=person, case=case, units=[case, *units])


async def opened(keeping: Keeping, engine: AsyncEngine, person: UUID, case: UUID) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await about(keeping, session, person, case)


async def corrected(keeping: Keeping, engine: AsyncEngine, case: UUID, person: UUID | None, *units: UUID) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await keeping.vault.persons.correct(
            session, subject=person, case=case, units=[case, *units], infohus="politi:fyn", is_open=True
        )


async def owner_in_key_store(cluster: Cluster, unit: UUID) -> UUID | None:
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    found: UUID | None = await keys.fetchval("select person from keystore.unit_keys where unit = $1", unit)
    await keys.close()
    return found


async def until_it_waits(task: asyncio.Task[Any], cluster: Cluster) -> None:
    """Return once something waits for a person's lock; fail if the task ends instead."""
    admin = await cluster.connect("postgres")
    try:
        async with asyncio.timeout(PATIENCE):
            while not await admin.fetchval("select count(*) from pg_locks where locktype = 'advisory' and not granted"):
                assert not task.done(), "it did not wait"
                await asyncio.wait([task], timeout=0.02)
    finally:
        await admin.close()


async def test_the_key_store_is_told_after_the_commit_and_telling_it_again_changes_nothing(
    keeping: Keeping,
    intake: AsyncEngine,
    assessment: AsyncEngine,
    worker: AsyncEngine,
    belongings: Belongings,
    cluster: Cluster,
) -> None:
    person, (case, text) = uuid4(), await written(keeping, intake)
    async with AsyncSession(assessment) as session, session.begin():
        await about(keeping, session, person, case)
        assert await settled(belongings, worker) == 0
        await session.rollback()
    assert await owner_in_key_store(cluster, case) is None

    await opened(keeping, assessment, person, case)
    async with AsyncSession(worker) as session, session.begin():
        await belongings.settle(session)
        await session.rollback()  # the worker is stopped between the two databases
    told = [await settled(belongings, worker) for _ in range(2)]

    assert told == [1, 0]
    assert await owner_in_key_store(cluster, case) == person
    assert (await open_one(keeping.vault, intake, text)).reveal() == Sealed.text


async def test_a_case_of_a_moment_ago_goes_with_the_person_before_the_key_store_was_told(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine, belongings: Belongings
) -> None:
    person, (case, text) = uuid4(), await written(keeping, intake)
    await opened(keeping, assessment, person, case)

    await keeping.erase(person, Kind.PERSON)

    with pytest.raises(LookRefused):
        await open_one(keeping.vault, intake, text)
    with pytest.raises(UnitErased):
        await keeping.vault.new_unit(case)
    entries = {entry.request.ref: entry for entry in await keeping.ledger.entries()}
    assert entries[case].person == person
    assert await settled(belongings, worker) == 0


async def test_who_opens_first_is_waited_for_and_their_case_goes_with_the_person(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine, cluster: Cluster
) -> None:
    person, (case, text) = uuid4(), await written(keeping, intake)
    async with AsyncSession(assessment) as session, session.begin():
        await about(keeping, session, person, case)
        erasing: asyncio.Task[Entry] = asyncio.create_task(keeping.erase(person, Kind.PERSON))
        await until_it_waits(erasing, cluster)

    await erasing

    with pytest.raises(LookRefused):
        await open_one(keeping.vault, intake, text)


async def test_who_opens_after_an_erasure_that_is_under_way_waits_and_is_refused(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine, cluster: Cluster
) -> None:
    person, (case, text) = uuid4(), await written(keeping, intake)
    keeper = await cluster.connect("vault_keeper")
    erasure = keeper.transaction()
    await erasure.start()
    await keeper.execute("select vault.request_erasure($1, 'PERSON', gen_random_uuid(), now(), 'PERSON_ASKED')", person)
    opening = asyncio.create_task(opened(keeping, assessment, person, case))
    await until_it_waits(opening, cluster)

    await erasure.commit()
    await keeper.close()

    with pytest.raises(UnitErased):
        await opening
    assert (await open_one(keeping.vault, intake, text)).reveal() == Sealed.text  # a case of nobody's, as before


async def test_who_asks_for_a_number_while_its_person_is_erased_gets_somebody_new(
    keeping: Keeping, assessment: AsyncEngine, worker: AsyncEngine, cluster: Cluster
) -> None:
    async def resolved() -> UUID:
        async with AsyncSession(assessment) as session, session.begin():
            return await keeping.vault.persons.resolve(session, "0101019995")

    async with AsyncSession(assessment) as session, session.begin():
        person = await keeping.vault.persons.resolve(session, "0101019995")
        erasing: asyncio.Task[Entry] = asyncio.create_task(keeping.erase(person, Kind.PERSON))
        await until_it_waits(erasing, cluster)
    await erasing

    assert await resolved() != person


async def test_a_corrected_case_outlives_the_wrong_person_and_goes_with_the_right_one(
    keeping: Keeping,
    intake: AsyncEngine,
    assessment: AsyncEngine,
    worker: AsyncEngine,
    belongings: Belongings,
    cluster: Cluster,
) -> None:
    """Whether the key store was told of the correction before the wrong person is erased, or not."""
    for told in (True, False):
        wrong, right, (case, text) = uuid4(), uuid4(), await written(keeping, intake)
        await opened(keeping, assessment, wrong, case)
        await settled(belongings, worker)
        await corrected(keeping, assessment, case, right)
        if told:
            await settled(belongings, worker)

        await keeping.erase(wrong, Kind.PERSON)

        assert (await open_one(keeping.vault, intake, text)).reveal() == Sealed.text
        assert await owner_in_key_store(cluster, case) == right
        await keeping.erase(right, Kind.PERSON)
        with pytest.raises(LookRefused):
            await open_one(keeping.vault, intake, text)
        assert await owner_in_key_store(cluster, case) is None


async def test_a_case_that_is_nobodys_after_all_outlives_the_wrong_person(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine, belongings: Belongings
) -> None:
    wrong, (case, text) = uuid4(), await written(keeping, intake)
    await opened(keeping, assessment, wrong, case)
    await settled(belongings, worker)

    await corrected(keeping, assessment, case, None)
    await keeping.erase(wrong, Kind.PERSON)

    assert (await open_one(keeping.vault, intake, text)).reveal() == Sealed.text


async def test_a_case_that_went_with_the_wrong_person_is_corrected_no_more(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine
) -> None:
    wrong, (case, _) = uuid4(), await written(keeping, intake)
    await opened(keeping, assessment, wrong, case)
    await keeping.erase(wrong, Kind.PERSON)

    with pytest.raises(UnitErased):
        await corrected(keeping, assessment, case, uuid4())


async def test_a_correction_forgets_a_person_about_whom_nothing_else_is_held(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine, cluster: Cluster
) -> None:
    async with AsyncSession(assessment) as session, session.begin():
        wrong = await keeping.vault.persons.resolve(session, "0101019995")
        await about(keeping, session, wrong, case := uuid4())

    await corrected(keeping, assessment, case, None)

    admin = await cluster.connect("postgres")
    known = await admin.fetchval("select count(*) from vault.subjects where subject_ref = $1", wrong)
    await admin.close()
    assert known == 0


async def test_the_last_unit_takes_nobody_along_about_whom_a_case_was_opened_meanwhile(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine, cluster: Cluster
) -> None:
    person, (old, _), (new, text) = uuid4(), await written(keeping, intake), await written(keeping, intake)
    async with AsyncSession(assessment) as session, session.begin():
        await keeping.vault.persons.belong(session, subject=person, case=old, units=[old])
    async with AsyncSession(assessment) as session, session.begin():
        await about(keeping, session, person, new)
        erasing: asyncio.Task[Entry] = asyncio.create_task(keeping.erase(old))
        await until_it_waits(erasing, cluster)

    await erasing

    assert await keeping.ledger.entries([person]) == []
    assert (await open_one(keeping.vault, intake, text)).reveal() == Sealed.text


async def test_with_the_key_store_away_nothing_counts_as_told(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine, worker: AsyncEngine, belongings: Belongings
) -> None:
    person, (case, _) = uuid4(), await written(keeping, intake)
    await opened(keeping, assessment, person, case)
    away = Belongings(
        UnitKeys(
            PostgresKeyStore("postgresql+asyncpg://keystore_binder:x@/tovholder_keys?host=/absent"), keeping.provider
        )
    )

    with pytest.raises(KeyStoreUnavailable):
        await settled(away, worker)

    assert await settled(belongings, worker) == 1
