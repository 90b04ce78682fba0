"""With Postgres away, opening a text is something to try again, not a mistake of ours."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from shared.errors import Transient
from shared.vault import DevKeyProvider, MemoryKeyStore, Vault
from shared.vault.model import Looker, LookReason


async def test_a_look_with_postgres_away_may_be_tried_again() -> None:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    vault = Vault(MemoryKeyStore(), DevKeyProvider())
    looker = Looker(uuid4(), "kommune:0253", "TOVHOLDER_KOMMUNE")

    with pytest.raises(Transient) as refused:
        await vault.look(engine, looker=looker, blobs=[uuid4()], reason=LookReason.TRIAGE)

    assert (refused.value.code, refused.value.status, refused.value.retry) == ("database_unavailable", 503, True)
    await engine.dispose()
