"""The proof reads what is there and tries it: it fails on what was not erased, and on what came back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.erasure.proof import of_keystore, of_vault, unit_keys
from shared.erasure.remains import Remains
from shared.persistence import roles
from shared.vault import PostgresKeyStore
from tests.integration.erasure.conftest import Keeping
from tests.integration.erasure.test_ledger import written
from tests.integration.vault.world import Cluster


async def looked(keeping: Keeping, cluster: Cluster, keystore: PostgresKeyStore, unit: UUID) -> list[Remains]:
    keys = unit_keys(keystore, keeping.provider)
    return [
        await of_vault(cluster.dsn("vault_keeper"), keys, [unit]),
        await of_keystore(keystore, keys, [unit]),
    ]


async def test_an_erased_unit_has_neither_rows_nor_a_key(
    keeping: Keeping, intake: AsyncEngine, cluster: Cluster, keystore: PostgresKeyStore
) -> None:
    unit, _ = await written(keeping, intake)
    before = await looked(keeping, cluster, keystore, unit)
    await keeping.erase(unit)

    assert before == [Remains("vault", 0, 0, 0), Remains("key store", 1, 1, 1)]  # the keeper sees no row of the living
    assert await looked(keeping, cluster, keystore, unit) == [Remains("vault", 0, 0, 0), Remains("key store", 0, 0, 0)]


async def test_rows_that_are_back_are_found_and_tried(
    keeping: Keeping, intake: AsyncEngine, cluster: Cluster, keystore: PostgresKeyStore
) -> None:
    unit, _ = await written(keeping, intake)
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    main = await cluster.connect("postgres")
    row = await main.fetchrow("select blob, unit, class, field, sealed from vault.sealed where unit = $1", unit)
    key = await keys.fetchrow("select unit, epoch, wrapped from keystore.unit_keys where unit = $1", unit)
    await keeping.erase(unit)
    await main.execute("insert into vault.sealed (blob, unit, class, field, sealed) values ($1, $2, $3, $4, $5)", *row)
    rows_alone = await looked(keeping, cluster, keystore, unit)
    await keys.execute("truncate keystore.destroyed")
    await keys.execute("insert into keystore.unit_keys (unit, epoch, wrapped) values ($1, $2, $3)", *key)
    with_the_key = await looked(keeping, cluster, keystore, unit)
    for connection in (main, keys):
        await connection.close()

    assert rows_alone == [Remains("vault", 1, 1, 0), Remains("key store", 0, 0, 0)]
    assert with_the_key == [Remains("vault", 1, 1, 1), Remains("key store", 1, 1, 1)]
