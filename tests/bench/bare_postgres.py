"""The same rows as one intake, written by bare SQL: what Postgres alone costs, beside what the product costs.

One intake is taken as a sample from the real tables. Its rows are written again with fresh references, in copies of both
databases with every index, trigger and partition: one statement with one insert per table, in one transaction, and the wrapped
key in the other database in a transaction of its own, as the product does it. fsync is on. Two round trips an intake is the least
there can be.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from deploy.config import SUPERUSER, SUPERUSERS, server_of
from deploy.local.postgres import programs
from tests.bench.load import percentiles
from tests.bench.world import World

COPY, KEYS_COPY = "bench_tovholder", "bench_tovholder_keys"
ORIGINALS = {COPY: "tovholder", KEYS_COPY: "tovholder_keys"}

TABLES = {
    "intake.concern": "id = $1",
    "intake.facts": "aggregate_id = $1",
    "intake.outbox": "key = $1::uuid::text",
    "intake.deadlines": "aggregate_id = $1",
    "intake.case_access": "aggregate_id = $1",
    "intake.idempotency": "answer ->> 'id' = $1::uuid::text",
    "vault.units": "unit = $1",
    "vault.sealed": "unit = $1",
    "vault.grants": "unit = $1",
}
KEYS = {"keystore.unit_keys": "unit = $1"}
LASTING = ("actor_ref",)
"""Columns whose references stay the same from intake to intake."""


async def copy_databases(world: World) -> None:
    """Make empty copies of both databases, with their privileges."""
    for copy, original in ORIGINALS.items():
        admin = await world.admin(original)
        try:
            await admin.execute(f'create database "{copy}"')
            if copy == COPY:  # the relay is measured in the copy, in the role that it has
                await admin.execute(f'grant connect on database "{COPY}" to intake_worker')
        finally:
            await admin.close()
        server = server_of(original)
        secret = {**os.environ, "PGPASSWORD": world.config.passwords()[SUPERUSERS[server]]}
        where = ["-h", "127.0.0.1", "-p", str(world.config.ports.port(server)), "-U", SUPERUSER]
        dumped = await _finished([str(programs() / "pg_dump"), *where, "--schema-only", original], secret)
        await _finished([str(programs() / "psql"), *where, "-q", "-v", "ON_ERROR_STOP=1", "-d", copy], secret, dumped)


async def _finished(argv: Sequence[str], env: Mapping[str, str], given: bytes = b"") -> bytes:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, env=env, stdin=pipe, stdout=pipe, stderr=pipe)
    said, complaint = await process.communicate(given)
    if process.returncode:
        raise RuntimeError(f"{argv[0]} ended with {process.returncode}: {complaint.decode(errors='replace')[-500:]}")
    return said


@dataclass(frozen=True)
class Rows:
    """Rows of one table: the columns that are written, and the values of each row."""

    table: str
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Sample:
    """The rows of one intake, in the main database and in the key store."""

    main: Sequence[Rows]
    keys: Sequence[Rows]

    @property
    def rows(self) -> int:
        """Return how many rows an intake writes."""
        return sum(len(rows.values) for rows in (*self.main, *self.keys))

    def again(self) -> tuple[list[Any], list[Any]]:
        """Return the values once more, for both databases, with fresh references and other sealed bytes."""
        fresh: dict[UUID, UUID] = {}
        for rows in (*self.main, *self.keys):
            for name, value in (pair for row in rows.values for pair in zip(rows.columns, row, strict=True)):
                reference = _reference(value)
                if reference is not None and name not in LASTING:
                    fresh.setdefault(reference, uuid4())
        names = {str(old): str(new) for old, new in fresh.items()}
        return [_renewed(v, fresh, names) for v in _flat(self.main)], [
            _renewed(v, fresh, names) for v in _flat(self.keys)
        ]


async def sample(world: World, concern: UUID) -> Sample:
    """Read the rows of one intake."""
    main, keys = await world.admin(), await world.admin("tovholder_keys")
    try:
        return Sample(
            [await _read(main, table, where, concern) for table, where in TABLES.items()],
            [await _read(keys, table, where, concern) for table, where in KEYS.items()],
        )
    finally:
        await main.close()
        await keys.close()


async def _read(connection: asyncpg.Connection, table: str, where: str, concern: UUID) -> Rows:
    given = await connection.fetch(
        "select attname, coalesce(pg_get_expr(adbin, adrelid), '') as value from pg_attribute left join pg_attrdef on adrelid ="
        " attrelid and adnum = attnum where attrelid = $1::text::regclass and attnum > 0 and not attisdropped"
        " and attidentity = '' order by attnum",
        table,
    )
    columns = [row["attname"] for row in given if not row["value"].endswith(("now()", "clock_timestamp()"))]
    found = await connection.fetch(f"select {', '.join(columns)} from {table} where {where}", concern)
    if not found:
        raise LookupError(f"the sample has no row in {table}")
    return Rows(table, columns, [tuple(row) for row in found])


def _statement(parts: Sequence[Rows]) -> str:
    numbers = itertools.count(1)
    inserts = []
    for rows in parts:
        values = ", ".join(f"({', '.join(f'${next(numbers)}' for _ in row)})" for row in rows.values)
        inserts.append(f"insert into {rows.table} ({', '.join(rows.columns)}) values {values}")
    *first, last = inserts
    return "".join(f"{'with ' if not n else ', '}part{n} as ({text})\n" for n, text in enumerate(first)) + last


def _flat(parts: Sequence[Rows]) -> Iterator[Any]:
    return (value for rows in parts for row in rows.values for value in row)


def _reference(value: Any) -> UUID | None:
    if isinstance(value, str) and len(value) == 36:
        return UUID(value)  # the key of an aggregate, the Idempotency-Key of a request
    return value if isinstance(value, UUID) else None


def _renewed(value: Any, fresh: Mapping[UUID, UUID], names: Mapping[str, str]) -> Any:
    if isinstance(value, UUID):
        return fresh.get(value, value)
    if isinstance(value, bytes):
        return os.urandom(len(value))
    if isinstance(value, str) and len(value) >= 36:
        for old, new in names.items():
            value = value.replace(old, new)
    return value


async def run(world: World, made: Sample, clients: int, count: int) -> dict[str, float]:
    """Write `count` intakes with some clients as fast as they go; return what it came to.

    The values are made before the clock starts. Raises `ArithmeticError` if rows are missing afterwards.
    """
    work = iter([made.again() for _ in range(count)])
    main = [await world.admin(COPY) for _ in range(clients)]
    keys = [await world.admin(KEYS_COPY) for _ in range(clients)]
    before = await _counted(main[0])
    main_sql, keys_sql = _statement(made.main), _statement(made.keys)
    taken: list[float] = []

    async def client(number: int) -> None:
        put, put_key = await main[number].prepare(main_sql), await keys[number].prepare(keys_sql)
        for values, key_values in work:
            began = time.perf_counter()
            await put_key.fetch(*key_values)
            await put.fetch(*values)
            taken.append(time.perf_counter() - began)

    try:
        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(client(number) for number in range(clients)))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        if await _counted(main[0]) - before != count:
            raise ArithmeticError("bare Postgres holds another number of intakes than were written")
    finally:
        for connection in (*main, *keys):
            await connection.close()
    return {"per_second": count / seconds, **percentiles(taken), "generator_cpu_share": cpu / seconds}


async def _counted(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("select count(*) from intake.concern"))
