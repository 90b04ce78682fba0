"""People at their desks: signed in once for all tests, each test with a browser of its own that has their cookie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page, ViewportSize

from deploy.seed import person
from shared.lifecycle.actor import Role
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
        if key not in self.states:
            first = await look()
            await sign_in(first, person(role, place, deputy=deputy).label, "/intake/session")
            self.states[key] = await first.context.storage_state()
        return await look(viewport, storage_state=self.states[key], **more)
