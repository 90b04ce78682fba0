"""Several stories at once in one domain time.

A story is a coroutine. It acts, then waits for a moment (`until`). When every story waits, the conductor lets time pass to the
earliest of the moments, and only then wakes the story that asked for it. So clocks and stories happen in one global order.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Sequence
from datetime import datetime
from itertools import count

from deploy.demo.clockwork import Clockwork


class Conductor:
    """Wakes stories in the order of domain time."""

    def __init__(self, clockwork: Clockwork) -> None:
        self.clockwork = clockwork
        self._waiting: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()
        self._acting = 0
        self._all_wait = asyncio.Event()
        self.began = clockwork.now()
        """Domain time when the stories began that are played now."""

    async def until(self, moment: datetime) -> None:
        """Let a story wait until domain time is `moment`."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (moment, next(self._order), woken))
        self._rests()
        await woken

    async def conduct(self, stories: Sequence[Awaitable[None]]) -> None:
        """Run stories to their ends. Raises what the clockwork raises; a story keeps its own errors."""
        self._acting, self.began = len(stories), self.clockwork.now()
        if not stories:
            return
        tasks = [asyncio.ensure_future(self._ending(story)) for story in stories]
        try:
            while True:
                await self._all_wait.wait()
                self._all_wait.clear()
                if not self._waiting:
                    break  # nobody acts and nobody waits: all have ended
                await self._wake_next()
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _wake_next(self) -> None:
        moment, _, woken = heapq.heappop(self._waiting)
        await self.clockwork.pass_to(moment)
        self._acting += 1
        woken.set_result(None)

    async def _ending(self, story: Awaitable[None]) -> None:
        try:
            await story
        finally:
            self._rests()

    def _rests(self) -> None:
        self._acting -= 1
        if self._acting == 0:
            self._all_wait.set()
