"""Telling one workflow what Postgres and the clock say now, as `reconcile` and the demo do: how a test moves one clock."""

from __future__ import annotations

import importlib
from datetime import timedelta
from uuid import UUID

from shared.durable.signals import nudge
from shared.durable.snapshots import Snapshots
from shared.hosting.worker import kept_of
from shared.persistence.work import UnitOfWork, build_engine
from tests.support.product import Product
from tests.support.settling import parts


async def falls_due(product: Product, service: str, kind: str, thing: UUID, clock: str) -> None:
    """Move domain time to two seconds before the next step of a thing's clock, and tell its workflow."""
    step = await product.value(
        f"select next_step_at from {service}.deadlines where aggregate_id = $1 and kind = $2 and state = 'OPEN'",
        thing,
        clock,
    )
    product.clock.move_to(step - timedelta(seconds=2))
    await told(product, service, kind, thing)


async def told(product: Product, service: str, kind: str, thing: UUID) -> None:
    """Tell the workflow of a thing."""
    engine = build_engine(product.settings(service).database_url.get_secret_value(), name="test", pool_size=1)
    spine = importlib.import_module(f"services.{service}.tables").SPINE
    snapshots = Snapshots(UnitOfWork(engine, product.clock), spine, [kept_of(each) for each in parts(service).told])
    try:
        snapshot = await snapshots.of(kind, thing)
        assert snapshot is not None
        await nudge(await product.temporal(service), service, snapshots.kept, snapshot)
    finally:
        await engine.dispose()
