"""The reason in somebody's own words: given with the question, bound to its looks, sealed like every text."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.vault import FieldClass, LookReason
from shared.vault.errors import LookRefused, VaultError
from shared.vault.model import REASON_FIELD, Looker, OwnWords
from shared.vault.statements import EXPLAIN, call
from tests.integration.audit.audit_world import World

WORDS = "fordi borgeren spurgte"


async def look(world: World, looker: Looker | None = None) -> None:
    await world.vault.look(
        world.engine,
        looker=looker or world.looker,
        blobs=[world.blob],
        reason=LookReason.ADVICE,
        words=OwnWords(world.unit, WORDS),
    )


async def test_the_words_are_sealed_and_the_chain_covers_their_reference(
    world: World, sealer: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    await look(world)
    await sealer.fetchval("select audit.seal($1, 10)", world.organisation)

    (row,) = await sealer.fetch("select * from audit.page($1, 0, 9, 9)", world.organisation)
    sealed = await admin.fetchrow("select * from vault.sealed where blob = $1", row["reason_text"])

    assert (sealed["unit"], sealed["class"], sealed["field"]) == (world.unit, "B", REASON_FIELD)
    assert WORDS.encode() not in sealed["sealed"]


async def test_a_look_that_is_refused_leaves_no_words(world: World, admin: asyncpg.Connection) -> None:
    with pytest.raises(LookRefused):
        await look(world, Looker(uuid4(), "kommune:9999", "DPO"))

    assert await admin.fetchval("select count(*) from vault.sealed where unit = $1", world.unit) == 1


async def test_no_reason_can_be_given_afterwards_nor_any_other_text_as_one(world: World) -> None:
    async with AsyncSession(world.engine) as session, session.begin():
        ticket = await world.vault.ask(session, looker=world.looker, blob=world.blob, reason=LookReason.ADVICE)
        blob = await world.vault.put(
            session, unit=world.unit, field_class=FieldClass.CASE_TEXT, field=REASON_FIELD, plaintext=WORDS
        )
    for values in ({"tickets": [ticket], "blob": blob}, {"tickets": [ticket], "blob": world.blob}):
        async with AsyncSession(world.engine) as session:
            with pytest.raises(VaultError, match="vault_call_malformed"):
                await call(await session.connection(), EXPLAIN, values)
