"""The apis of all services over one Postgres, with one record of each kind, and people in every relation to it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from prometheus_client import CollectorRegistry
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.requests import Request

from services.assessment import repository as assessment
from services.assessment.domain.case import Case
from services.assessment.domain.case import Stage as CaseStage
from services.assessment.domain.insight import Stage as InsightStage
from services.assessment.domain.underretning import Stage as UnderretningStage
from services.corps import repository as corps
from services.intake import repository as intake
from services.intake.domain.concern import Stage as ConcernStage
from shared.clock import WallClock
from shared.hosting.api import ApiParts, Pages, Routes
from shared.identity.sessions import Left
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.lifecycle.aggregate import Aggregate
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence import roles
from shared.persistence.idempotency import Idempotency, Macs
from shared.persistence.store import Store
from shared.persistence.work import UnitOfWork, build_engine
from shared.policy.doors import Door
from shared.policy.matrix import STAFF, Relation
from shared.vault import DevKeyProvider, PostgresKeyStore, Vault
from shared.web.console.assets import Assets
from shared.web.console.operations import operations_pages
from shared.web.console.provider import Provider
from shared.web.console.session import COOKIE, CSRF_FIELD, Present
from shared.web.console.site import Console, PageDoor
from shared.web.edge import Edge, build_app
from tests.integration.spine.spine_world import Cluster, OpenVerifier
from tests.unit.assessment import assessment_builders, insight_builders
from tests.unit.corps import builders as corps_builders
from tests.unit.intake import concern_builders as concerns

PLACES: Final = {
    Relation.OWNER: "kommune:0253",
    Relation.PARTICIPANT: "politi:midt-og-vestsjaelland",
    Relation.DECIDER: "kommune:0265",
    Relation.NAMED: "kommune:0265",
    Relation.ONCE_NAMED: "kommune:0265",
    Relation.HERSELF: "kommune:0259",
    Relation.FORMER: "kommune:0350",
    Relation.OTHER_MUNICIPALITY: "kommune:0269",
    Relation.OTHER_DISTRICT: "kommune:0461",
    Relation.NATIONAL: "centre:national",
    Relation.NONE: "school:odense-01",
}
TAKING_PART: Final = (Relation.OWNER, Relation.PARTICIPANT, Relation.DECIDER, Relation.HERSELF)
ENGAGED: Final = UUID(int=0xE)
NAMED: Final = UUID(int=0xA)
ONCE_NAMED: Final = UUID(int=0xB)
PERSONS: Final = {Relation.HERSELF: ENGAGED, Relation.NAMED: NAMED, Relation.ONCE_NAMED: ONCE_NAMED}
"""Relations that are one person's."""

BY_PERSON: Final = {"authority": PLACES[Relation.DECIDER], "caseworker_ref": NAMED}
STALE: Final = {"If-Match": '"999999"'}
"""A version that nobody saw: who sees the record hears that, before anything is decided."""


@dataclass(frozen=True)
class Served:
    """One service in process."""

    name: str
    app: FastAPI

    @property
    def doors(self) -> dict[str, Door]:
        """Return the doors that its routes have entered."""
        found: dict[str, Door] = self.app.state.doors
        return found

    @property
    def operations(self) -> dict[str, tuple[str, str]]:
        """Return method and path of each operation of its OpenAPI document."""
        return {
            operation["operationId"]: (method.upper(), path)
            for path, methods in self.app.openapi()["paths"].items()
            for method, operation in methods.items()
        }

    @property
    def pages(self) -> list[PageDoor]:
        """Return its pages; a service without a console has none."""
        console: Console | None = getattr(self.app.state, "console", None)
        return console.pages if console else []

    async def look(self, who: Actor | None, page: PageDoor, record: UUID) -> Response:
        """Look at a page, or send its form, as somebody or as nobody."""
        value = "" if who is None else "|".join((str(who.person_ref), who.organisation, *who.roles))
        present = Present(who, datetime.now(UTC), value)  # type: ignore[arg-type]  # of nobody nothing is asked
        path = page.path.replace("{id:uuid}", str(record)).replace("{deadline_id:uuid}", str(record))
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Cookie": f"{COOKIE}={value}"} if who is not None else {}
        async with AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
            form = None if page.method == "GET" else {CSRF_FIELD: present.csrf, "version": "0"}
            return await client.request(page.method, path, data=form)

    async def ask(self, who: Actor | None, operation: str, record: UUID | None = None, body: Any = None) -> Response:
        """Ask for an operation as somebody, or as nobody."""
        method, path = self.operations[operation]
        for parameter in ("{id}", "{deadline_id}", "{glass_id}", "{who}"):
            path = path.replace(parameter, "me" if parameter == "{who}" else str(record or uuid4()))
        headers = {"Idempotency-Key": str(uuid4()), **STALE}
        if who is not None:
            headers["Authorization"] = f"Bearer {who.person_ref}|{who.organisation}|{'|'.join(who.roles)}"
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
            return await client.request(method, path, json=None if method == "GET" else body or {})


@dataclass(frozen=True)
class House:
    """All services, and the record of each kind."""

    services: dict[str, Served]
    records: dict[str, UUID]


def somebody(role: Role, relation: Relation) -> Actor:
    """Return a person in this role and relation."""
    person = PERSONS.get(relation, UUID(int=0x1000 + STAFF.index(role)))
    return Actor(person, PLACES[relation], frozenset({role}))


def bodies(record: UUID) -> dict[str, dict[str, Any]]:
    """Return a body for each command code that its model takes; a second record that it names is the same one."""
    samples = [
        *concerns.COMMANDS.values(),
        *assessment_builders.SAMPLES.values(),
        *insight_builders.SAMPLES.values(),
        *(each for every in corps_builders.SAMPLES.values() for each in every[:1]),
    ]
    found = {sample.code: sample.model_dump(mode="json", exclude_none=True) for sample in samples}
    found["describe-subject"]["birth_year"] = "2009"  # a sealed text of the sample has no digits
    for body in found.values():
        body.update({name: str(record) for name in ("into", "concern_case") if name in body})
    return found


@asynccontextmanager
async def house(cluster: Cluster, folder: Path) -> AsyncIterator[House]:
    """Build every api, and put one record of each kind into Postgres with its access rows."""
    owner = create_async_engine(cluster.dsn("postgres", driver="postgresql+asyncpg"))
    keystore = PostgresKeyStore(cluster.dsn("keystore_app", roles.KEYSTORE_DATABASE))
    vault = Vault(keystore, DevKeyProvider())
    engines: list[AsyncEngine] = [owner]
    services = {}
    for name in roles.SERVICES:
        engine = build_engine(cluster.dsn(f"{name}_api", driver="postgresql+asyncpg"), name=name)
        engines.append(engine)
        services[name] = Served(name, _app(name, UnitOfWork(engine, WallClock()), vault, folder))
    try:
        yield House(services, await _records(owner))
    finally:
        await keystore.close()
        for engine in engines:
            await engine.dispose()


def _app(service: str, work: UnitOfWork, vault: Vault, folder: Path) -> FastAPI:
    secret = folder / "macs.json"
    secret.write_text(json.dumps({"current": "k", "keys": {"k": base64.b64encode(bytes(32)).decode()}}))
    spine = import_module(f"services.{service}.tables").SPINE
    edge = Edge(
        service=service,
        work=work,
        idempotency=Idempotency(spine, Macs(secret)),
        verifier=OpenVerifier(),  # type: ignore[arg-type]  # the part of it that the edge calls
        sealer=vault,
        metrics=Metrics(service, CollectorRegistry()),
        health=Health({}),
    )

    async def nothing() -> None:
        return None

    app = build_app(edge, service, on_start=nothing, on_stop=nothing)
    router = APIRouter()
    parts = ApiParts(None, edge, vault)  # type: ignore[arg-type]  # unread
    routes, pages = _rooms(service)
    routes(router, parts)
    if pages is not None:
        app.state.console = console = _console(service, edge)
        pages(router, parts, console)
        operations_pages(router, console)
    app.include_router(router)
    return app


def _rooms(service: str) -> tuple[Routes, Pages | None]:
    """Return what adds a service's routes and its pages, which may share something."""
    if find_spec(f"services.{service}.rooms") is not None:
        rooms = import_module(f"services.{service}.rooms").Rooms()
        return rooms.routes, rooms.pages
    pages = import_module(f"services.{service}.pages").pages if find_spec(f"services.{service}.pages") else None
    return import_module(f"services.{service}.api").routes, pages


class OpenSessions:
    """Believes whom a cookie names: `person|organisation|role|role`."""

    async def find(self, request: Request, *, used: bool = True) -> Present | None:
        """Return who looks."""
        value = request.cookies.get(COOKIE)
        if value is None:
            return None
        person, organisation, *held = value.split("|")
        actor = Actor(UUID(person), organisation, frozenset(Role(role) for role in held))
        return Present(actor, datetime.now(UTC) + timedelta(minutes=30), "|".join((person, organisation, *held)))

    provider = Provider("console", None, "http://issuer/authorize", "http://issuer/token")

    async def leave(self, value: str, *, everywhere: bool = False) -> Left:
        """End nothing: there is nothing to end, and nothing to give back."""
        return Left()


def _console(service: str, edge: Edge) -> Console:
    manifest = Path(__file__).parents[3] / "deploy" / "web" / "dist" / "manifest.json"
    sessions: Any = OpenSessions()
    assets = Assets.from_manifest(manifest)
    package = f"services.{service}.pages"
    return Console(service, edge, sessions, assets, origin="http://service", demo=False, templates=package)


async def _records(owner: AsyncEngine) -> dict[str, UUID]:
    """Put the records in as their services would have, with an access row for each relation."""
    states: list[tuple[Store[Any], Aggregate, dict[str, Any]]] = [
        (intake.concern_store(None), concerns.a_concern(ConcernStage.ROUTED), {}),
        (
            assessment.case_store(None),
            _renamed(assessment_builders.case_in(CaseStage.ACTIVE)),
            BY_PERSON,
        ),
        (assessment.underretning_store(), assessment_builders.underretning_in(UnderretningStage.RECEIVED), {}),
        (assessment.insight_store(None), insight_builders.insight_in(InsightStage.RECEIVED), {}),
        (corps.intervention_store(None), corps_builders.active().state, {"member_ref": ENGAGED, **BY_PERSON}),
        (corps.loan_store(None), corps_builders.active_loan().state, {"member_ref": ENGAGED}),
    ]
    records = {}
    for store, state, columns in states:
        records[store.lifecycle.kind] = fresh = uuid4()
        await _put(
            owner, store, state.model_copy(update={"id": fresh, "organisation": PLACES[Relation.OWNER]}), columns
        )
    records["member"] = ENGAGED
    await _member(owner)
    return records


def _renamed(case: Case) -> Case:
    """Return the case with one caseworker who was named and one who is, at the authority that decides."""
    (first,) = case.caseworkers
    at = {"organisation": PLACES[Relation.DECIDER]}
    former = first.model_copy(update={**at, "person_ref": ONCE_NAMED, "until": first.since})
    now = first.model_copy(update={**at, "person_ref": NAMED})
    sent = case.recommendation.model_copy(update={"addressed_to": PLACES[Relation.DECIDER]})
    return case.with_(caseworkers=(former, now), recommendation=sent)


async def _put(owner: AsyncEngine, store: Store[Any], state: Aggregate, columns: dict[str, Any]) -> None:
    tx: Any = type("Tx", (), {"now": datetime.now(UTC), "actor": SYSTEM})
    row = {**store._row(tx, state), "body": state.model_dump(mode="json"), **columns}
    for name in {"concern_id", "case_id"} & row.keys():
        row[name] = uuid4()  # unique in some tables
    access = store.spine.case_access
    began = tx.now - timedelta(days=2)
    async with owner.begin() as connection:
        await connection.execute(sa.insert(store.table).values(**row))
        for relation in (*TAKING_PART, Relation.FORMER):
            ended = began + timedelta(days=1) if relation is Relation.FORMER else None
            await connection.execute(
                sa.insert(access).values(
                    aggregate_id=state.id, organisation=PLACES[relation], valid_from=began, valid_to=ended
                )
            )


async def _member(owner: AsyncEngine) -> None:
    from services.corps.tables import MemberRow
    from tests.integration.corps.corps_people import profile

    body = {**profile("0253"), "member_ref": str(ENGAGED)}
    table: sa.Table = MemberRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    values = {
        "member_ref": ENGAGED,
        "municipality": "0253",
        "profile": body,
        "capacity_max": 1,
        "hours_per_week": 10,
        "registered_at": datetime.now(UTC),
    }
    async with owner.begin() as connection:
        # One member for all who build a house on this Postgres.
        await connection.execute(
            insert(table).values(**values, taken=0, hours_taken=0, version=1).on_conflict_do_nothing()
        )
