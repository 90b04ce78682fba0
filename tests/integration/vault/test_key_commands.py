"""`tovholder keys` on a real key store, as the two persons who keep the keys run it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from deploy.custody import app
from shared.persistence import roles
from shared.vault import Vault
from tests.integration.vault.test_epochs import emptied, file, living  # noqa: F401  # fixtures
from tests.integration.vault.test_person_keys import put_one
from tests.integration.vault.world import Cluster, Sealed, open_one


@pytest.fixture
def run(cluster: Cluster, file: Path, emptied: None, monkeypatch: pytest.MonkeyPatch) -> CliRunner:  # noqa: F811
    """A runner whose environment names the key store."""
    monkeypatch.setenv("TOVHOLDER_KEYSTORE_KEEPER_URL", cluster.dsn("keystore_keeper", roles.KEYSTORE_DATABASE))
    monkeypatch.setenv("TOVHOLDER_KEYSET_FILE", str(file))
    return CliRunner()


def _told(run: CliRunner, *words: str) -> str:
    done = run.invoke(app, ["keys", *words])
    assert done.exit_code == 0, done.output
    return done.output


async def test_a_month_of_keys_in_four_commands(run: CliRunner, living: Vault, intake: AsyncEngine) -> None:  # noqa: F811

    unit = uuid4()
    await living.new_unit(unit)
    blob = await put_one(living, intake, unit)

    told = [
        await asyncio.to_thread(_told, run, *words)
        for words in (("rotate",), ("rewrap",), ("retire", "k1"), ("status", "--json"))
    ]

    assert "1 keys moved" in told[1]
    assert [each["epoch"] for each in json.loads(told[3]) if each["current"] and each["units"] == 1]
    assert (await open_one(living, intake, blob)).reveal() == Sealed.text
