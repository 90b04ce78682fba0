"""Many records from a few: a sample is made by the product's own commands and store, and its rows are copied in Postgres.

Copies have references of their own, came at other times, and may be another organisation's. Of the copies the facts are left out,
which no list reads, and the clocks that have stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from shared.contracts.base import Fact
from shared.persistence.store import Store
from shared.persistence.work import UnitOfWork


@dataclass(frozen=True)
class Sample:
    """A record that commands made: where it is, its reference, and more references that each copy has its own of."""

    schema: str
    table: str
    id: UUID
    fresh: tuple[UUID, ...] = ()


Lived = Sequence[tuple[Any, Sequence[Fact]]]
"""The states of a record after each of its commands, with the facts that the command led to."""


async def kept(work: UnitOfWork, store: Store[Any], lived: Lived, fresh: Sequence[UUID] = ()) -> Sample:
    """Save a record that has lived already, step by step as the product saves it."""
    before: Any = None
    for state, facts in lived:
        async with work.begin() as tx:
            await store.save(tx, before, state, facts)
        before = state
    return Sample(str(store.table.schema), store.table.name, before.id, tuple(fresh))


async def copies(
    admin: asyncpg.Connection,
    sample: Sample,
    numbers: range,
    columns: str = "",
    others: Mapping[str, str] | None = None,
) -> None:
    """Write a sample's row, running clocks and access again for each number.

    Copy n came n times 37 minutes ago, its clocks are due from 20 days ago to 80 days ahead. `columns` says more that a copy's row has
    otherwise (SQL over n, as `jsonb_build_object` takes it); `others` are texts that stand for others, as JSON has them.
    """
    schema, key = sample.schema, f"'{sample.id}'"
    clocks = [row[0] for row in await admin.fetch(f"select id from {schema}.deadlines where aggregate_id = {key}")]
    fresh = (sample.id, *sample.fresh, *clocks)
    came = "now() - n * interval '37 minutes'"
    row = f"'created_at', {came}, 'updated_at', {came}" + (f", {columns}" if columns else "")
    for table, where, changes in (
        (sample.table, "id", row),
        ("deadlines", "state = 'OPEN' and was.aggregate_id", f"'due_at', {DUE}"),
        ("case_access", "aggregate_id", f"'valid_from', {came}"),
    ):
        await multiply(admin, f"{schema}.{table}", f"{where} = {key}", fresh, numbers, changes, others)


DUE = "now() + ((n::bigint * 7919) % 144000 - 28800) * interval '1 minute'"
"""When something of copy n is due (SQL): one in five is overdue."""


async def multiply(
    admin: asyncpg.Connection,
    table: str,
    where: str,
    fresh: Sequence[UUID],
    numbers: range,
    changes: str,
    others: Mapping[str, str] | None = None,
) -> None:
    """Write the rows of `table` under `where` again for each number, with fresh references, other texts and other columns."""
    text = "to_jsonb(was)::text"
    for old, new in (others or {}).items():
        text = f"replace({text}, '\"{old}\"', '\"{new}\"')"
    for ref in fresh:
        text = f"replace({text}, '{ref}', md5('{ref}' || n)::uuid::text)"
    await admin.execute(
        f"insert into {table} select made.* from {table} was, generate_series({numbers[0]}, {numbers[-1]}, {numbers.step}) n,"
        f" lateral jsonb_populate_record(null::{table}, ({text})::jsonb || jsonb_build_object({changes})) made"
        f" where was.{where}"
    )
