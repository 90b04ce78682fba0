"""The vault's cluster, and a ledger over it with a keyset and a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from shared.clock import WallClock
from shared.erasure.ledger import Ledger
from shared.erasure.model import Entry, Kind, Reason, Request
from shared.persistence import roles
from shared.vault import KeysetProvider, PostgresKeyStore, Vault
from shared.vault.epochs import Epochs
from shared.vault.keyset import create_if_missing
from tests.integration.vault.conftest import cluster, intake, keystore
from tests.integration.vault.world import Cluster

__all__ = ["cluster", "intake", "keystore"]

DPO = UUID("0f6f7a52-0f2c-4a58-9a3e-3d9c2b1f0d01")


@dataclass
class Keeping:
    """A vault, the keeper of its epochs, its ledger, and the files that belong to them."""

    vault: Vault
    epochs: Epochs
    ledger: Ledger
    provider: KeysetProvider
    ledger_file: Path
    keyset_file: Path

    async def erase(self, ref: UUID, kind: Kind = Kind.UNIT) -> Entry:
        """Erase as the DPO decided."""
        return await self.ledger.request(Request(ref, kind, DPO, WallClock().now(), Reason.PERSON_ASKED))


@pytest.fixture
async def keeping(cluster: Cluster, keystore: PostgresKeyStore, tmp_path: Path) -> Keeping:
    """Everything over one keyset; the key store is emptied of epochs that other tests destroyed."""
    await clean(cluster)
    keyset = tmp_path / "keyset.json"
    create_if_missing(keyset)
    provider = KeysetProvider.from_file(keyset)
    keeper = cluster.dsn("keystore_keeper", roles.KEYSTORE_DATABASE)
    file = tmp_path / "erasures" / "ledger.jsonl"
    ledger = Ledger(cluster.dsn("vault_keeper"), keeper, provider, file)
    return Keeping(Vault(keystore, provider), Epochs(keeper, keyset), ledger, provider, file, keyset)


async def clean(cluster: Cluster) -> None:
    """Forget keys, epochs and erasures of other tests."""
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    await keys.execute("truncate keystore.unit_keys, keystore.person_keys, keystore.epochs, keystore.destroyed")
    await keys.close()
    main = await cluster.connect("postgres")
    await main.execute("alter table vault.erasures disable trigger append_only")
    await main.execute("delete from vault.erasures")
    await main.execute("alter table vault.erasures enable trigger append_only")
    await main.close()
