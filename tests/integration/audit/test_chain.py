"""The chain in the database: numbering, one sealer at a time, nobody changes it."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.canonical import BEGINNING, digest_of, instant, link
from shared.audit.schema import SHOWN_BY
from shared.persistence import roles
from shared.vault import LookReason
from tests.integration.audit.audit_world import World
from tests.integration.vault.world import Cluster

OF_MAIN = [role for role in roles.ROLES if not role.startswith("keystore_")]


async def entries(admin: asyncpg.Connection, organisation: str) -> list[Any]:
    query = "select * from audit.entries where organisation = $1 order by number"
    return await admin.fetch(query, organisation)


async def test_the_database_hashes_the_bytes_that_are_documented(
    world: World, sealer: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    await world.look(3)

    assert await sealer.fetchval("select audit.seal($1, 100)", world.organisation) == 3

    previous = BEGINNING
    for number, entry in enumerate(await entries(admin, world.organisation), start=1):
        look = dict(await admin.fetchrow("select * from audit.looks where id = $1", entry["look_id"]))
        look |= {"number": number, "look": look["id"], "sealed_at": instant(entry["sealed_at"])}
        look |= {"at": instant(look["at"]), "judged_at": instant(look["judged_at"])}
        assert entry["number"] == number
        assert entry["digest"] == digest_of(look)
        assert entry["previous"] == previous
        assert entry["entry_hash"] == (previous := link(previous, entry["digest"]))


async def test_a_look_that_commits_late_under_an_early_number_is_not_missed(
    world: World, sealer: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    async with AsyncSession(world.engine) as slow, slow.begin():
        await world.vault.ask(slow, looker=world.looker, blob=world.blob, reason=LookReason.ADVICE)
        await world.look(3)
        assert await sealer.fetchval("select audit.seal($1, 100)", world.organisation) == 3
    await world.look()

    assert await sealer.fetchval("select audit.seal($1, 100)", world.organisation) == 2

    sealed = await entries(admin, world.organisation)
    assert [entry["number"] for entry in sealed] == [1, 2, 3, 4, 5]
    assert sealed[3]["look_id"] < sealed[0]["look_id"]  # the late one
    assert await sealer.fetch("select * from audit.unsealed($1)", world.organisation) == []


async def test_a_look_that_is_rolled_back_leaves_no_gap(
    world: World, sealer: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    async with AsyncSession(world.engine) as session:
        await world.vault.ask(session, looker=world.looker, blob=world.blob, reason=LookReason.ADVICE)
        await session.rollback()
    await world.look(2)

    assert await sealer.fetchval("select audit.seal($1, 100)", world.organisation) == 2
    assert [entry["number"] for entry in await entries(admin, world.organisation)] == [1, 2]


async def test_of_two_sealers_at_once_one_steps_back_and_nothing_is_sealed_twice(
    world: World, sealer: asyncpg.Connection, cluster: Cluster, admin: asyncpg.Connection
) -> None:
    await world.look(5)
    other = await cluster.connect("audit_sealer")
    try:
        async with sealer.transaction():
            assert await sealer.fetchval("select audit.seal($1, 3)", world.organisation) == 3
            assert await other.fetchval("select audit.seal($1, 3)", world.organisation) == -1
        assert await other.fetchval("select audit.seal($1, 3)", world.organisation) == 2
    finally:
        await other.close()

    assert [entry["number"] for entry in await entries(admin, world.organisation)] == [1, 2, 3, 4, 5]


async def test_many_sealers_and_lookers_at_once_make_one_chain_without_a_gap(
    world: World, cluster: Cluster, admin: asyncpg.Connection
) -> None:
    done = asyncio.Event()

    async def seal() -> None:
        connection = await cluster.connect("audit_sealer")
        try:
            last = False
            while not last:
                last = done.is_set()
                await connection.fetchval("select audit.seal($1, 4)", world.organisation)
            while await connection.fetchval("select audit.seal($1, 4)", world.organisation) > 0:
                pass
        finally:
            await connection.close()

    sealers = [asyncio.create_task(seal()) for _ in range(3)]
    await asyncio.gather(*(world.look(10) for _ in range(4)))
    done.set()
    await asyncio.gather(*sealers)
    while await admin.fetchval("select audit.seal($1, 100)", world.organisation):
        pass

    sealed = await entries(admin, world.organisation)
    assert [entry["number"] for entry in sealed] == list(range(1, 41))
    assert all(after["previous"] == before["entry_hash"] for before, after in itertools.pairwise(sealed))


async def test_a_sealer_that_is_cut_off_in_the_middle_seals_nothing_by_halves(
    world: World, cluster: Cluster, sealer: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    await world.look(4)
    dying = await cluster.connect("audit_sealer")
    transaction = dying.transaction()
    await transaction.start()
    assert await dying.fetchval("select audit.seal($1, 3)", world.organisation) == 3
    await admin.execute("select pg_terminate_backend($1)", dying.get_server_pid())
    dying.terminate()

    async with asyncio.timeout(10):  # the lock goes with the connection
        while (sealed := await sealer.fetchval("select audit.seal($1, 100)", world.organisation)) == -1:
            await asyncio.sleep(0.01)

    assert sealed == 4
    assert [entry["number"] for entry in await entries(admin, world.organisation)] == [1, 2, 3, 4]


@pytest.mark.parametrize("role", OF_MAIN)
@pytest.mark.parametrize("table", ["vault.looks", "vault.look_reasons", "audit.entries"])
async def test_no_role_changes_the_log(
    role: str, table: str, world: World, cluster: Cluster, sealer: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    await world.look()
    await sealer.fetchval("select audit.seal($1, 10)", world.organisation)
    before = await admin.fetchval(f"select count(*) from {table}")
    column = {"vault.looks": "at", "vault.look_reasons": "blob", "audit.entries": "sealed_at"}[table]
    connection = await cluster.connect(role)
    try:
        for tampering in (
            f"update {table} set {column} = {column}",
            f"delete from {table}",
            f"truncate {table} cascade",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(tampering)
    finally:
        await connection.close()

    assert await admin.fetchval(f"select count(*) from {table}") == before


@pytest.mark.parametrize("role", [*roles.LOGINS])
async def test_no_login_writes_an_entry_or_strikes_a_look_from_what_waits(role: str, cluster: Cluster) -> None:
    if role.startswith("keystore_"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await cluster.connect(role)
        return
    connection = await cluster.connect(role)
    try:
        for tampering in (
            "insert into audit.entries values ('x:y', 1, 1, '', '', '', now())",
            "insert into vault.looks (ticket) values (gen_random_uuid())",
            "delete from vault.unchained",
            "truncate vault.unchained",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(tampering)
        if role != "audit_sealer":
            for call in ("audit.seal('x:y', 1)", "audit.page('x:y', 0, 1, 1)", "audit.unsealed('x:y')"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"select {call}")
        if role not in SHOWN_BY:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("select audit.openings(gen_random_uuid())")
    finally:
        await connection.close()


async def test_a_sealer_that_hangs_holds_up_neither_a_look_nor_a_new_text(
    world: World, sealer: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    await world.look(3)
    async with sealer.transaction(), asyncio.timeout(10):
        assert await sealer.fetchval("select audit.seal($1, 100)", world.organisation) == 3
        locks = await admin.fetch(
            "select locktype, mode from pg_locks where pid = $1 and granted", sealer.get_server_pid()
        )
        await world.look()
        await World.made(
            world.cluster, world.engine, world.vault, world.folder
        )  # what intake does: a unit, a text, leave

    # Locks of rows and of its own place; none that conflicts with inserting into any table.
    assert {lock["mode"] for lock in locks if lock["locktype"] == "relation"} <= {"AccessShareLock", "RowExclusiveLock"}
    assert {lock["locktype"] for lock in locks} <= {"relation", "virtualxid", "transactionid", "advisory"}
