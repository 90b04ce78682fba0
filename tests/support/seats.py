"""People at their desks: signed in once for all tests, each test with a browser of its own that has their cookie.

Whom a test signed out everywhere, or who waited too long, signs in again for the next test.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.async_api import Page, ViewportSize

from deploy.seed import person
from shared.lifecycle.actor import Role
from shared.web.console.session import COOKIE
from tests.support.browsing import DESKTOP, sign_in


@dataclass
class Seats:
    """Who is signed in, and what their browsers hold. A test that signs somebody out signs in itself."""

    origin: str
    states: dict[tuple[str, str, bool], Any] = field(default_factory=dict)

    async def page(
        self,
        look: Callable[..., Awaitable[Page]],
        role: Role,
        place: str,
        viewport: ViewportSize = DESKTOP,
        *,
        deputy: bool = False,
        **more: Any,
    ) -> Page:
        """Return a page at which the person who has the role there is signed in."""
        key = (str(role), place, deputy)
        if not await self._signed_in(self.states.get(key)):
            first = await look()
            await sign_in(first, person(role, place, deputy=deputy).label, "/intake/session")
            self.states[key] = await first.context.storage_state()
        return await look(viewport, storage_state=self.states[key], **more)

    async def _signed_in(self, state: Any) -> bool:
        """Say whether the session that a browser holds still counts; asking does not use it."""
        held = {each["name"]: each["value"] for each in state["cookies"]} if state else {}
        if COOKIE not in held:
            return False
        async with httpx.AsyncClient(base_url=self.origin, trust_env=False) as client:
            answer = await client.get("/intake/session/state", headers={"Cookie": f"{COOKIE}={held[COOKIE]}"})
        return answer.status_code == httpx.codes.OK
