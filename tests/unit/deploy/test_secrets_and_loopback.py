"""Development stays on one machine, and no secret stands in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from shared.settings import Settings

ROOT = Path(__file__).parents[3]
REAL = {"oidc_issuer": "https://login.example.org/", "oidc_jwks_url": "https://login.example.org/jwks.json"}
DEVELOPMENT = {"oidc_issuer": "http://127.0.0.1:9000", "oidc_jwks_url": "http://127.0.0.1:9000/jwks.json"}


def settings(host: str, **more: Any) -> Settings:
    nowhere, file = SecretStr("postgresql+asyncpg://nobody@127.0.0.1:1/none"), Path("nothing.json")
    values: dict[str, Any] = {"database_url": nowhere, "keystore_url": nowhere, "http_port": 1, "keyset_file": file}
    values |= {"codec_keyset_file": file, "idempotency_secret_file": file, "http_host": host, **more}
    return Settings(**values)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "api.example.org", "127.0.0.1.example.org"])
@pytest.mark.parametrize(
    "wrong",
    [
        DEVELOPMENT,
        {**REAL, "oidc_jwks_url": DEVELOPMENT["oidc_jwks_url"]},
        {**REAL, "oidc_issuer": "http://login.example.org/"},
        {**REAL, "oidc_issuer": "https://localhost/"},
        {**REAL, "oidc_issuer": "https://[::1]/"},
        {**REAL, "clock_file": Path("clock.json")},
    ],
)
def test_a_service_that_others_reach_refuses_what_is_made_for_one_machine(host: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="outside loopback"):
        settings(host, **wrong)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_one_machine_development_serves(host: str) -> None:
    assert settings(host, **DEVELOPMENT, clock_file=Path("clock.json")).http_host == host


def test_a_service_that_others_reach_serves_with_a_real_provider() -> None:
    assert settings("0.0.0.0", **REAL).clock_file is None


SECRETS = {
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}"),
    "a signed token": re.compile(rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{40,}"),
    "a password in an address": re.compile(rb"[a-z]+://[a-z_]+:[A-Za-z0-9_-]{16,}@"),
    "an AES key of a keyset": re.compile(rb'"[^"]{1,40}"\s*:\s*"[A-Za-z0-9+/]{43}="'),
    "a token of a code host or a cloud": re.compile(
        rb"\b(?:ghp_[A-Za-z0-9]{36}|github_pat_\w{60,}|AKIA[A-Z0-9]{16})\b"
    ),
}


KEPT = ("deploy", "docs", "services", "shared", "tests", "*.md", "*.toml", "Makefile", ".ci")


def _files() -> list[Path]:
    """Return what the repository keeps; without git, as in an archive of it, what stands where it keeps things."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    tops = [top for pattern in KEPT for top in ROOT.glob(pattern)]
    return [
        file
        for top in tops
        for file in ([top] if top.is_file() else top.rglob("*"))
        if "node_modules" not in file.parts
    ]


def test_no_secret_stands_in_the_repository() -> None:
    files = _files()
    assert len(files) > 500, "the control: the repository was found"
    found = [
        f"{file.relative_to(ROOT)}: {what}"
        for file in files
        if file.is_file()
        for what, pattern in SECRETS.items()
        if pattern.search(file.read_bytes())
    ]

    assert len(files) > 400
    assert found == []


@pytest.mark.parametrize(
    ("what", "planted"),
    [
        ("a private key", b"-----BEGIN PRIVATE KEY-----\n" + b"A" * 64),
        ("a signed token", b".".join((b"eyJ" + b"a" * 20, b"eyJ" + b"b" * 20, b"c" * 43))),
        ("a password in an address", b"postgresql://intake_api" + b":" + b"x" * 24 + b"@127.0.0.1"),
        ("an AES key of a keyset", b'{"k1": "' + b"A" * 43 + b'="}'),
        ("a token of a code host or a cloud", b"AKIA" + b"A" * 16),
    ],
)
def test_the_search_finds_a_secret_that_is_there(what: str, planted: bytes) -> None:
    assert SECRETS[what].search(planted)
