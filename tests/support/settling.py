"""Whether everything that was done has reached everybody: nothing in an outbox, nothing that a consumer has yet to handle."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import SecretStr

from shared.clock import WallClock
from shared.hosting.worker import ServiceParts, WorkerParts
from shared.observability.metrics import Metrics
from shared.persistence.work import UnitOfWork, build_engine
from shared.settings import Settings
from shared.vault import DevKeyProvider, MemoryKeyStore, Vault
from tests.support.product import Product
from tests.support.waiting import eventually

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


@dataclass(frozen=True)
class Consumes:
    """What a consumer reads: topics, and the wire types that it handles there."""

    topics: tuple[str, ...]
    types: frozenset[str]


async def settled(product: Product, services: Sequence[str], *, within: float = 60.0) -> None:
    """Wait until every fact of `services` is published, and handled by every consumer of these services."""

    async def quiet() -> bool:
        assert await unpublished(product, services) == 0, "facts wait in an outbox"
        waiting = await unhandled(product, services)
        assert not waiting, f"consumers have not handled {waiting}; dead letters: {await dead(product, services)}"
        return True

    await eventually(quiet, within=within, what="every fact is published and handled")


async def dead(product: Product, services: Sequence[str]) -> list[str]:
    """Return what lies in the dead letters, in codes: a fact there is handled by nobody until a person acts."""
    found = []
    for service in services:
        letters = (
            f"select consumer, error_code, parked_behind, count(*) from {service}.dead_letters where state = 'OPEN'"
        )
        rows = await product.rows(f"{letters} group by consumer, error_code, parked_behind")
        found += [str(dict(row)) for row in rows]
    return found


async def unpublished(product: Product, services: Sequence[str]) -> int:
    """Return how many facts wait to be published."""
    counts = [f"(select count(*) from {service}.outbox where published_at is null)" for service in services]
    return int(await product.value(f"select {' + '.join(counts)}"))


async def unhandled(product: Product, services: Sequence[str]) -> dict[str, int]:
    """Return by consumer how many facts it has yet to handle; consumers with nothing to do are left out."""
    facts = " union all ".join(
        f"select event_id, type, topic from {service}.facts join {service}.outbox using (event_id)"
        for service in services
    )
    waiting = {}
    for service in services:
        for consumer, reads in consumers(service).items():
            number = await product.value(
                f"select count(*) from ({facts}) as fact where type = any($1) and topic = any($2) and not exists "
                f"(select 1 from {service}.inbox i where i.consumer = $3 and i.event_id = fact.event_id)",
                sorted(reads.types),
                list(reads.topics),
                consumer,
            )
            if number:
                waiting[consumer] = int(number)
    return waiting


@cache
def parts(service: str) -> ServiceParts:
    """Return what a service's worker is put together from, connected to nothing."""
    nowhere = SecretStr(NOWHERE)
    settings = Settings.model_construct(database_url=nowhere, keystore_url=nowhere, smtp_host="127.0.0.1", smtp_port=1)
    settings = settings.model_copy(update={"mail_from": "nobody@tovholder.example", "console_url": "http://127.0.0.1/"})
    work = UnitOfWork(build_engine(NOWHERE, name="test"), WallClock())
    vault = Vault(MemoryKeyStore(), DevKeyProvider())
    assemble = importlib.import_module(f"services.{service}.worker").assemble
    found: ServiceParts = assemble(WorkerParts(settings, work, vault, Metrics(service)))
    return found


@cache
def consumers(service: str) -> Mapping[str, Consumes]:
    """Return the consumers of a service."""
    lifecycles = [told.store.lifecycle for told in parts(service).told]
    own = {fact for lifecycle in lifecycles for fact in lifecycle.facts}
    found = {f"{service}.workflows": Consumes(tuple(each.topic for each in lifecycles), frozenset(own))}
    for each in parts(service).subscriptions:
        found[each.consumer] = Consumes(tuple(each.topics), frozenset(each.handlers))
    return found
