"""`/notify/work/live`: tells an open page that its reader's list has changed, as Server-Sent Events; never what has changed.

One task a process listens to Postgres, which names the organisation whose rows changed (`tell_work_item`). Who looks there is asked for
a mark of their own list, once a change however many it had, and a page hears only of a list that is another than before.

    event: work          the list is another one
    event: here          at once, and every 15 s while the session counts, with the mark: a page that hears nothing asks again,
                         and one that was made of the same list at its first word does not
    event: over          with why: `session` has ended, this process is to `restart`, or something is `away`
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.notify import repository
from shared.errors import TooMany, TovholderError
from shared.hosting.api import ApiParts
from shared.messaging.connection import connected
from shared.web.console.site import NO_STORE, Console, Visit

log = structlog.get_logger()

CHANNEL: Final = "notify_work"
HEARTBEAT: Final = 15.0
"""Seconds between two signs of life; the session is looked at as often, which does not keep it awake."""

CALM: Final = 0.5
"""Seconds that changes are gathered before the list is asked for."""

LOOK: Final = 0.5
"""Seconds between two looks at whether the process is to stop."""

MOST: Final = 12
"""Pages that one person may have listening at a time, in one process."""

AGAIN: Final = 2.0
"""Seconds before a lost connection to Postgres is tried anew."""

EVENTS: Final = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no", **NO_STORE}


class Ears:
    """One connection that listens, and whoever waits for an organisation's rows to change."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._stopping: Any = None
        self._over = False

    def begin(self, request: Request) -> None:
        """Listen from the first viewer on."""
        self._stopping = getattr(request.app.state, "server", None)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="work-changes")

    def enter(self, organisation: str) -> asyncio.Event:
        """Return what is set when something of the organisation changed, or when all is over; `leave` it afterwards."""
        event = asyncio.Event()
        self._waiting[organisation].add(event)
        return event

    def leave(self, organisation: str, event: asyncio.Event) -> None:
        """Wait no longer."""
        self._waiting[organisation].discard(event)
        if not self._waiting[organisation]:
            del self._waiting[organisation]

    def wake(self, organisation: str | None = None) -> None:
        """Tell who waits for the organisation; None: everybody."""
        found = [organisation] if organisation is not None else list(self._waiting)
        for name in found:
            for event in self._waiting.get(name, ()):
                event.set()

    async def _run(self) -> None:
        while not self._going_down():
            try:
                async with connected(self._dsn, "notify-live") as connection:
                    await connection.add_listener(CHANNEL, lambda *told: self.wake(told[3]))
                    self.wake()  # something may have changed while nobody listened
                    while not connection.is_closed() and not self._going_down():  # noqa: ASYNC110  # uvicorn has a flag, no event
                        await asyncio.sleep(LOOK)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                log.warning("live_unheard", error=type(error).__name__)
                await asyncio.sleep(AGAIN)
        self._over = True
        self.wake()

    def over(self) -> bool:
        """Say whether this process is going down."""
        return self._over or self._going_down()

    def _going_down(self) -> bool:
        return self._stopping is not None and bool(self._stopping.should_exit)


class LivePages:
    """The stream."""

    def __init__(self, console: Console, ears: Ears) -> None:
        self.console = console
        self.ears = ears
        self._open: dict[UUID, int] = defaultdict(int)

    async def live(self, visit: Visit) -> Response:
        """Begin a stream; who does not ask for one is told how it stands, once. Raises `TooMany` for a person with too many."""
        if "text/event-stream" not in visit.request.headers.get("accept", ""):
            return Response("event: work\ndata: once\n\n", headers=EVENTS)
        if self._open[visit.actor.person_ref] >= MOST:
            raise TooMany(
                "too_many_live",
                "as many pages are listening already as one person may have",
                retry_after=60,
                remedy="Close some of your tabs.",
            )
        self.ears.begin(visit.request)
        return StreamingResponse(self._stream(visit), headers=EVENTS)

    async def _stream(self, visit: Visit) -> AsyncGenerator[str]:
        person, organisation = visit.actor.person_ref, visit.actor.organisation
        event = self.ears.enter(organisation)
        self._open[person] += 1
        try:
            async for line in self._lines(visit, event):
                yield line
        except TovholderError:
            yield "event: over\ndata: away\n\n"  # the token no longer counts, or Postgres is away: the page asks again
        finally:
            self.ears.leave(organisation, event)
            self._open[person] -= 1
            if not self._open[person]:
                del self._open[person]

    async def _lines(self, visit: Visit, event: asyncio.Event) -> AsyncGenerator[str]:
        mark = await self._mark(visit)
        looked = time.monotonic()
        yield f"event: here\ndata: {mark}\n\n"
        while not self.ears.over():
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), HEARTBEAT)
            if self.ears.over():
                break
            if event.is_set():
                await asyncio.sleep(CALM)
                event.clear()
                before, mark = mark, await self._mark(visit)
                if mark != before:
                    yield "event: work\ndata: changed\n\n"
            if time.monotonic() - looked >= HEARTBEAT:
                looked = time.monotonic()
                if await self.console.sessions.find(visit.request, used=False) is None:
                    yield "event: over\ndata: session\n\n"
                    return
                yield f"event: here\ndata: {mark}\n\n"
        yield "event: over\ndata: restart\n\n"

    async def _mark(self, visit: Visit) -> str:
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            return await repository.my_mark(tx)


def live_pages(router: APIRouter, parts: ApiParts, console: Console) -> None:
    """Add the stream."""
    url = parts.settings.database_url.get_secret_value() if parts.settings is not None else ""
    pages = LivePages(console, Ears(url))
    console.get(router, "/work/live", console.edge.doors["work-list"], pages.live, used=False)
