"""One reference for each person known by CPR, one open case for each, also when two open at the same moment."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.errors import Invalid
from shared.vault import DevKeyProvider
from shared.vault.persons import PersonHasOpenCase, Persons
from tests.integration.vault.world import Cluster

CPR = "0101019995"  # a date and a serial number that nobody has
PROVIDER = DevKeyProvider()


@pytest.fixture
async def assessment(cluster: Cluster) -> AsyncIterator[AsyncEngine]:
    """The engine of the assessment API."""
    engine = create_async_engine(cluster.dsn("assessment_api"), poolclass=NullPool, hide_parameters=True)
    yield engine
    await engine.dispose()


@pytest.fixture
def persons() -> Persons:
    """Persons under one key, as in every process of an installation."""
    return Persons(PROVIDER)


async def resolved(engine: AsyncEngine, persons: Persons, cpr: str) -> UUID:
    async with AsyncSession(engine) as session, session.begin():
        return await persons.resolve(session, cpr)


async def opened(engine: AsyncEngine, persons: Persons, subject: UUID, infohus: str, case: UUID | None = None) -> UUID:
    case = case or uuid4()
    async with AsyncSession(engine) as session, session.begin():
        await persons.open_case(session, subject=subject, case=case, infohus=infohus)
        await asyncio.sleep(0)
    return case


async def test_a_person_is_one_reference_however_the_number_is_written(
    assessment: AsyncEngine, persons: Persons
) -> None:
    found = {await resolved(assessment, persons, written) for written in (CPR, "010101-9995", " 010101 9995 ")}

    assert len(found) == 1
    assert await resolved(assessment, persons, "0201019995") not in found
    assert await resolved(assessment, Persons(DevKeyProvider()), CPR) not in found


async def test_two_who_ask_at_once_get_the_same_reference(assessment: AsyncEngine, persons: Persons) -> None:
    found = await asyncio.gather(*(resolved(assessment, persons, "0301019995") for _ in range(6)))

    assert len(set(found)) == 1


async def test_the_database_holds_no_number_and_no_digest_without_the_key(
    assessment: AsyncEngine, persons: Persons, cluster: Cluster
) -> None:
    await resolved(assessment, persons, "0401019995")
    admin: asyncpg.Connection = await cluster.connect("postgres")
    rows = await admin.fetch("select digest, s::text as shown from vault.subjects s")
    await admin.close()

    assert rows
    assert not any("0401019995" in row["shown"] for row in rows)
    assert hashlib.sha256(b"0401019995").digest() not in {row["digest"] for row in rows}


async def test_of_two_concurrent_openings_one_wins_and_the_other_learns_whom_to_call(
    assessment: AsyncEngine, persons: Persons
) -> None:
    for _ in range(8):
        subject = uuid4()
        both = await asyncio.gather(
            opened(assessment, persons, subject, "politi:fyn"),
            opened(assessment, persons, subject, "politi:oestjylland"),
            return_exceptions=True,
        )

        [refused] = [each for each in both if isinstance(each, PersonHasOpenCase)]
        [won] = [place for place, each in enumerate(both) if isinstance(each, UUID)]
        assert refused.code == "person_has_open_case"
        assert refused.more == {"infohus": ("politi:fyn", "politi:oestjylland")[won]}


async def test_the_second_writer_waits_for_the_first_to_end(assessment: AsyncEngine, persons: Persons) -> None:
    subject, first = uuid4(), uuid4()
    async with AsyncSession(assessment) as session:
        await persons.open_case(session, subject=subject, case=first, infohus="politi:fyn")
        second = asyncio.create_task(opened(assessment, persons, subject, "politi:oestjylland"))
        done, _ = await asyncio.wait([second], timeout=0.3)
        assert not done
        await session.rollback()

    assert isinstance(await second, UUID)


async def test_the_refusal_tells_the_infohus_and_nothing_else(assessment: AsyncEngine, persons: Persons) -> None:
    subject = uuid4()
    case = await opened(assessment, persons, subject, "politi:fyn")

    with pytest.raises(PersonHasOpenCase) as refused:
        await opened(assessment, persons, subject, "politi:oestjylland")

    told = f"{refused.value} {refused.value.more} {refused.value.__cause__} {refused.value.__context__}"
    assert "politi:fyn" in told
    assert str(case) not in told
    assert str(subject) not in told


async def test_a_closed_case_lets_the_person_go_and_may_not_come_back_over_another(
    assessment: AsyncEngine, persons: Persons
) -> None:
    subject = uuid4()
    first = await opened(assessment, persons, subject, "politi:fyn")
    await opened(assessment, persons, subject, "politi:fyn", first)
    async with AsyncSession(assessment) as session, session.begin():
        assert await persons.close_case(session, first)
        assert not await persons.close_case(session, first)
    await opened(assessment, persons, subject, "politi:oestjylland")

    with pytest.raises(PersonHasOpenCase):
        await opened(assessment, persons, subject, "politi:fyn", first)


@pytest.mark.parametrize(
    "cpr", ["", "010101", "3102019995", "0113019995", "2902019995", "0101019995x", "０１０１０１9995"]
)
async def test_a_number_that_cannot_be_one_is_refused_without_showing_it(
    assessment: AsyncEngine, persons: Persons, cpr: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await resolved(assessment, persons, cpr)

    assert refused.value.field == "cpr"
    assert not cpr or cpr not in str(refused.value)
