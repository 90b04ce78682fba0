"""Three brokers, replication 3: one of them dies under load, and nobody notices but the operator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.calls import Load
from tests.support.product import Product, running
from tests.support.settling import settled
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(240)  # the test also starts the servers
HERE = ("intake", "assessment")


@pytest.fixture(scope="module")
async def product() -> AsyncIterator[Product]:
    """Intake and assessment on three brokers."""
    processes = [(service, kind) for service in HERE for kind in ("api", "worker")]
    with running(*processes, brokers=3) as found:
        yield found
        await found.office.close()


async def test_one_broker_of_three_killed_under_load_loses_nothing_and_stops_nothing(product: Product) -> None:
    load = Load(product)
    calling = asyncio.create_task(load.run(clients=4))
    await load.grows(20)

    await asyncio.to_thread(product.backends.stack.kill, "kafka_2")
    await load.grows(20)
    # With the broker still dead: the two others carry the facts of its partitions.
    last = await product.value("select max(id) from intake.outbox")
    await eventually(lambda: _published(product, last), within=60, what="facts are published with a broker dead")
    product.begin("kafka_2")
    await product.serving("kafka_2")
    await load.grows(10)
    load.stop.set()
    await calling

    assert not load.other, "intake needs Postgres alone"
    await settled(product, HERE, within=90)
    await load.had_one_effect_each()


async def _published(product: Product, last: int) -> bool:
    """Say whether what was saved up to `last` is published, while the load goes on."""
    query = "select count(*) from intake.outbox where published_at is null and id <= $1"
    return bool(await product.value(query, last) == 0)
