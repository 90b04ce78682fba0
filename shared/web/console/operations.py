"""Each service's own part of operations, for OPERATOR: whether it is ready, and its dead letters, with replay.

/<service>/operations/status          a fragment for the one page of system status
/<service>/operations/dead-letters    what could not be handled, by codes alone; nothing of what a record holds is shown
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import Response

from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.console.language import N_
from shared.web.console.site import Console, Visit, see_other

DOOR: Final = Door(
    "operations", "architecture.md, facts first: who runs the system sees that it runs", frozenset({Role.OPERATOR})
)
MOST: Final = 200
PATIENCE: Final = 6.0
"""Seconds that a replay is waited for."""

SAID: Final = {
    "done": N_("Brevet er behandlet, og køen bag det er åben igen."),
    "again": N_("Det gik galt igen. Se koden, ret årsagen, og prøv så igen."),
    "nobody": N_("Ingen tog imod. Er tjenestens worker i gang? Brevet ligger her stadig."),
    "gone": N_("Det er allerede behandlet."),
}
"""What came of asking for a replay."""


def operations_pages(router: APIRouter, console: Console) -> None:
    """Add the pages; every service has them."""
    pages = _Operations(console)
    console.get(router, "/operations/status", DOOR, pages.status, used=False)
    console.get(router, "/operations/dead-letters", DOOR, pages.letters)
    console.post(router, "/operations/dead-letters/replay", DOOR, pages.replay)


class _Operations:
    def __init__(self, console: Console) -> None:
        self.console = console

    async def status(self, visit: Visit) -> Response:
        """Show in a line how this service is."""
        missing = await self.console.edge.health.missing()
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            found = await told(tx, self.console.service)
        return self.console.fragment(visit, "operations/status.html", missing=missing, letters=found, most=MOST)

    async def letters(self, visit: Visit) -> Response:
        """Show what could not be handled, in the order in which it would be replayed."""
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            found = await told(tx, self.console.service)
        done = visit.request.query_params.get("done", "")
        return self.console.page(
            visit,
            "operations/dead_letters.html",
            letters=found,
            most=MOST,
            done=visit.say(SAID[done]) if done in SAID else "",
        )

    async def replay(self, visit: Visit) -> Response:
        """Ask the worker for a replay, and say what came of it."""
        text = visit.form.get("letter")
        if not text.isdecimal() or len(text) > 18:
            raise Invalid("letter_invalid", "a dead letter has a number", field="letter", remedy="Load the page again.")
        done = await self._replayed(visit, int(text))
        return see_other(f"/{self.console.service}/operations/dead-letters?done={done}")

    async def _replayed(self, visit: Visit, letter: int) -> str:
        service = self.console.service
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            before = {row.id: row.attempts for row in await told(tx, service)}
            ask = sa.select(getattr(sa.func, service).ask_replay(letter))
            if not (await tx.session.execute(ask)).scalar_one():
                return "gone"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            async with self.console.edge.begin(visit.request, visit.actor) as tx:
                now = {row.id: row.attempts for row in await told(tx, service)}
            if letter not in now:
                return "done"
            if any(now[each] > attempts for each, attempts in before.items() if each in now):
                return "again"
            await asyncio.sleep(0.2)
        return "nobody"


async def told(tx: Transaction, service: str) -> Sequence[sa.Row[tuple[object, ...]]]:
    """Return the open dead letters of a service by their codes, `MOST` at most."""
    letters = getattr(sa.func, service).dead_letters_told(MOST)
    return (await tx.session.execute(sa.select(sa.literal_column("*")).select_from(letters))).all()
