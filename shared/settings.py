"""What a process is told from outside, by environment variables with the prefix `TOVHOLDER_`.

Nothing else in the code reads the environment. A missing value is an error at start that names the variable.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Service = Literal["intake", "assessment", "corps", "notify"]


class Settings(BaseSettings):
    """Settings of one process (api or worker) of one service."""

    model_config = SettingsConfigDict(env_prefix="TOVHOLDER_", extra="ignore", frozen=True)

    database_url: SecretStr
    keystore_url: SecretStr
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_replication: int = 1
    kafka_partitions: int = 6
    temporal_target: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    oidc_issuer: str
    oidc_audience: str = "tovholder"
    oidc_jwks_url: str
    http_host: str = "127.0.0.1"
    http_port: int
    keyset_file: Path
    codec_keyset_file: Path
    idempotency_secret_file: Path
    audit_url: SecretStr | None = None
    """Where the access log is chained, as the role audit_sealer; the worker of notify has it, no other process."""
    audit_keyset_file: Path | None = None
    checkpoint_folder: Path | None = None
    """Where signed checkpoints of the access log go; in production storage that nobody can write over."""
    erasure_ledger_file: Path | None = None
    """What was erased, beside the databases: a restore takes the ledger in them back too."""
    clock_file: Path | None = None
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    mail_from: str = "noreply@tovholder.example"
    console_url: str = "http://127.0.0.1/"
    """Where browsers find the product: the gateway, with a slash at its end."""
    assets_manifest: Path = Path(__file__).resolve().parents[1] / "deploy" / "web" / "dist" / "manifest.json"
    """Which files pages are dressed in, as the gateway serves them; made by `make sync`."""
    oidc_client_id: str = "tovholder-console"
    oidc_client_secret_file: Path | None = None
    """The console's secret at the sign-in service; without one it is a public client, which PKCE protects."""
    oidc_authorize_url: str | None = None
    """Where a browser is sent to sign in; the issuer's `/authorize` unless said otherwise."""
    oidc_token_url: str | None = None
    """Where codes are changed for tokens; the issuer's `/token` unless said otherwise."""
    oidc_revocation_url: str | None = None
    """Where a refresh token is given back at sign-out (RFC 7009); None where the issuer takes none."""
    oidc_end_session_url: str | None = None
    """Where a browser is sent to end the issuer's own sign-in (OpenID Connect RP-Initiated Logout); None where there is no such place."""
    otlp_endpoint: str | None = None
    trace_file: Path | None = None
    log_level: str = "INFO"
    pool_size: int = 5

    @model_validator(mode="after")
    def _no_development_outside_loopback(self) -> Self:
        """Refuse to serve others with what is made for one machine: an issuer that signs in anybody, a clock that is moved."""
        if is_loopback(self.http_host):
            return self
        for name in ("oidc_issuer", "oidc_jwks_url"):
            address = urlsplit(getattr(self, name))
            if address.scheme != "https" or is_loopback(address.hostname or ""):
                raise ValueError(f"outside loopback TOVHOLDER_{name.upper()} is https and not on this machine")
        if self.clock_file is not None:
            raise ValueError("outside loopback there is no demo clock: leave TOVHOLDER_CLOCK_FILE out")
        return self


def is_loopback(host: str) -> bool:
    """Say whether an address or name means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load() -> Settings:
    """Read the settings of this process from its environment."""
    return Settings()
