"""A command is written by one statement: all of it, or nothing."""

from __future__ import annotations

from uuid import UUID, uuid4

import asyncpg
import pytest

from services.intake.repository import concern_store
from shared.contracts.intake import AdviceGiven
from shared.errors import StaleVersion
from shared.lifecycle.text import FieldClass
from shared.persistence.store import AccessChange, Store
from shared.persistence.work import Transaction
from shared.vault.model import Place, Sealed
from tests.integration.spine.spine_world import ADVISER, Cluster, Intake

TABLES = (
    "intake.concern",
    "intake.facts",
    "intake.outbox",
    "intake.deadlines",
    "intake.case_access",
    "vault.sealed",
    "vault.grants",
)


async def counts(admin: asyncpg.Connection) -> dict[str, int]:
    return {table: await admin.fetchval(f"select count(*) from {table}") for table in TABLES}


async def save_one(
    tx: Transaction, store: Store, concern_id: UUID, *, behind: int, sealed: Sealed | None = None
) -> None:
    """Save a made-up fact, as if the concern had been loaded `behind` versions ago."""
    now = await store.load(tx, concern_id, lock=False)
    fact = AdviceGiven(by=uuid4(), by_role="SYSTEM", organisation="system:tovholder")
    before = now.with_(version=now.version - behind)
    await store.save(tx, before, before.with_(version=before.version + 1), [fact], sealed)


def store_with(*changes: AccessChange) -> Store:
    """Return the store of concerns in which every fact leads to these changes of sight."""
    store = concern_store(None)
    store._access = lambda state, fact: changes
    return store


def sealed_text(unit: UUID) -> Sealed:
    return Sealed(unit, (Place(unit, FieldClass.CASE_TEXT, "description", uuid4()),), (bytes(40),))


async def test_of_a_stale_version_nothing_is_written(intake: Intake, spine_cluster: Cluster) -> None:
    concern_id = UUID(await intake.concern())
    store = store_with()
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    try:
        before = await counts(admin)
        async with intake.work.begin() as tx:
            with pytest.raises(StaleVersion):
                await save_one(tx, store, concern_id, behind=1)
        # Committed on purpose: the statement itself has written nothing.
        assert await counts(admin) == before
    finally:
        await admin.close()


async def test_texts_and_facts_are_written_together(intake: Intake, spine_cluster: Cluster) -> None:
    concern_id = UUID(await intake.concern())
    store = store_with()
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    try:
        before = await counts(admin)
        async with intake.work.begin() as tx:
            await save_one(tx, store, concern_id, behind=0, sealed=sealed_text(concern_id))
        after = await counts(admin)
        grown = {table: after[table] - before[table] for table in TABLES if after[table] != before[table]}
        assert grown == {"intake.facts": 1, "intake.outbox": 1, "vault.sealed": 1}
        last = await admin.fetchrow(
            "select c.version, f.sequence, f.type from intake.concern c join intake.facts f on f.aggregate_id = c.id"
            " where c.id = $1 order by f.sequence desc limit 1",
            concern_id,
        )
        assert (last["version"], last["type"]) == (last["sequence"], AdviceGiven.type)
    finally:
        await admin.close()


async def test_of_two_changes_of_one_sight_the_last_holds(intake: Intake, spine_cluster: Cluster) -> None:
    concern_id = UUID(await intake.concern())
    ends, begins = AccessChange("kommune:0101", ends=True), AccessChange("kommune:0101")
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    try:
        for changes, lasting in (((begins,), 1), ((ends, begins), 1), ((begins, ends), 0), ((ends,), 0)):
            store = store_with(*changes)
            async with intake.work.begin() as tx:
                await save_one(tx, store, concern_id, behind=0)
            open_now = await admin.fetchval(
                "select count(*) from intake.case_access where aggregate_id = $1 and organisation = $2 and valid_to is null",
                concern_id,
                "kommune:0101",
            )
            assert open_now == lasting, changes
    finally:
        await admin.close()


async def test_a_step_of_a_clock_changes_that_clock_alone(intake: Intake, spine_cluster: Cluster) -> None:
    concern_id = UUID(await intake.concern(route=False))
    other = UUID(await intake.concern(route=False))
    admin = await asyncpg.connect(spine_cluster.dsn("postgres"))
    state = "select state, closed_at is null as runs, next_step_at is null as rests from intake.deadlines where aggregate_id = $1 and kind = 'route_or_close'"
    try:
        seen = await intake.call(ADVISER, "GET", f"/v1/concerns/{concern_id}")
        sent = await intake.call(
            ADVISER, "POST", f"/v1/concerns/{concern_id}/route-concern",
            json={"municipality": "0253", "grounds": "Begrundet."}, headers={"If-Match": seen.headers["etag"]},
        )  # fmt: skip
        assert sent.status_code == 200, sent.text
        assert tuple(await admin.fetchrow(state, concern_id)) == ("MET", False, True)
        assert tuple(await admin.fetchrow(state, other)) == ("OPEN", True, False)
    finally:
        await admin.close()
