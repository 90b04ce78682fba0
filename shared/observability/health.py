"""Health of a process: alive while it answers, ready while everything it needs answers. `/readyz` says what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from prometheus_client import Gauge

Check = Callable[[], Awaitable[None]]
"""Raises if the thing it checks is missing."""

LOOK_EVERY = 10.0
"""Seconds between two looks for the metric."""

PATIENCE = 2.0
"""Seconds that a check may take."""


@dataclass
class Health:
    """Named checks; `draining` is set when the process has been told to stop."""

    checks: Mapping[str, Check]
    optional: frozenset[str] = frozenset()
    """Checks whose failure is told but leaves the process ready: intake serves with Kafka and Temporal down."""
    draining: bool = field(default=False)

    async def missing(self) -> dict[str, str]:
        """Return what does not answer, with the class of the error."""
        names = list(self.checks)
        answers = await asyncio.gather(*(self._try(self.checks[name]) for name in names))
        found = {name: answer for name, answer in zip(names, answers, strict=True) if answer is not None}
        if self.draining:
            found["process"] = "draining"
        return found

    async def report(self) -> tuple[int, dict[str, object]]:
        """Return the HTTP status and the body of `/readyz`."""
        missing = await self.missing()
        blocking = {name for name in missing if name not in self.optional}
        return (503 if blocking else 200), {"ready": not blocking, "missing": missing}

    async def watch(self, gauge: Gauge) -> None:
        """Keep the gauge `dependency_missing` up to date until cancelled."""
        while True:
            missing = await self.missing()
            for name in self.checks:
                gauge.labels(name).set(name in missing)
            await asyncio.sleep(LOOK_EVERY)

    @staticmethod
    async def _try(check: Check) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE):
                await check()
        except Exception as error:  # noqa: BLE001  # a check reports whatever went wrong, by class, and never fails itself
            return type(error).__name__
        return None
