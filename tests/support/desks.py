"""Desks of people in one browser: a context for each person and language, signed in when first used, and again when that has ended."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, Page, Response

from deploy.seed import issuer_users
from shared.lifecycle.actor import Role
from tests.support.browsing import DESKTOP, PHONE, Watch, choose_person, open_page

PATIENCE = 60_000.0
"""Milliseconds for a page while many stories are played at once."""

Desk = tuple[UUID, str]
"""Whose it is, and in which language."""

Lookup = Callable[[str], Awaitable[UUID]]
"""Finds the concern whose short reference a receipt says: its maker may not see it any more."""


@dataclass
class Desks:
    """One browser, and a context of it for each person and language, signed in when first used."""

    browser: Browser
    watch: Watch
    lookup: Lookup
    given: set[str] = field(default_factory=set)
    """Operations that were given through forms."""
    _pages: dict[Desk, Page] = field(default_factory=dict)
    _contexts: dict[Desk, BrowserContext] = field(default_factory=dict)
    _free: defaultdict[Desk, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Who looks at a page looks at no other: each page that is shown keeps a connection for what is new, and a browser has six."""

    async def page(self, ref: UUID, role: Role, language: str, address: str) -> tuple[Page, Response]:
        """Open a page at an address as a person, once they have left the last one; who is asked to sign in again, does."""
        key = (ref, language)
        await self._free[key].acquire()
        try:
            return await self._opened(key, ref, role, language, address)
        except BaseException:
            self._free[key].release()
            raise

    async def _opened(self, key: Desk, ref: UUID, role: Role, language: str, address: str) -> tuple[Page, Response]:
        if key not in self._contexts:
            self._contexts[key] = await self._signed_in(ref, role, language)
        if key not in self._pages:
            self._pages[key] = await self._contexts[key].new_page()
            self._pages[key].set_default_timeout(PATIENCE)
        page = self._pages[key]
        answer = await page.goto(address)
        if "/auth/" in page.url:
            await choose_person(page, _labels()[str(ref)])
            await page.wait_for_url(lambda url: "/auth/" not in url)
            answer = await page.goto(address)
        assert answer is not None
        return page, answer

    async def leave(self, page: Page, *, typed: bool) -> None:
        """Leave a page; one on which something was typed and not sent is closed, for it would ask whether to leave it."""
        key = next(key for key, kept in self._pages.items() if kept is page)
        try:
            if typed:
                del self._pages[key]
                await page.close()
            else:
                await page.goto("about:blank")
        finally:
            self._free[key].release()

    async def _signed_in(self, ref: UUID, role: Role, language: str) -> BrowserContext:
        viewport = PHONE if role is Role.CORPS_MEMBER else DESKTOP
        page = await open_page(self.browser, self.watch, viewport)
        page.set_default_timeout(PATIENCE)
        await page.goto("/intake/session")
        await choose_person(page, _labels()[str(ref)])
        await page.wait_for_url(lambda url: "/auth/" not in url)
        await page.goto(f"/intake/language/{language}?to=/intake/session")
        await page.close()
        return page.context

    async def close(self) -> None:
        """Close every context."""
        for context in self._contexts.values():
            await context.close()


@cache
def _labels() -> dict[str, str]:
    return {user["person_ref"]: user["label"] for user in issuer_users()}
