"""Waiting for what must become true, with a deadline; never by sleeping for as long as it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any


async def eventually(
    question: Callable[[], Awaitable[Any] | Any], *, within: float = 30.0, every: float = 0.1, what: str
) -> Any:
    """Ask until the answer is true, and return it; fail after `within` seconds saying what did not become true.

    An assertion that fails inside the question is an answer: not yet. The last one is shown at the end.
    """
    end = time.monotonic() + within
    last: object = None
    while True:
        try:
            answer = question()
            if isinstance(answer, Awaitable):
                answer = await answer
            if answer:
                return answer
            last = answer
        except AssertionError as error:
            last = error
        assert time.monotonic() < end, f"not within {within:.0f} s: {what} (last: {last!r})"
        await asyncio.sleep(every)
