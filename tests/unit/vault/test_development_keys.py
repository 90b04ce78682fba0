"""Keys that the local stack made for itself serve this machine alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.custody import app
from deploy.secret_files import prepare_codec_keys, prepare_secrets
from shared.durable import codec_keys
from shared.hosting.keys import refuse_development_keys
from shared.settings import Settings
from shared.vault import keyset
from shared.vault.errors import KeysetUnusable

ISSUER = "https://login.example.dk"


def settings(folder: Path, host: str) -> Settings:
    return Settings(
        database_url="postgresql+asyncpg://nobody@127.0.0.1/none",
        keystore_url="postgresql+asyncpg://nobody@127.0.0.1/none",
        oidc_issuer=ISSUER,
        oidc_jwks_url=f"{ISSUER}/jwks.json",
        http_host=host,
        http_port=1,
        keyset_file=folder / "secrets" / "vault.json",
        codec_keyset_file=folder / "secrets" / "codec.json",
        idempotency_secret_file=folder / "macs.json",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the keys that the local stack makes."""
    secrets = tmp_path / "secrets"
    prepare_secrets(secrets / "vault.json")
    prepare_codec_keys({"intake": secrets / "codec.json"}, secrets / "former.json")
    return tmp_path


def test_the_local_stacks_keys_serve_this_machine(folder: Path) -> None:
    refuse_development_keys(settings(folder, "127.0.0.1"))


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::"])
def test_the_local_stacks_keys_serve_nobody_else(folder: Path, host: str) -> None:
    with pytest.raises(KeysetUnusable, match="KEYSET_FILE"):
        refuse_development_keys(settings(folder, host))


def test_a_codec_key_of_the_local_stack_is_refused_too(folder: Path) -> None:
    (folder / "secrets" / "vault.json").unlink()
    keyset.create_if_missing(folder / "secrets" / "vault.json")

    with pytest.raises(KeysetUnusable, match="CODEC_KEYSET_FILE"):
        refuse_development_keys(settings(folder, "10.1.2.3"))


def test_keys_that_persons_made_serve_others(folder: Path) -> None:
    for name in ("vault.json", "codec.json"):
        (folder / "secrets" / name).unlink()
        made = CliRunner().invoke(app, ["keys", "create", str(folder / "secrets" / name)])
        assert "escrow" in made.output

    refuse_development_keys(settings(folder, "10.1.2.3"))


def test_rotation_does_not_wash_the_mark_off(folder: Path) -> None:
    vault, codec = folder / "secrets" / "vault.json", folder / "secrets" / "codec.json"
    with keyset.changing(vault):
        keyset.replace(vault, keyset.load(vault).with_current("k2").without("k1"))
    codec_keys.rotate(codec, "intake")

    assert keyset.load(vault).development
    assert keyset.load(codec).development


def test_what_is_there_is_not_made_anew(folder: Path) -> None:
    vault = folder / "secrets" / "vault.json"
    before = vault.read_bytes()

    assert CliRunner().invoke(app, ["keys", "create", str(vault)]).exit_code != 0
    assert vault.read_bytes() == before
