"""Putting and granting: in the caller's transaction, by the service that owns the unit, in one round trip each."""

from __future__ import annotations

from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.vault import CprInText, DevKeyProvider, FieldClass, Grant, PostgresKeyStore, Unopenable, Vault, VaultError
from shared.vault.errors import KeyStoreUnavailable, NotUnitOwner
from tests.integration.vault.world import ADVISER, GRANT_ADVISER, Cluster, Sealed, open_one

NOTE = (FieldClass.CASE_TEXT, "note", "en prøvetekst")


async def _blobs(cluster: Cluster, unit: UUID) -> int:
    admin = await cluster.connect("postgres")
    try:
        return int(await admin.fetchval("select count(*) from vault.sealed where unit = $1", unit))
    finally:
        await admin.close()


async def test_put_and_grant_roll_back_with_the_command(cluster: Cluster, vault: Vault, intake: AsyncEngine) -> None:
    unit = uuid4()
    await vault.new_unit(unit)

    async with AsyncSession(intake) as session:
        await vault.put_many(session, unit=unit, texts=[NOTE], grants=[GRANT_ADVISER])
        await session.rollback()

    assert await _blobs(cluster, unit) == 0


async def test_several_texts_and_leaves_are_one_statement(vault: Vault, intake: AsyncEngine) -> None:
    unit, seen = uuid4(), list[str]()
    await vault.new_unit(unit)
    event.listen(intake.sync_engine, "before_cursor_execute", lambda *call: seen.append(call[2]))

    async with AsyncSession(intake) as session, session.begin():
        refs = await vault.put_many(session, unit=unit, texts=[NOTE] * 3, grants=[GRANT_ADVISER] * 2)

    assert len(set(refs)) == 3
    assert len(seen) == 1


async def test_no_plaintext_reaches_the_table(cluster: Cluster, vault: Vault, sealed: Sealed) -> None:
    admin = await cluster.connect("postgres")
    value = await admin.fetchval("select sealed from vault.sealed where blob = $1", sealed.blob)
    await admin.close()

    assert sealed.text.encode() not in value
    assert len(value) == len(sealed.text.encode()) + 29


async def test_a_worker_may_put_and_grant(cluster: Cluster, vault: Vault, intake: AsyncEngine) -> None:
    unit = uuid4()
    await vault.new_unit(unit)
    worker = create_async_engine(cluster.dsn("intake_worker"), poolclass=NullPool)

    async with AsyncSession(worker) as session, session.begin():
        [blob] = await vault.put_many(session, unit=unit, texts=[NOTE], grants=[GRANT_ADVISER])

    assert (await open_one(vault, intake, blob)).reveal() == NOTE[2]


async def test_a_service_puts_and_grants_in_no_unit_of_another(cluster: Cluster, vault: Vault, sealed: Sealed) -> None:
    corps = create_async_engine(cluster.dsn("corps_api"), poolclass=NullPool)

    async with AsyncSession(corps) as session:
        with pytest.raises(NotUnitOwner):
            await vault.put_many(session, unit=sealed.unit, texts=[NOTE])
        await session.rollback()
        with pytest.raises(NotUnitOwner):
            await vault.grant_many(session, unit=sealed.unit, grants=[GRANT_ADVISER])
        await session.rollback()
        with pytest.raises(NotUnitOwner):
            await vault.revoke(session, unit=sealed.unit)


async def test_another_process_seals_under_the_same_key(
    cluster: Cluster, keystore: PostgresKeyStore, intake: AsyncEngine
) -> None:
    provider, unit = DevKeyProvider(), uuid4()
    first, second = Vault(keystore, provider), Vault(keystore, provider)
    await first.new_unit(unit)
    await second.new_unit(unit)

    async with AsyncSession(intake) as session, session.begin():
        [one] = await first.put_many(session, unit=unit, texts=[NOTE], grants=[GRANT_ADVISER])
        two = await second.put(session, unit=unit, field_class=NOTE[0], field=NOTE[1], plaintext=NOTE[2])

    assert await open_one(second, intake, one) == await open_one(first, intake, two)


async def test_a_unit_without_a_key_takes_no_text(cluster: Cluster, vault: Vault, intake: AsyncEngine) -> None:
    unit = uuid4()

    async with AsyncSession(intake) as session:
        with pytest.raises(Unopenable):
            await vault.put_many(session, unit=unit, texts=[NOTE])

    assert await _blobs(cluster, unit) == 0


async def test_a_cpr_number_in_free_text_is_refused_with_its_place(
    cluster: Cluster, vault: Vault, intake: AsyncEngine
) -> None:
    unit = uuid4()
    await vault.new_unit(unit)

    async with AsyncSession(intake) as session:
        with pytest.raises(CprInText) as refused:
            await vault.put_many(session, unit=unit, texts=[NOTE, (FieldClass.CASE_TEXT, "more", "nr 010199-1234.")])

    assert (refused.value.field, refused.value.spans) == ("more", ((3, 14),))
    assert await _blobs(cluster, unit) == 0


async def test_the_cpr_field_takes_a_cpr_number(vault: Vault, intake: AsyncEngine) -> None:
    unit = uuid4()
    await vault.new_unit(unit)
    grant = Grant(ADVISER.organisation, ADVISER.role, FieldClass.IDENTITY)

    async with AsyncSession(intake) as session, session.begin():
        texts = [(FieldClass.IDENTITY, "cpr", "0101991234")]
        [blob] = await vault.put_many(session, unit=unit, texts=texts, grants=[grant])

    assert (await open_one(vault, intake, blob)).reveal() == "0101991234"


@pytest.mark.parametrize(
    "grant",
    [
        Grant("Kommune Et Navn", "CASEWORKER", FieldClass.CASE_TEXT),
        Grant("kommune:0253", "a name", FieldClass.CASE_TEXT),
    ],
    ids=["organisation", "role"],
)
async def test_the_log_of_grants_takes_codes_only(
    vault: Vault, intake: AsyncEngine, sealed: Sealed, grant: Grant
) -> None:
    async with AsyncSession(intake) as session:
        with pytest.raises(VaultError, match="vault_call_malformed") as refused:
            await vault.grant_many(session, unit=sealed.unit, grants=[grant])

    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


@pytest.mark.parametrize("table", ["looks", "grants"])
async def test_looks_and_grants_are_append_only_even_for_their_owner(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed, table: str
) -> None:
    await open_one(vault, intake, sealed.blob)
    owner = await cluster.connect("vault_owner")

    for change in (f"update vault.{table} set unit = unit", f"delete from vault.{table}", f"truncate vault.{table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await owner.execute(change)
    await owner.close()


async def test_a_key_store_that_is_not_there_is_transient(cluster: Cluster) -> None:
    absent = PostgresKeyStore(f"postgresql+asyncpg://keystore_app:nothing@/tovholder_keys?host={cluster.socket}/absent")

    with pytest.raises(KeyStoreUnavailable) as error:
        await Vault(absent, DevKeyProvider()).new_unit(uuid4())

    assert error.value.retry
    assert not await absent.ready()
    await absent.close()
