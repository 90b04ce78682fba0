"""SIGTERM drains: what is in hand is finished, nothing new is taken, and the process is gone within ten seconds."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.support.calls import adviser, called, routed, routing
from tests.support.cases import Infohus
from tests.support.product import Product
from tests.support.topics import Record, header, published
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(240)  # the first test also starts the servers
LONGEST = 10.0
"""Seconds from SIGTERM to the end of a process."""


async def test_an_api_finishes_the_request_in_hand_and_then_ends(product: Product) -> None:
    concern = await called(product)
    async with _locked(product, f"select 1 from intake.concern where id = '{concern}' for update") as release:
        in_hand = asyncio.create_task(_route(product, f"/v1/concerns/{concern}"))
        await eventually(lambda: _waits_for_lock(product, "intake-api"), what="the request is in hand")

        began = _terminated(product, "intake-api")
        await eventually(lambda: _takes_no_more(product), within=LONGEST, what="no new request is taken")
        assert not in_hand.done()
        await release()

        assert (await in_hand).status_code == 200
        assert await _exit_code(product, "intake-api", began) == 0
    product.begin("intake-api")
    await product.serving("intake-api")
    seen = await Infohus(product).tovholder.see(f"/intake/v1/concerns/{concern}")
    assert seen.body["stage"] == "C2"


async def test_a_worker_finishes_the_record_in_hand_and_then_ends(product: Product) -> None:
    async with _locked(product, "lock table assessment.case_record in exclusive mode") as release:
        concern = await routed(product)
        await eventually(lambda: _waits_for_lock(product, "assessment-worker"), what="the record is in hand")

        began = _terminated(product, "assessment-worker")
        await eventually(lambda: "worker_draining" in product.log("assessment-worker"), what="the worker drains")
        await release()

        assert await _exit_code(product, "assessment-worker", began) == 0
    arrived = "select count(*) from assessment.case_record where concern_id = $1"
    assert await product.value(arrived, concern) == 1
    found = (await published(product.backends.bootstrap, ["intake.concern.v1"])).records
    record = next(each for each in found if _routes(each, str(concern)))
    assert await _committed(product, "assessment.concerns", record) > record.offset, "nobody will handle it again"
    product.begin("assessment-worker")
    await product.serving("assessment-worker")


@asynccontextmanager
async def _locked(product: Product, statement: str) -> AsyncIterator[object]:
    """Hold a lock that a command must wait for; the block gets what releases it."""
    connection = await asyncpg.connect(product.backends.pg_admin_dsn.rsplit("/", 1)[0] + "/tovholder")
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(statement)
    released = False

    async def release() -> None:
        nonlocal released
        released = True
        await transaction.rollback()

    try:
        yield release
    finally:
        if not released:
            await transaction.rollback()
        await connection.close()


async def _route(product: Product, path: str) -> httpx.Response:
    who = adviser(product)
    seen = await who.see(f"/intake{path}")
    assert who.ref is not None
    token = await product.office.token(who.ref)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "If-Match": f'"{seen.version}"'}
    async with httpx.AsyncClient(base_url=product.url("intake", "api"), trust_env=False, timeout=30) as client:
        return await client.post(f"{path}/route-concern", json=routing(), headers=headers)


async def _waits_for_lock(product: Product, process: str) -> bool:
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = $1"
    return bool(await product.value(query, process))


async def _takes_no_more(product: Product) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{product.url('intake', 'api')}/readyz")
    except httpx.ConnectError:
        return True
    return answer.status_code == 503


def _terminated(product: Product, process: str) -> float:
    product.backends.stack.signal(process, signal.SIGTERM)
    return time.monotonic()


async def _exit_code(product: Product, process: str, began: float) -> int | None:
    child = product.backends.stack.child(process)
    assert child is not None
    await eventually(lambda: not child.alive(), within=began + LONGEST - time.monotonic(), what=f"{process} has ended")
    print(f"{process} ended {time.monotonic() - began:.1f} s after SIGTERM")
    return child.exit_code()


def _routes(record: Record, concern: str) -> bool:
    return record.key.decode() == concern and header(record, "ce_type") == "concern.routed.v1"


async def _committed(product: Product, group: str, record: Record) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=product.backends.bootstrap)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return next(
        held.offset
        for place, held in offsets.items()
        if (place.topic, place.partition) == (record.topic, record.partition)
    )
