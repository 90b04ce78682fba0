"""The service on a real Postgres: its HTTP application, and its consumers fed with facts as Kafka would bring them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa

from services.assessment.settling import Settling
from services.assessment.tables import SPINE
from shared.clock import DemoClock
from shared.contracts.base import Fact
from shared.contracts.corps import Dimension, OfCase
from shared.contracts.envelope import Envelope
from shared.contracts.intake import AcuteRaised, ConcernRouted
from shared.lifecycle.actor import Actor, Role
from shared.messaging.consumer import Receiver
from shared.persistence.work import UnitOfWork
from tests.unit.assessment.assessment_builders import KOMMUNE, POLITI, nine

HOTLINE = {"by": uuid4(), "by_role": "HOTLINE_ADVISER", "organisation": "hotline:national"}
HOME = {Role.TOVHOLDER_POLITI: POLITI, Role.SECRETARIAT: POLITI}


class Tokens:
    """Stands in for the verifier of tokens: a token says in the clear who it is."""

    def __init__(self, **_: Any) -> None:
        pass

    async def actor(self, token: str) -> Actor:
        """Return who the token says."""
        person, organisation, *roles = token.split("|")
        return Actor(UUID(person), organisation, frozenset(Role(role) for role in roles))


@dataclass(frozen=True)
class Person:
    """Somebody who asks over HTTP."""

    role: Role
    organisation: str
    ref: UUID = field(default_factory=uuid4)

    @property
    def token(self) -> str:
        return f"{self.ref}|{self.organisation}|{self.role}"


def person(role: Role, organisation: str | None = None) -> Person:
    """Return a fresh person in a role."""
    return Person(role, organisation or HOME.get(role, KOMMUNE))


@dataclass
class World:
    """What a test needs of the service."""

    http: httpx.AsyncClient
    work: UnitOfWork
    """As the worker's role: sees all rows, and may not open texts."""
    receivers: dict[str, Receiver]
    clock: DemoClock
    people: dict[Role, Person]
    settling: Settling
    """What the worker does apart from its consumers."""

    def now(self) -> datetime:
        return self.clock.now()

    def pass_(self, span: timedelta) -> None:
        """Let domain time pass."""
        self.clock.move_to(self.clock.now() + span)

    async def tell(self, fact: Fact, aggregate: str, *, sequence: int = 1, event: UUID | None = None) -> str:
        """Deliver a fact as its consumer would; return the outcome."""
        envelope = Envelope(
            id=event or uuid4(),
            source="/services/test",
            type=fact.type,
            time=self.now(),
            subject=aggregate,
            sequence=sequence,
            correlationid=uuid4(),
            data=json.loads(fact.model_dump_json(exclude_none=True)),
        )
        receiver = self.receivers["concerns" if aggregate.startswith("concern/") else "interventions"]
        async with self.work.begin(correlation_id=envelope.correlationid, causation_id=envelope.id) as tx:
            return await receiver.take_effect(tx, envelope)

    async def routed(self, **changes: Any) -> UUID:
        """Route a concern about an adult here; return its case."""
        concern = uuid4()
        await self.tell(routed(self.now(), **changes), f"concern/{concern}", sequence=2)
        (case,) = (await self.get(f"/v1/cases?concern={concern}"))["items"]
        return UUID(case["id"])

    async def get(self, path: str, by: Role | Person = Role.TOVHOLDER_KOMMUNE, status: int = 200) -> dict[str, Any]:
        """Look; return the body."""
        answer = await self.http.get(path, headers={"Authorization": f"Bearer {self._person(by).token}"})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def case(self, case: UUID, by: Role | Person = Role.TOVHOLDER_KOMMUNE) -> dict[str, Any]:
        return await self.get(f"/v1/cases/{case}", by)

    async def post(
        self,
        path: str,
        by: Role | Person,
        body: dict[str, Any] | None = None,
        *,
        version: int | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """Send a POST; return the answer, whatever it is."""
        headers = {"Authorization": f"Bearer {self._person(by).token}", "Idempotency-Key": key or str(uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.http.post(path, headers=headers, json=body or {})

    async def give(
        self, case: UUID, command: str, by: Role | Person, body: dict[str, Any] | None = None, status: int = 200
    ) -> dict[str, Any]:
        """Give a command on the current version; return the answer's body."""
        version = await self.version(case)
        answer = await self.post(f"/v1/cases/{case}/{command}", by, body, version=version)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def version(self, aggregate: UUID) -> int:
        return len(await self.types(aggregate))

    async def types(self, aggregate: UUID) -> list[str]:
        """Return the wire types of an aggregate's facts, in order; check that the sequence has no gap."""
        table = SPINE.facts
        async with self.work.begin() as tx:
            query = sa.select(table.c.sequence, table.c.type).where(table.c.aggregate_id == aggregate)
            rows = (await tx.session.execute(query.order_by(table.c.sequence))).all()
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        return [row.type for row in rows]

    async def open_clocks(self, aggregate: UUID) -> dict[str, int]:
        """Return the kinds of open clocks with their opening."""
        table = SPINE.deadlines
        async with self.work.begin() as tx:
            query = sa.select(table.c.kind, table.c.opening).where(
                table.c.aggregate_id == aggregate, table.c.state == "OPEN"
            )
            return {row.kind: row.opening for row in (await tx.session.execute(query)).all()}

    async def walk(self, case: UUID, *steps: str) -> None:
        """Take these steps of the ordinary way, each by who takes it."""
        for step in steps:
            by, body = WAY[step](self)
            await self.give(case, step, by, body)

    def _person(self, by: Role | Person) -> Person:
        return by if isinstance(by, Person) else self.people[by]


def routed(now: datetime, **changes: Any) -> ConcernRouted:
    """Return the fact that a concern was routed to Greve."""
    plain = {
        **HOTLINE,
        "stage": "C2",
        "municipality": "0253",
        "police_district": "midt-og-vestsjaelland",
        "channel": "HOTLINE",
        "anonymity": "CONFIDENTIAL",
        "reporter_kind": "PARENT",
        "minor": "NO",
        "travel": "NONE",
        "acute": False,
        "cross_over": False,
        "reporter": uuid4(),
        "received_at": now,
    }
    return ConcernRouted.model_validate({**plain, **changes})


def acute(**changes: Any) -> AcuteRaised:
    """Return the fact that a concern about a child is acute."""
    plain = {**HOTLINE, "stage": "C3", "subject_municipality": "0253", "minor": "YES", "travel": "NONE"}
    return AcuteRaised.model_validate({**plain, **changes})


def of_corps(kind: type[OfCase], case: UUID, **fields: Any) -> OfCase:
    """Return a fact of the corps about an intervention in this case."""
    plain = {"by": uuid4(), "by_role": "LOCAL_COORDINATOR", "organisation": KOMMUNE, "case_id": case}
    return kind.model_validate({**plain, **fields})


def ratings() -> list[dict[str, Any]]:
    """Return nine ratings as JSON."""
    return [json.loads(each.model_dump_json(exclude_none=True)) for each in nine()]


MENTOR = {"kind": "MENTOR"}
WAY: dict[str, Any] = {
    "open-case": lambda w: (Role.TOVHOLDER_KOMMUNE, {"accepts_responsibility": True, "purpose_plausible": True}),
    "request-clearance": lambda w: (Role.TOVHOLDER_KOMMUNE, {}),
    "clear-case": lambda w: (Role.TOVHOLDER_POLITI, {}),
    "take-over": lambda w: (Role.TOVHOLDER_POLITI, {}),
    "return-case": lambda w: (Role.TOVHOLDER_POLITI, {}),
    "revoke-clearance": lambda w: (Role.TOVHOLDER_POLITI, {}),
    "hold-meeting": lambda w: (
        Role.SECRETARIAT,
        {
            "held_at": w.now().isoformat(),
            "present": ["MUNICIPALITY", "POLICE"],
            "mental_vulnerability_suspected": False,
        },
    ),
    "complete-assessment": lambda w: (
        Role.TOVHOLDER_KOMMUNE,
        {
            "ratings": ratings(),
            "focus": ["RELATIONSHIPS"],
            "measures": ["MENTOR", "EDUCATION_JOB"],
            "reasoning": "En begrundelse, skrevet af en prøve",
        },
    ),
    "send-recommendation": lambda w: (
        Role.TOVHOLDER_KOMMUNE,
        {"addressed_to": KOMMUNE, "unit": "ADULTS", "caseworker": str(w.people[Role.CASEWORKER].ref)},
    ),
    "decide-measure": lambda w: (
        Role.CASEWORKER,
        {"outcome": "GRANT", "law": "SERVICELOVEN", "appeal_guidance_given": True},
    ),
    "record-decline": lambda w: (Role.CASEWORKER, {}),
    "record-consent": lambda w: (
        Role.CASEWORKER,
        {
            "client": "SUBJECT",
            "given_by": "SUBJECT",
            "specific_informed_revocable": True,
            "text_version": "offer.1",
            "given_at": w.now().isoformat(),
            "valid_until": (w.now() + timedelta(days=300)).isoformat(),
            "needs_corps_member": True,
            "requirements": MENTOR,
        },
    ),
}
"""The ordinary way of a case: who gives which command with which body."""

TO_OFFER = (
    "open-case",
    "request-clearance",
    "clear-case",
    "hold-meeting",
    "complete-assessment",
    "send-recommendation",
    "decide-measure",
)


async def both(*calls: Any) -> list[Any]:
    """Make the calls at once."""
    return list(await asyncio.gather(*calls))


def assessed(world: World) -> list[tuple[str, str]]:
    """Return the nine dimensions as a person fills them in, each rated low, with a recommendation."""
    fields: list[tuple[str, str]] = []
    for number, dimension in enumerate(Dimension):
        at = f"ratings.{number}"
        fields += [(f"{at}.dimension", str(dimension)), (f"{at}.risk_level", "SLIGHT")]
        fields += [(f"{at}.resource_level", "WEAK"), (f"{at}.confidence", "LOW"), (f"{at}.evidence.0.kind", "OBSERVED")]
    return [
        *fields,
        ("ratings.1.risk_level", "SLIGHT"),
        ("focus", "RELATIONSHIPS"),
        ("measures", "MENTOR"),
        ("reasoning", "En begrundelse, skrevet af en prøve"),
    ]
