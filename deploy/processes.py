"""Which processes make up the stack, as data: order, waves, environment and readiness of each."""

from __future__ import annotations

import os
import sys

from deploy.config import KEYSTORE, SERVERS, SERVICES, StackConfig
from deploy.local import gateway, issuer_process, kafka, mail_process, postgres, temporal
from deploy.probes import http_ok
from deploy.process import ProcessSpec


def backends(config: StackConfig, *, extras: bool = True) -> list[ProcessSpec]:
    """The servers under the services: wave 0 is Postgres and the key store's Postgres, wave 1 the rest."""
    servers = [*postgres.specs(config), *kafka.specs(config), temporal.spec(config)]
    if extras:
        servers += [issuer_process.spec(config), mail_process.spec(config)]
    return servers


def port_names(config: StackConfig, *, only_backends: bool = False) -> list[str]:
    """Every port of the stack by name."""
    names = ["postgres", "keystore", "temporal", "temporal_http", "temporal_metrics", "issuer", "mail"]
    names += [f"{broker}{part}" for broker in config.kafka_names for part in ("", "_controller")]
    if not only_backends:
        names += [str(spec.port_name) for spec in services(config)] + ["gateway"]
    return names


def gateway_process(config: StackConfig) -> ProcessSpec:
    """The one URL, last: when it answers, everything behind it does."""
    return gateway.spec(config)


def migration(config: StackConfig) -> ProcessSpec:
    """`tovholder migrate` as a process of its own, before any service starts."""
    return ProcessSpec(
        name="migrate",
        argv=[sys.executable, "-m", "deploy.cli", "migrate"],
        env={
            "TOVHOLDER_STATE": str(config.state),
            **{f"TOVHOLDER_PORT_{server.upper()}": str(config.ports.port(server)) for server in SERVERS},
        },
        cwd=config.project,
        wave=2,
        ready_seconds=120,
        one_shot=True,
    )


def services(config: StackConfig) -> list[ProcessSpec]:
    """Api (one or several) and worker of each of the four services."""
    made: list[ProcessSpec] = []
    for service in SERVICES:
        made += [service_process(config, service, "api", number) for number in range(1, config.api_replicas + 1)]
        made.append(service_process(config, service, "worker"))
    return made


def service_process(config: StackConfig, service: str, kind: str, number: int = 1) -> ProcessSpec:
    """One process of one service: `intake-api`, `intake-api-2`, `intake-worker`."""
    named = port_name(service, kind, number)
    port = config.ports.port(named)
    module = "app" if kind == "api" else "worker"
    return ProcessSpec(
        name=named.replace("_", "-"),
        argv=[sys.executable, "-m", f"services.{service}.{module}"],
        env=service_env(config, service, kind, port),
        ready=http_ok(f"http://127.0.0.1:{port}/readyz"),
        cwd=config.project,
        wave=2,
        port_name=named,
        port=port,
    )


def port_name(service: str, kind: str, number: int = 1) -> str:
    """Name of a process' port, and with hyphens of the process: `intake_api`, `intake_api_2`."""
    return f"{service}_{kind}" + (f"_{number}" if number > 1 else "")


def keystore_role(service: str, kind: str) -> str:
    """Return the login of a process in the key store: the worker of assessment puts units under persons, all others add and read."""
    return "keystore_binder" if (service, kind) == ("assessment", "worker") else "keystore_app"


def service_env(config: StackConfig, service: str, kind: str, port: int) -> dict[str, str]:
    """The settings of one service process (see shared/settings.py): names of files, no password."""
    driver = "postgresql+asyncpg"
    settings = {
        "SERVICE": service,
        "DATABASE_URL": config.login(f"{service}_{kind}", driver=driver),
        "KEYSTORE_URL": config.login(keystore_role(service, kind), KEYSTORE, driver=driver),
        "KAFKA_BOOTSTRAP": config.bootstrap,
        "KAFKA_REPLICATION": "3" if config.kafka_brokers >= 3 else "1",
        "TEMPORAL_TARGET": config.temporal_target,
        "TEMPORAL_NAMESPACE": "default",
        "OIDC_ISSUER": config.issuer_url,
        "OIDC_AUDIENCE": "tovholder",
        "OIDC_JWKS_URL": f"{config.issuer_url}/jwks.json",
        # The browser stays on one origin.
        "OIDC_AUTHORIZE_URL": f"{config.gateway_url}/auth/authorize",
        "OIDC_END_SESSION_URL": f"{config.gateway_url}/auth/end-session",
        "OIDC_REVOCATION_URL": f"{config.issuer_url}/revoke",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "KEYSET_FILE": str(config.keyset_file),
        "CODEC_KEYSET_FILE": str(config.codec_keyset_file(service)),
        "IDEMPOTENCY_SECRET_FILE": str(config.idempotency_secret_file),
        "ERASURE_LEDGER_FILE": str(config.erasure_ledger_file),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(config.ports.port("mail")),
        "MAIL_FROM": "noreply@tovholder.example",
        "CONSOLE_URL": f"{config.gateway_url}/",
        "LOG_LEVEL": os.environ.get("TOVHOLDER_LOG_LEVEL", "INFO"),
    }
    if kind == "api":
        settings["ASSETS_MANIFEST"] = str(config.assets / "manifest.json")
    if (service, kind) == ("notify", "worker"):
        settings |= {
            "AUDIT_URL": config.login("audit_sealer", driver=driver),
            "AUDIT_KEYSET_FILE": str(config.audit_keyset_file),
            "CHECKPOINT_FOLDER": str(config.checkpoint_folder),
        }
    # A stack whose clocks were once moved keeps its offset: without it, months would be taken back.
    if config.demo_clock or config.clock_file.exists():
        settings["CLOCK_FILE"] = str(config.clock_file)
    for passed_on in ("OTLP_ENDPOINT", "TRACE_FILE", "POOL_SIZE"):
        if text := os.environ.get(f"TOVHOLDER_{passed_on}"):
            settings[passed_on] = text
    return {f"TOVHOLDER_{key}": text for key, text in settings.items()}
