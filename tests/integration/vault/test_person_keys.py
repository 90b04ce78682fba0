"""A person's key around the keys of units: erasing the person closes every unit under it, in every process, at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.persistence import roles
from shared.vault import DevKeyProvider, FieldClass, PostgresKeyStore, Unopenable, Vault
from shared.vault.errors import KeyStoreUnavailable, UnitErased
from shared.vault.keys import UnitKeys
from tests.integration.vault.world import GRANT_ADVISER, Cluster, Sealed, open_one


@pytest.fixture
async def keys(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """The administrator, in the key store."""
    connection = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    yield connection
    await connection.close()


async def put_one(vault: Vault, engine: AsyncEngine, unit: UUID) -> UUID:
    async with AsyncSession(engine) as session, session.begin():
        [blob] = await vault.put_many(
            session,
            unit=unit,
            texts=[(FieldClass.CASE_TEXT, "description", Sealed.text)],
            grants=[GRANT_ADVISER],
        )
    return blob


async def test_erasing_a_person_closes_every_unit_under_their_key(
    vault: Vault, intake: AsyncEngine, cluster: Cluster
) -> None:
    person, other, units = uuid4(), uuid4(), [uuid4(), uuid4()]
    for unit in units:
        await vault.new_unit(unit, person)
    await vault.new_unit(other, uuid4())
    blobs = [await put_one(vault, intake, unit) for unit in (*units, other)]
    assert all([(await open_one(vault, intake, blob)).reveal() == Sealed.text for blob in blobs])

    assert set(await cluster.destroy("person", person)) == set(units)

    for blob in blobs[:2]:
        with pytest.raises(Unopenable):
            await open_one(vault, intake, blob)
    assert (await open_one(vault, intake, blobs[2])).reveal() == Sealed.text


async def test_another_process_that_has_just_sealed_opens_nothing_either(
    vault: Vault, intake: AsyncEngine, cluster: Cluster
) -> None:
    person, unit = uuid4(), uuid4()
    await vault.new_unit(unit, person)
    blob = await put_one(vault, intake, unit)
    await cluster.destroy("person", person)

    with pytest.raises(Unopenable):
        await open_one(vault, intake, blob)


async def test_a_units_row_that_is_put_back_opens_nothing_without_its_person(
    vault: Vault, intake: AsyncEngine, keys: asyncpg.Connection, cluster: Cluster
) -> None:
    person, unit = uuid4(), uuid4()
    await vault.new_unit(unit, person)
    blob = await put_one(vault, intake, unit)
    kept = await keys.fetchrow("select unit, epoch, wrapped, person from keystore.unit_keys where unit = $1", unit)
    await cluster.destroy("person", person)
    await keys.execute("alter table keystore.unit_keys disable trigger guard")
    await keys.execute("insert into keystore.unit_keys (unit, epoch, wrapped, person) values ($1, $2, $3, $4)", *kept)
    await keys.execute("alter table keystore.unit_keys enable trigger guard")

    with pytest.raises(Unopenable):
        await open_one(vault, intake, blob)


@pytest.fixture
def provider() -> DevKeyProvider:
    return DevKeyProvider()


@pytest.fixture
def vault(keystore: PostgresKeyStore, provider: DevKeyProvider) -> Vault:
    return Vault(keystore, provider)


@pytest.fixture
def binding(binder: PostgresKeyStore, provider: DevKeyProvider) -> UnitKeys:
    """The keys as the worker that binds them sees them."""
    return UnitKeys(binder, provider)


async def test_a_unit_that_gets_a_person_later_keeps_its_texts_and_goes_with_the_person(
    vault: Vault, binding: UnitKeys, intake: AsyncEngine, cluster: Cluster
) -> None:
    person, unit = uuid4(), uuid4()
    await vault.new_unit(unit)
    before = await put_one(vault, intake, unit)

    await binding.rebind(unit, person)
    await binding.rebind(unit, person)
    after = await put_one(vault, intake, unit)

    for blob in (before, after):
        assert (await open_one(vault, intake, blob)).reveal() == Sealed.text
    await cluster.destroy("person", person)
    for blob in (before, after):
        with pytest.raises(Unopenable):
            await open_one(vault, intake, blob)


async def test_a_unit_that_was_anothers_by_mistake_opens_as_before_and_goes_with_the_right_person_alone(
    vault: Vault, binding: UnitKeys, intake: AsyncEngine, cluster: Cluster
) -> None:
    wrong, right, unit = uuid4(), uuid4(), uuid4()
    await vault.new_unit(unit, wrong)
    before = await put_one(vault, intake, unit)

    await binding.rebind(unit, right)
    after = await put_one(vault, intake, unit)

    assert await cluster.destroy("person", wrong) == []
    for blob in (before, after):
        assert (await open_one(vault, intake, blob)).reveal() == Sealed.text
    assert await cluster.destroy("person", right) == [unit]
    for blob in (before, after):
        with pytest.raises(Unopenable):
            await open_one(vault, intake, blob)


async def test_a_unit_that_is_nobodys_again_outlives_the_person(
    vault: Vault, binding: UnitKeys, intake: AsyncEngine, cluster: Cluster
) -> None:
    wrong, unit = uuid4(), uuid4()
    await vault.new_unit(unit, wrong)
    blob = await put_one(vault, intake, unit)

    await binding.rebind(unit, None)

    await cluster.destroy("person", wrong)
    assert (await open_one(vault, intake, blob)).reveal() == Sealed.text


async def test_a_unit_without_a_key_is_bound_to_nobody_nor_one_to_who_was_erased(
    vault: Vault, binding: UnitKeys, cluster: Cluster
) -> None:
    unit, gone = uuid4(), uuid4()
    await vault.new_unit(unit)
    await cluster.destroy("person", gone)

    with pytest.raises(Unopenable):
        await binding.rebind(uuid4(), uuid4())
    with pytest.raises(UnitErased):
        await binding.rebind(unit, gone)


async def test_an_api_binds_no_key_with_its_login(vault: Vault, keystore: PostgresKeyStore) -> None:
    """A value that nothing unwraps, in the place of a key, would be an erasure that no ledger knows."""
    unit = uuid4()
    await vault.new_unit(unit)
    [key] = (await keystore.find([unit])).values()

    with pytest.raises(KeyStoreUnavailable):
        await keystore.rebind(key._replace(wrapped=b"\x01" * 61), key.wrapped)

    assert (await keystore.find([unit]))[unit] == key


async def test_what_was_erased_never_gets_a_key_again(vault: Vault, cluster: Cluster) -> None:
    person, under, alone = uuid4(), uuid4(), uuid4()
    await vault.new_unit(under, person)
    await vault.new_unit(alone)
    await cluster.destroy("person", person)
    await cluster.destroy("unit", alone)

    for unit, of in ((under, None), (alone, None), (uuid4(), person)):
        with pytest.raises(UnitErased):
            await vault.new_unit(unit, of)


@pytest.mark.parametrize(
    "change", ["person = gen_random_uuid()", "person = null", "epoch = 'k9'", "wrapped = wrapped || '\\x00'"]
)
async def test_an_altered_row_of_the_key_store_opens_nothing(
    vault: Vault, intake: AsyncEngine, keys: asyncpg.Connection, change: str
) -> None:
    unit = uuid4()
    await vault.new_unit(unit, uuid4())
    blob = await put_one(vault, intake, unit)

    await keys.execute(f"update keystore.unit_keys set {change} where unit = $1", unit)

    with pytest.raises(Unopenable):
        await open_one(vault, intake, blob)


async def test_two_first_units_of_a_person_share_one_key(keystore: PostgresKeyStore, intake: AsyncEngine) -> None:
    provider, person, units = DevKeyProvider(), uuid4(), [uuid4() for _ in range(6)]
    vaults = [Vault(keystore, provider) for _ in units]
    await asyncio.gather(*(each.new_unit(unit, person) for each, unit in zip(vaults, units, strict=True)))

    fresh = Vault(keystore, provider)
    for unit in units:
        blob = await put_one(fresh, intake, unit)
        assert (await open_one(fresh, intake, blob)).reveal() == Sealed.text
