"""Kafka and Temporal go away, are killed, lose their data: nothing that was answered is lost, and every clock comes back."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from deploy.local.temporal import database
from tests.support.calls import Load, adviser, called, raised, routed
from tests.support.product import PROJECT, Product, running
from tests.support.settling import settled, unpublished
from tests.support.topics import published
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(240)  # the first test also starts the servers
HERE = ("intake", "assessment")


@pytest.fixture(scope="module")
async def product() -> AsyncIterator[Product]:
    """Intake and assessment, on servers that these tests may break."""
    with running(*((service, kind) for service in HERE for kind in ("api", "worker"))) as found:
        yield found
        await found.office.close()


async def test_intake_answers_201_with_kafka_and_temporal_down_and_everything_catches_up(product: Product) -> None:
    stack = product.backends.stack
    for name in ("kafka", "temporal", "intake-api"):
        await asyncio.to_thread(stack.kill, name)
    product.begin("intake-api")
    await product.serving("intake-api")

    concerns = [await routed(product) for _ in range(10)]
    acute = await raised(product)

    assert await unpublished(product, HERE) >= 40
    seen = await adviser(product).see(f"/intake/v1/concerns/{acute}")
    assert seen.body["stage"] == "C3"
    product.begin("temporal")
    product.begin("kafka")
    await product.serving("temporal", "kafka")
    await settled(product, HERE, within=90)
    order = (await published(product.backends.bootstrap)).order()
    for concern in (*concerns, acute):
        facts = await product.value("select count(*) from intake.facts where aggregate_id = $1", concern)
        assert order[str(concern)] == list(range(1, facts + 1))
    cases = await product.rows("select id, concern_id from assessment.case_record where concern_id = any($1)", concerns)
    assert {case["concern_id"] for case in cases} == set(concerns)
    for workflow in (f"concern-{acute}-1", *(f"case-{case['id']}-1" for case in cases)):
        assert await _runs(product, workflow), workflow


async def test_kafka_killed_under_load_loses_nothing_and_doubles_nothing(product: Product) -> None:
    load = Load(product)
    calling = asyncio.create_task(load.run(clients=4))
    await load.grows(20)

    await asyncio.to_thread(product.backends.stack.kill, "kafka")
    await load.grows(20)
    product.begin("kafka")
    await product.serving("kafka")
    await load.grows(20)
    load.stop.set()
    await calling

    assert not load.other, "intake needs Postgres alone"
    await settled(product, HERE, within=90)
    await load.had_one_effect_each()


async def test_temporals_database_deleted_and_every_open_clock_is_back_within_five_minutes(
    product: Product, record_property: pytest.RecordProperty
) -> None:
    await asyncio.gather(*(called(product) for _ in range(20)), *(routed(product) for _ in range(10)))
    acute = await raised(product)
    await settled(product, HERE)
    clock = (await product.rows(_FIRST_CLOCK, acute))[0]
    await _lose_temporal(product)
    product.clock.move_to(clock["next_step_at"] - timedelta(seconds=5))

    began = time.monotonic()
    product.begin("temporal")
    wanted = await _workflows_of_open_clocks(product)
    await eventually(lambda: _all_run(product, wanted), within=280, every=1, what="every open clock has a workflow")
    seconds = time.monotonic() - began

    record_property("seconds_until_every_clock_was_back", round(seconds, 1))
    print(f"{len(wanted)} workflows were back {seconds:.1f} s after the start of an empty Temporal")
    assert len(wanted) >= 31
    assert seconds < 300
    await eventually(
        lambda: product.value(_STEP_TAKEN, acute, str(clock["id"])), what="the clock that fell due afterwards fires"
    )


async def test_reconcile_brings_back_a_workflow_that_is_gone(product: Product) -> None:
    acute = await raised(product)
    await settled(product, HERE)
    workflow = f"concern-{acute}-1"
    await eventually(lambda: _runs(product, workflow), what="its workflow runs")
    client = await product.temporal()
    await client.get_workflow_handle(workflow).terminate("a test")
    # What reconcile goes by is the list, which follows a moment later.
    await eventually(lambda: _listed(client, workflow, running=False), what="it is no longer listed as running")

    said = await asyncio.to_thread(_tovholder, product.state, "reconcile", "intake")

    assert said.returncode == 0, said.stderr
    assert "started 1" in said.stdout
    assert await _runs(product, workflow)


async def test_sigterm_under_load_ends_every_process_within_ten_seconds_and_loses_nothing(product: Product) -> None:
    load = Load(product)
    calling = asyncio.create_task(load.run(clients=4))
    await load.grows(10)

    names = [f"{service}-{kind}" for service in HERE for kind in ("api", "worker")]
    children = [product.backends.stack.child(name) for name in names]
    began = time.monotonic()
    for name in names:
        product.backends.stack.signal(name, signal.SIGTERM)
    await eventually(lambda: not any(child.alive() for child in children), within=10, what="every process has ended")
    print(f"{len(names)} processes ended {time.monotonic() - began:.1f} s after SIGTERM")
    load.stop.set()
    await calling

    assert [child.exit_code() for child in children] == [0] * len(names)
    saved = "select id from intake.concern where id = any($1)"
    assert {row["id"] for row in await product.rows(saved, load.acknowledged)} == set(load.acknowledged)


async def _lose_temporal(product: Product) -> None:
    await asyncio.to_thread(product.backends.stack.kill, "temporal")
    file = database(product.backends.config)
    for each in (file, *(Path(f"{file}{tail}") for tail in ("-wal", "-shm"))):
        each.unlink(missing_ok=True)


async def _workflows_of_open_clocks(product: Product) -> set[str]:
    rows = await product.rows(
        " union ".join(
            f"select distinct aggregate_kind, aggregate_id, opening from {service}.deadlines where state = 'OPEN'"
            for service in HERE
        )
    )
    return {f"{row['aggregate_kind']}-{row['aggregate_id']}-{row['opening']}" for row in rows}


async def _all_run(product: Product, wanted: set[str]) -> bool:
    try:
        client = await product.temporal()
        found = {each.id async for each in client.list_workflows("ExecutionStatus = 'Running'", page_size=1000)}
    except Exception as error:
        raise AssertionError(f"Temporal does not answer: {type(error).__name__}") from error
    missing = wanted - found
    assert not missing, f"{len(missing)} of {len(wanted)} are missing"
    return True


async def _runs(product: Product, workflow: str) -> bool:
    described = await (await product.temporal()).get_workflow_handle(workflow).describe()
    return described.status is WorkflowExecutionStatus.RUNNING


async def _listed(client: Client, workflow: str, *, running: bool) -> bool:
    query = f"WorkflowId = '{workflow}' AND ExecutionStatus = 'Running'"
    return bool([each.id async for each in client.list_workflows(query)]) is running


def _tovholder(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        env={**os.environ, "TOVHOLDER_STATE": str(state)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


_FIRST_CLOCK = """
select id, next_step_at from intake.deadlines where aggregate_id = $1 and state = 'OPEN' and next_step_at is not null
order by next_step_at limit 1
"""
_STEP_TAKEN = """
select count(*) from intake.facts where aggregate_id = $1 and body ->> 'deadline_id' = $2
and type in ('deadline.reminded.v1', 'deadline.escalated.v1', 'deadline.missed.v1')
"""
