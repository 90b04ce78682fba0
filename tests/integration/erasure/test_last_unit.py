"""With the last that was held about a person goes what they are found by: that there was a case outlives no retention."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.erasure import ledger_file
from shared.erasure.model import Kind
from shared.erasure.proof import of_vault, unit_keys
from shared.vault import PostgresKeyStore
from tests.integration.erasure.conftest import DPO, Keeping
from tests.integration.erasure.test_ledger import written
from tests.integration.vault.world import Cluster

CPR = "0101019995"  # a date and a serial number that nobody has


@pytest.fixture
async def assessment(cluster: Cluster) -> AsyncIterator[AsyncEngine]:
    """The engine of the assessment API."""
    engine = create_async_engine(cluster.dsn("assessment_api"), poolclass=NullPool, hide_parameters=True)
    yield engine
    await engine.dispose()


async def resolved(keeping: Keeping, engine: AsyncEngine) -> UUID:
    async with AsyncSession(engine) as session, session.begin():
        return await keeping.vault.persons.resolve(session, CPR)


async def opened(keeping: Keeping, engine: AsyncEngine, subject: UUID) -> UUID:
    case = uuid4()
    async with AsyncSession(engine) as session, session.begin():
        await keeping.vault.persons.open_case(session, subject=subject, case=case, infohus="politi:fyn")
    return case


async def test_the_last_unit_takes_the_digest_with_it_and_the_ledger_says_that_the_person_went(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine
) -> None:
    person = await resolved(keeping, assessment)
    first, _ = await written(keeping, intake, person)
    last, _ = await written(keeping, intake, person)

    await keeping.erase(first)
    between = await resolved(keeping, assessment)
    await keeping.erase(last)

    assert between == person
    assert await resolved(keeping, assessment) != person
    [entry] = await keeping.ledger.entries([person])
    assert (entry.request.kind, entry.request.requested_by, entry.state) == (Kind.PERSON, DPO, "requested")
    # A restore of the databases alone brings the digest back: the file beside them knows.
    assert (person, Kind.PERSON) in {(each.ref, each.kind) for each in ledger_file.read(keeping.ledger_file)}


async def test_two_last_units_erased_at_once_leave_no_digest(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine
) -> None:
    for _ in range(5):
        person = await resolved(keeping, assessment)
        units = [(await written(keeping, intake, person))[0] for _ in range(2)]
        await asyncio.gather(*(keeping.erase(unit) for unit in units))
        assert await resolved(keeping, assessment) != person


async def test_a_case_in_which_nothing_was_sealed_holds_the_person_and_lets_go_when_it_is_erased(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine
) -> None:
    person = await resolved(keeping, assessment)
    concern, _ = await written(keeping, intake, person)
    case = await opened(keeping, assessment, person)

    await keeping.erase(concern)
    between = await resolved(keeping, assessment)
    await keeping.erase(case)

    assert between == person
    assert await resolved(keeping, assessment) != person


async def test_an_erased_person_is_known_under_a_new_reference_that_nothing_ties_to_the_old(
    keeping: Keeping, intake: AsyncEngine, assessment: AsyncEngine
) -> None:
    person = await resolved(keeping, assessment)
    await written(keeping, intake, person)
    await keeping.erase(person, Kind.PERSON)

    again = await resolved(keeping, assessment)

    assert again != person
    await opened(keeping, assessment, again)
    await written(keeping, intake, again)


async def test_the_proof_finds_a_digest_and_a_case_that_are_back(
    keeping: Keeping, intake: AsyncEngine, cluster: Cluster, keystore: PostgresKeyStore, assessment: AsyncEngine
) -> None:
    person = await resolved(keeping, assessment)
    case = await opened(keeping, assessment, person)
    admin = await cluster.connect("postgres")
    subject = await admin.fetchrow("select digest, subject_ref from vault.subjects where subject_ref = $1", person)
    keys, keeper = unit_keys(keystore, keeping.provider), cluster.dsn("vault_keeper")
    await keeping.erase(case)
    erased = [(await of_vault(keeper, keys, [ref])).left for ref in (person, case)]

    await admin.execute("insert into vault.subjects (digest, subject_ref) values ($1, $2)", *subject)
    await admin.execute("alter table vault.open_cases disable trigger refuse_erased")
    await admin.execute(
        "insert into vault.open_cases (case_ref, subject_ref, organisation, service)"
        " values ($1, $2, 'politi:fyn', 'assessment')",
        case, person,
    )  # fmt: skip
    await admin.execute("alter table vault.open_cases enable trigger refuse_erased")
    back = [(await of_vault(keeper, keys, [ref])).left for ref in (person, case)]
    await keeping.ledger.apply()
    again = [(await of_vault(keeper, keys, [ref])).left for ref in (person, case)]
    await admin.close()

    assert (erased, back, again) == ([0, 0], [2, 1], [0, 0])
