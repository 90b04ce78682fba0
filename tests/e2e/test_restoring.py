"""The rehearsal: a stack goes back to a moment, and everything around Postgres follows, with nothing doubled and nothing lost."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import pytest

from deploy.demo.people import Office
from tests.support.calls import adviser, raised, routed
from tests.support.command import tovholder
from tests.support.product import Product, running
from tests.support.settling import settled, unpublished
from tests.support.topics import published
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)  # it starts the servers twice
HERE = ("intake", "assessment")


async def test_after_a_restore_to_a_moment_there_is_exactly_what_was_before_it_and_its_clocks_run(
    record_property: pytest.RecordProperty,
) -> None:
    with running(*((service, kind) for service in HERE for kind in ("api", "worker"))) as product:
        before = [await routed(product), await raised(product)]
        await settled(product, HERE)
        said = await asyncio.to_thread(tovholder, product.state, "backup", "create")
        backup = next(line.split(" ")[1] for line in said.splitlines() if line.startswith("postgres: "))
        between = [await routed(product) for _ in range(2)]
        await settled(product, HERE)
        await asyncio.to_thread(product.backends.stack.kill, "kafka")
        unsent = await routed(product)
        waiting = await unpublished(product, HERE)
        moment = await product.value("select clock_timestamp()")
        product.begin("kafka")
        await product.serving("kafka")
        after = [await routed(product) for _ in range(2)]
        await settled(product, HERE)
        kept = [*before, *between, unsent]
        facts = await _facts(product, kept, until=moment)
        await product.office.close()
        names = [name for name in product.backends.stack.names() if name != "migrate"]
        await asyncio.to_thread(product.backends.stop)

        began = time.monotonic()
        said = await asyncio.to_thread(
            tovholder, product.state, "backup", "restore", backup, "--until", moment.isoformat(), "--yes"
        )
        record_property("seconds_to_restore", round(time.monotonic() - began, 1))
        print(said)
        for name in names:
            await asyncio.to_thread(product.backends.stack.launch, name)
        await asyncio.to_thread(product.backends.stack.await_ready, *names)
        await settled(product, HERE)

        assert waiting > 0
        assert await _concerns(product) == set(kept), "those after the moment never were"
        assert not await _facts(product, after)
        assert facts <= await _facts(product, kept), "a step that fell due since may have added to them"
        assert await _cases(product) == sorted([before[0], *between, unsent]), "one case for each routed concern"
        kafka = await published(product.backends.bootstrap)
        assert kafka.gaps() == {}
        assert set(kafka.times) == {str(event) for event in await _all_facts(product)}
        await eventually(lambda: _every_clock_has_its_workflow(product), within=60, what="every open clock is kept")
        product.office = Office(
            product.backends.config.gateway_url, product.backends.issuer_url
        )  # the issuer has other keys
        acute = await adviser(product).see(f"/intake/v1/concerns/{before[1]}")
        assert acute.body["stage"] == "C3"
        await product.office.close()


async def _concerns(product: Product) -> set[UUID]:
    return {row["id"] for row in await product.rows("select id from intake.concern")}


async def _cases(product: Product) -> list[UUID]:
    return sorted(row["concern_id"] for row in await product.rows("select concern_id from assessment.case_record"))


async def _facts(product: Product, concerns: list[UUID], until: object = None) -> set[UUID]:
    rows = await product.rows(
        "select event_id from intake.facts where aggregate_id = any($1) and ($2::timestamptz is null or recorded_at < $2)",
        concerns,
        until,
    )
    return {row["event_id"] for row in rows}


async def _all_facts(product: Product) -> set[UUID]:
    rows = await product.rows("select event_id from intake.facts union all select event_id from assessment.facts")
    return {row["event_id"] for row in rows}


async def _every_clock_has_its_workflow(product: Product) -> bool:
    rows = await product.rows(
        " union ".join(
            f"select distinct aggregate_kind, aggregate_id, opening from {service}.deadlines where state = 'OPEN'"
            for service in HERE
        )
    )
    wanted = {f"{row['aggregate_kind']}-{row['aggregate_id']}-{row['opening']}" for row in rows}
    client = await product.temporal()
    found = {each.id async for each in client.list_workflows("ExecutionStatus = 'Running'", page_size=1000)}
    assert wanted <= found, f"{len(wanted - found)} of {len(wanted)} are missing"
    return len(wanted) >= 5
