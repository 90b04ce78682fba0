"""People who call: the commands that many tests begin with, and a load of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from deploy.demo.people import Person
from tests.support.product import Product
from tests.support.topics import published
from tests.support.waiting import eventually

HOTLINE = "hotline:national"
GREVE = "0253"
CALL = {
    "anonymity": "CONFIDENTIAL",
    "channel": "HOTLINE",
    "reporter_kind": "RELATIVE",
    "reporter": "En pårørende, opdigtet.",
    "subject_known": "IDENTIFIED",
    "subject_municipality": GREVE,
    "minor": "NO",
    "subject": "En opdigtet person.",
    "description": "Har ændret sig på få måneder. Æblegrød på øen.",
}
"""What an adviser writes down of a call."""


def routing(municipality: str = GREVE) -> dict[str, str]:
    """Return the body that routes a concern."""
    return {"municipality": municipality, "grounds": "Begrundet bekymring."}


def adviser(product: Product) -> Person:
    """Return the adviser on duty."""
    return product.at("HOTLINE_ADVISER", HOTLINE)


async def called(product: Product, **more: Any) -> UUID:
    """Somebody calls; return the concern."""
    return await adviser(product).create("/intake/v1/concerns", {**CALL, **more})


async def routed(product: Product, municipality: str = GREVE, **more: Any) -> UUID:
    """Somebody calls, and the adviser routes the concern; return it."""
    concern = await called(product, subject_municipality=municipality, **more)
    await adviser(product).do(f"/intake/v1/concerns/{concern}", "route-concern", routing(municipality))
    return concern


async def raised(product: Product) -> UUID:
    """Somebody calls about something acute; return the concern, whose clocks run for minutes."""
    concern = await called(product)
    await adviser(product).do(f"/intake/v1/concerns/{concern}", "raise-acute", {"subject_municipality": GREVE})
    return concern


@dataclass
class Load:
    """Callers who go on until told to stop. `acknowledged` are the concerns answered with 201, `routed` those routed as well."""

    product: Product
    pause: float = 0.3
    """Seconds between two calls of a client: what follows must be handled in a test's time, on two cores."""
    acknowledged: list[UUID] = field(default_factory=list)
    routed: list[UUID] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)
    """Every other answer, by status and code."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, clients: int) -> None:
        """Call, route, call, route, with several clients at once."""
        await asyncio.gather(*(self._caller() for _ in range(clients)))

    async def _caller(self) -> None:
        who = adviser(self.product)
        while not self.stop.is_set():
            await asyncio.sleep(self.pause)
            try:
                made = await who.send("POST", "/intake/v1/concerns", CALL)
                if made.status != 201:
                    self.other[f"{made.status} {made.code}"] += 1
                    continue
                concern = UUID(made.body["id"])
                self.acknowledged.append(concern)
                path = f"/intake/v1/concerns/{concern}/route-concern"
                sent = await who.send("POST", path, routing(), version=made.version)
                if sent.status == 200:
                    self.routed.append(concern)
                else:
                    self.other[f"{sent.status} {sent.code}"] += 1
            except httpx.HTTPError as error:
                self.other[type(error).__name__] += 1

    async def grows(self, number: int) -> None:
        """Wait until so many more calls were acknowledged."""
        wanted = len(self.acknowledged) + number
        await eventually(
            lambda: len(self.acknowledged) >= wanted, within=60, what=f"{number} more calls are acknowledged"
        )

    async def had_one_effect_each(self) -> None:
        """Hold that every acknowledged concern is in Postgres, its facts in Kafka in order, and every routed one in Infohus once."""
        facts = await self.product.rows(
            "select event_id, aggregate_id from intake.facts where aggregate_id = any($1)", self.acknowledged
        )
        kafka = await published(self.product.backends.bootstrap)
        assert {row["aggregate_id"] for row in facts} == set(self.acknowledged)
        assert {str(row["event_id"]) for row in facts} <= set(kafka.times)
        assert kafka.gaps() == {}
        cases = await self.product.rows(
            "select concern_id from assessment.case_record where concern_id = any($1)", self.routed
        )
        assert sorted(row["concern_id"] for row in cases) == sorted(self.routed)
        print(f"{len(self.acknowledged)} calls, {len(facts)} facts, {kafka.repeats()} records stand twice")
