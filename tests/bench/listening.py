"""What live updates cost: Postgres' transactions a second while 50 pages listen and nothing happens, and for each change of the list."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import uvloop

from shared.lifecycle.actor import Actor
from shared.web.console.session import COOKIE
from tests.bench import console
from tests.bench.console_rows import TOVHOLDER
from tests.bench.counting import WrongResult
from tests.bench.machine import watched
from tests.bench.report import Goal, Report
from tests.bench.world import World

SECTION: Final = "live updates"
LISTENERS, PEOPLE = 50, 10
IDLE_SECONDS: Final = 10.0
CHANGES: Final = 5
PATIENCE_SECONDS: Final = 30.0
MOST_A_SECOND: Final = 10
"""Transactions a second for 50 idle listeners: far below one a second for each."""


@dataclass
class Listener:
    """A page that listens."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, url: str, cookie: str) -> Listener:
        """Begin to listen. Raises `WrongResult` if it is refused."""
        host, port = urlsplit(url).netloc.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        headers = ("host: bench", "accept: text/event-stream", f"cookie: {COOKIE}={cookie}")
        writer.write("\r\n".join(["GET /work/live HTTP/1.1", *headers, "", ""]).encode())
        head = await asyncio.wait_for(reader.readuntil(b"event: here"), PATIENCE_SECONDS)
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise WrongResult("a page may not listen")
        return cls(reader, writer)

    async def told(self) -> None:
        """Wait until this page is told that its list has changed."""
        await asyncio.wait_for(self.reader.readuntil(b"event: work"), PATIENCE_SECONDS)


def measure(report: Report, world: World, url: str) -> None:
    """Let 50 pages of ten people listen: first to nothing, then to changes."""
    uvloop.run(_measure(report, world, url))


async def _measure(report: Report, world: World, url: str) -> None:
    admin = await world.admin()
    listeners: list[Listener] = []
    try:
        before = await _transactions_a_second(admin)
        for number in range(PEOPLE):
            who = Actor(UUID(int=0xBEEF0000 + number), TOVHOLDER.organisation, TOVHOLDER.roles)
            cookie = await console.signed_in(world, who)
            listeners += [await Listener.to(url, cookie) for _ in range(LISTENERS // PEOPLE)]
        with watched(world.pids) as idle:
            during = await _transactions_a_second(admin)
        figures = {"transactions_per_second": max(0.0, during - before)}
        figures |= {f"{name}_cpu_share": idle.processes[name] / idle.seconds for name in ("notify-api", "postgres")}
        report.add(
            SECTION,
            f"{LISTENERS} pages listen, nothing happens",
            figures,
            Goal("transactions_per_second", MOST_A_SECOND),
        )
        with watched(world.pids) as changing:
            began = time.perf_counter()
            for _ in range(CHANGES):
                await admin.execute(CHANGE, TOVHOLDER.organisation)
                await asyncio.gather(*(listener.told() for listener in listeners))
            seconds = (time.perf_counter() - began) / CHANGES
        spent = {f"{name}_cpu_ms": 1000 * changing.processes[name] / CHANGES for name in ("notify-api", "postgres")}
        report.add(SECTION, f"a change until all {LISTENERS} pages know", {"seconds": seconds, **spent})
        report.describe(SECTION, changing, listeners=LISTENERS, people=PEOPLE)
    finally:
        for listener in listeners:
            listener.writer.close()
        await admin.close()


CHANGE: Final = """
update notify.work_item set reminded_at = clock_timestamp()
where deadline_id = (select deadline_id from notify.work_item
  where owner_organisation = $1 and state = 'OPEN' and taken_by is null order by random() limit 1)
"""


async def _transactions_a_second(admin: asyncpg.Connection) -> float:
    before = await admin.fetchval(COMMITTED)
    await asyncio.sleep(IDLE_SECONDS)
    return float(await admin.fetchval(COMMITTED) - before) / IDLE_SECONDS


COMMITTED: Final = "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()"
